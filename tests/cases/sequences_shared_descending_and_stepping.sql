-- Sequences in every shape: shared by two tables, owned by none, descending, with a step, cycling,
-- of smallint, in another schema, far ahead, never called. The reader may not read them, so the
-- highest key must do. A text default that contains nextval has no highest number at all.

create schema numbers;
create sequence numbers.shared;
create sequence down increment -5 maxvalue -1 minvalue -1000000 start -5;
create sequence by_ten increment 10 start 10 cache 20;
create sequence small as smallint start 100;
create sequence round minvalue 1 maxvalue 50 cycle;
create sequence untouched start 4711;
create sequence invoice_numbers;

create table cats (id bigint primary key default nextval('numbers.shared'), name text);
create table dogs (id bigint primary key default nextval('numbers.shared'), name text);
insert into cats (name) select 'cat ' || n from generate_series(1, 200) n;
insert into dogs (name) select 'dog ' || n from generate_series(1, 300) n;

create table depths (id int primary key default nextval('down'));
insert into depths select nextval('down') from generate_series(1, 200);
create table tens (id int primary key default nextval('by_ten'), n numeric default nextval('by_ten'));
insert into tens (n) select 1 from generate_series(1, 200);
create table smalls (id smallint primary key default nextval('small'), turn int default nextval('round'));
insert into smalls select nextval('small'), nextval('round') from generate_series(1, 220);
create table quiet (id int primary key default nextval('untouched'));
create table invoices (id text primary key default 'INV-' || lpad(nextval('invoice_numbers')::text, 6, '0'), at date);
insert into invoices (at) select date '2024-01-01' + n from generate_series(1, 200) n;

create table ahead (id serial primary key, name text);
insert into ahead (name) select 'row ' || n from generate_series(1, 100) n;
select setval('ahead_id_seq', 5000000);
create table renamed (old_id bigserial primary key, other serial);
insert into renamed select from generate_series(1, 100);
alter table renamed rename column old_id to id;
alter sequence renamed_old_id_seq rename to "Renamed.seq";
create table taken_over (id int primary key, number int not null);
create sequence taken_over_numbers owned by taken_over.number;
insert into taken_over select n, nextval('taken_over_numbers') from generate_series(1, 100) n;
create table empty_serial (id serial primary key);
create table begins_high (id serial primary key);
alter sequence begins_high_id_seq restart with 1000;
alter sequence begins_high_id_seq start with 1000;
insert into begins_high select generate_series(1, 50);

-- ask: select nextval('numbers.shared') > greatest((select max(id) from cats), (select max(id) from dogs)) => t
-- ask: select nextval('down') < min(id) from depths => t
-- ask: select nextval('by_ten') > max(id) from tens => t
-- ask: select nextval('small') > max(id) from smalls => t
-- ask: select nextval('ahead_id_seq') > max(id) from ahead => t
-- ask: select nextval('"Renamed.seq"') > max(id) from renamed => t
-- ask: select nextval('taken_over_numbers') > max(number) from taken_over => t
-- ask: select nextval('empty_serial_id_seq') => 1
-- ask: select nextval('untouched') => 4711
-- ask: select nextval('begins_high_id_seq') >= 51 => t
