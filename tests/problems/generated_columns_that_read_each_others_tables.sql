create table {p}_am (id int primary key, k int); create table {p}_bm (id int primary key, k int); create table {p}_cm (id int primary key, v int);
insert into {p}_cm select n, n * 2 from generate_series(1, 60) n;
create function {p}_of_c(n int) returns int language sql immutable as $$ select v from public.{p}_cm where id = n $$;
alter table {p}_bm add column v int generated always as ({p}_of_c(k)) stored;
insert into {p}_bm (id, k) select n, n from generate_series(1, 60) n;
create function {p}_of_b(n int) returns int language sql immutable as $$ select v from public.{p}_bm where id = n $$;
alter table {p}_am add column v int generated always as ({p}_of_b(k)) stored;
insert into {p}_am (id, k) select n, n from generate_series(1, 60) n;
