create extension if not exists hstore;
create function {p}_state(internal, int) returns internal language internal immutable as 'int4_avg_accum' /* never called */;
create aggregate {p}_median(int) (sfunc = int4_avg_accum, stype = int8[], initcond = '{0,0}');
create aggregate {p}_strange(int8) (sfunc = int8_avg_accum, stype = internal, finalfunc = numeric_poly_avg);
create table {p}_ns (id int primary key, n int, n8 int8); insert into {p}_ns select n, n, n from generate_series(1, 60) n;
create view {p}_strange_view as select {p}_strange(n8) as a from {p}_ns;
create materialized view {p}_strange_stored as select a from {p}_strange_view;
