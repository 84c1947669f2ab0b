create table {p}_names (id int primary key, name text); insert into {p}_names select n, 'u' || n from generate_series(1, 60) n;
create function {p}_cmp(text, text) returns int language sql immutable as 'select case when $1 < $2 then -1 when $1 > $2 then 1 else 0 end';
create operator class {p}_name_ops for type text using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 {p}_cmp(text, text);
create index {p}_names_by on {p}_names (name {p}_name_ops);
create index {p}_names_hash on {p}_names using hash (name);
