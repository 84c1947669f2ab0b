create table {p}_limits (least int); insert into {p}_limits values (1);
create function {p}_enough(n int) returns boolean language sql stable as $$ select n >= (select min(least) from public.{p}_limits) $$;
create table {p}_base (id int, n int constraint {p}_base_enough check ({p}_enough(n)));
create table {p}_child (extra text) inherits ({p}_base);
create table {p}_grandchild (more text) inherits ({p}_child);
create table {p}_alone (id int, n int constraint {p}_base_enough check ({p}_enough(n)));
alter table {p}_alone add column extra text;
insert into {p}_base select n, n from generate_series(1, 60) n; insert into {p}_child select n, n, 'c' from generate_series(61, 120) n;
insert into {p}_grandchild select n, n, 'c', 'g' from generate_series(121, 180) n; insert into {p}_alone select n, n from generate_series(1, 60) n;
