create table {p}_scores (id int primary key, n int, name text); insert into {p}_scores select n, n, case when n % 2 = 0 then 'x' end from generate_series(1, 60) n;
alter table {p}_scores add constraint {p}_broken_by_rows check (n > 30) not valid; update pg_constraint set convalidated = true where conname = '{p}_broken_by_rows';
update pg_attribute set attnotnull = true where attrelid = '{p}_scores'::regclass and attname = 'name';
