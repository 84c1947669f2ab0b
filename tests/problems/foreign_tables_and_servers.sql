create extension if not exists postgres_fdw;
create server {p}_far foreign data wrapper postgres_fdw options (host 'far'); create user mapping for public server {p}_far options (user 'u');
create foreign table {p}_far_t (id int) server {p}_far; create view {p}_far_v as select * from {p}_far_t;
create table {p}_near (id int primary key); insert into {p}_near select generate_series(1, 60);
