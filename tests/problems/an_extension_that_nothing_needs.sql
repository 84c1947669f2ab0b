create extension if not exists pageinspect; create extension if not exists pg_buffercache;
create table {p}_plain (id int primary key); insert into {p}_plain select generate_series(1, 60);
