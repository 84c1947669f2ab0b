create table {p}_src (k int primary key, v text); insert into {p}_src select n, 'v' || n from generate_series(1, 40) n;
create function {p}_v(n int) returns text language sql immutable as $$ select v from public.{p}_src where k = n $$;
create table {p}_top (id int, k int, v text generated always as ({p}_v(k)) stored); create table {p}_sub (more int) inherits ({p}_top);
insert into {p}_top (id, k) select n, n from generate_series(1, 40) n; insert into {p}_sub (id, k, more) select n, n, n from generate_series(1, 40) n;
create table {p}_part (id int, k int, v text generated always as ({p}_v(k)) stored) partition by range (id);
create table {p}_part_1 partition of {p}_part for values from (0) to (20); create table {p}_part_2 partition of {p}_part for values from (20) to (99);
insert into {p}_part (id, k) select n, n from generate_series(1, 40) n;
