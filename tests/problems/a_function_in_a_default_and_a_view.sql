create table {p}_counter (n int); insert into {p}_counter values (7);
create function {p}_next() returns int language sql stable as $$ select max(n) from public.{p}_counter $$;
create table {p}_uses_default (id int primary key, n int default {p}_next(), at timestamptz default now());
insert into {p}_uses_default (id) select n from generate_series(1, 60) n;
create view {p}_view as select {p}_next() as n; create view {p}_view_2 with (security_barrier) as select * from {p}_view;
create function {p}_rows() returns setof {p}_uses_default language sql stable begin atomic select * from {p}_uses_default; end;
create materialized view {p}_of_rows as select id, n from {p}_rows();
