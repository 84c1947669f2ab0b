create table {p}_rates (code text primary key, rate numeric); insert into {p}_rates select 'c' || n, n from generate_series(1, 60) n;
create materialized view {p}_inverse as select 1 / (select count(*) from {p}_rates where code = 'c1') as n;
create materialized view {p}_on_it as select n + 1 as n from {p}_inverse;
create unique index {p}_on_it_n on {p}_on_it (n);
create view {p}_plain_view as select * from {p}_on_it;
