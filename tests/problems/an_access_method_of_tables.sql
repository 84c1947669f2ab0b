create access method {p}_heap type table handler heap_tableam_handler;
create table {p}_on_heap (id int primary key, t text) using {p}_heap; insert into {p}_on_heap select n, 't' || n from generate_series(1, 60) n;
create materialized view {p}_mat_heap using {p}_heap as select count(*) as n from {p}_on_heap;
create access method {p}_btree type index handler bthandler;
