create function {p}_same(a int, b int) returns boolean language sql immutable leakproof as 'select a = b';
create table {p}_pairs (id int primary key, a int, b int); insert into {p}_pairs select n, n, n from generate_series(1, 60) n;
create view {p}_same_pairs as select * from {p}_pairs where {p}_same(a, b);
create function {p}_of_view() returns setof {p}_same_pairs language sql stable as 'select * from public.{p}_same_pairs';
