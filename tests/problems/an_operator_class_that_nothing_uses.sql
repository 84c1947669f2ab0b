create table {p}_words (id int primary key, name text); insert into {p}_words select n, 'u' || n from generate_series(1, 60) n;
create function {p}_cmp(text, text) returns int language sql immutable as 'select case when lower($1) < lower($2) then -1 when lower($1) > lower($2) then 1 else 0 end';
create operator class {p}_lower_ops for type text using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 {p}_cmp(text, text);
