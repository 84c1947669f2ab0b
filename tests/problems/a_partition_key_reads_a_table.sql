-- refuses a part: copy these tables whole
create table {p}_regions (name text primary key, part int); insert into {p}_regions select 'r' || n, n % 2 from generate_series(1, 20) n;
create function {p}_part(n text) returns int language sql immutable as $$ select part from public.{p}_regions where name = n $$;
create table {p}_a_parts (id int, region text) partition by list ({p}_part(region));
create table {p}_a_parts_0 partition of {p}_a_parts for values in (0); create table {p}_a_parts_1 partition of {p}_a_parts for values in (1);
insert into {p}_a_parts select n, 'r' || 1 + n % 20 from generate_series(1, 100) n;
