-- An extension may say which of its tables hold rows of users, and which rows these are: spatial
-- reference systems, parents of partitions. They are copied before the rows of the app's tables,
-- whose CHECKs, indexes and foreign keys may need them. What the extension itself brought stays.
-- `pg_extension_config_dump` may be called by extensions only, so the catalogue is changed.
-- fraction: 0.5
-- config: [tables.nothing]
-- config: rows = "none"

create extension hstore;
create table units (id int primary key, name text not null, parent int references units, doubled int generated always as (id * 2) stored);
insert into units values (1, 'metre');
create table aliases (unit int not null references units, alias text primary key);
create table jobs (id int primary key, command text);
create sequence unit_number;
alter extension hstore add table aliases;
alter extension hstore add table units;
alter extension hstore add table jobs;
alter extension hstore add sequence unit_number;
update pg_extension set extconfig = array['aliases'::regclass::oid, 'units'::regclass, 'unit_number'::regclass, 'jobs'::regclass],
  extcondition = array['', 'WHERE id >= 100', '', 'where id > 5'] where extname = 'hstore';
insert into units select n, E'unit\t' || n || E'\n', nullif(n + 1, 150) from generate_series(100, 149) n;
insert into aliases select n, 'alias "' || n from generate_series(100, 149) n;
insert into aliases values (1, 'm');
select setval('unit_number', 150);

create function unit_exists(i int) returns boolean language sql immutable as 'select exists (select from public.units where id = i)';
create table things (id int primary key, unit_id int not null references units, check (unit_exists(unit_id)));
insert into things select n, 100 + n % 50 from generate_series(1, 300) n;
create index on things (unit_exists(unit_id));
create table nothing (id int primary key);

-- target: create extension hstore
-- target: create table units (doubled int generated always as (id * 2) stored, id int primary key, name text not null, parent int references units)
-- target: insert into units (id, name) values (1, 'metre')
-- target: create table aliases (unit int not null references units, alias text primary key)
-- target: create table jobs (id int primary key, command text)
-- target: create sequence unit_number
-- target: alter extension hstore add table aliases
-- target: alter extension hstore add table units
-- target: alter extension hstore add sequence unit_number
-- target: alter extension hstore add table jobs
-- target: insert into aliases values (1, 'by the extension itself')
-- target: grant all on units, aliases to app_owner
-- target: grant all on unit_number to app_owner

-- ask: select count(*) || ' ' || count(distinct name) || ' ' || max(parent) from units => 51 51 149
-- ask: select md5(name) = md5(E'unit\t120\n') and doubled = 240 from units where id = 120 => t
-- ask: select count(*) || ' ' || min(alias) from aliases where unit = 1 => 1 m
-- ask: select count(*) from aliases => 51
-- says: the state of public.unit_number, of extension hstore: the source's role may not read it
