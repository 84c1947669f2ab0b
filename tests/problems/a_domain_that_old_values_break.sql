create domain {p}_future as date;
create table {p}_plans (id int primary key, at {p}_future, more {p}_future[]);
insert into {p}_plans select n, date '2020-01-01' + n, array[date '2020-01-01'] from generate_series(1, 60) n;
alter domain {p}_future add constraint {p}_in_future check (value > current_date) not valid;
update pg_constraint set convalidated = true where conname = '{p}_in_future';
