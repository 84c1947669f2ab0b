-- refuses: leave these tables out
create function {p}_c_upper(text) returns text language internal immutable strict as 'upper';
create table {p}_c_names (id int primary key, name text, big text generated always as ({p}_c_upper(name)) stored);
insert into {p}_c_names (id, name) select n, 'n' || n from generate_series(1, 60) n;
