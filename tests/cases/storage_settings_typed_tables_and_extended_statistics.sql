-- Storage parameters, column storage, compression, statistics targets and attribute options, a
-- table of a composite type, extended statistics of each kind: settings that are easily lost, as
-- they are in no column list.
-- requires: 14

create type employee as (id int, name text, salary numeric);
create table employees of employee (primary key (id), name with options not null default 'nobody');
insert into employees select n, 'employee ' || n, n * 10.5 from generate_series(1, 300) n;

create table tuned (
    id int primary key with (fillfactor = 60),
    body text,
    raw bytea compression pglz,
    a int, b int, c text collate "C"
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false, toast_tuple_target = 4080, parallel_workers = 2);
alter table tuned alter column body set storage external;
alter table tuned alter column raw set storage main;
alter table tuned alter column a set statistics 1000;
alter table tuned alter column b set (n_distinct = -0.5, n_distinct_inherited = 10);
insert into tuned select n, repeat('b', n * 10), decode(repeat('ab', n), 'hex'), n % 5, n % 10, 'c' from generate_series(1, 400) n;

create statistics tuned_all on a, b, c from tuned;
create statistics tuned_dependencies (dependencies, ndistinct) on a, b from tuned;
create statistics tuned_mcv (mcv) on a, (b % 3), lower(c) from tuned;
create statistics "Tuned expression" on (a + b) from tuned;
alter statistics tuned_mcv set statistics 321;
alter statistics tuned_all rename to "Tuned, all";

-- ask: select count(*) from pg_statistic_ext => 4
-- ask: select reloftype::regtype from pg_class where oid = 'employees'::regclass => employee
-- ask: select attstattarget from pg_attribute where attrelid = 'tuned'::regclass and attname = 'a' => 1000
