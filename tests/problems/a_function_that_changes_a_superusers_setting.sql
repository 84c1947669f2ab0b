create function {p}_quietly() returns int language sql set log_min_messages = 'error' set work_mem = '8MB' as 'select 1';
create function {p}_loudly() returns int language sql stable set search_path = public as 'select 1';
create table {p}_q (id int primary key, n int default {p}_loudly()); insert into {p}_q select n from generate_series(1, 60) n;
create view {p}_q_view as select {p}_quietly() as n;
