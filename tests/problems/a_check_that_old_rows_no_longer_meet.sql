create table {p}_coupons (id int primary key, ends date not null, n int constraint {p}_plain check (n > 0));
insert into {p}_coupons select n, date '2020-01-01' + n, n from generate_series(1, 120) n;
alter table {p}_coupons add constraint {p}_still_valid check (ends >= current_date) not valid;
update pg_constraint set convalidated = true where conname = '{p}_still_valid';
