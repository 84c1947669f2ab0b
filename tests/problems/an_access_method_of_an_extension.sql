create extension if not exists pg_freespacemap;
create access method {p}_columns type table handler heap_tableam_handler;
alter extension pg_freespacemap add access method {p}_columns;
create table {p}_facts (id int primary key, v text) using {p}_columns; insert into {p}_facts select n, 'v' from generate_series(1, 60) n;
create materialized view {p}_counted using {p}_columns as select count(*) as n from {p}_facts;
