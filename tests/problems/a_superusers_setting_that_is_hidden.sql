create function {p}_hidden() returns int language sql set dynamic_library_path = '/x' as 'select 1';
create function {p}_supported(t text, p text) returns boolean language sql immutable as 'select starts_with(t, p)';
alter function {p}_supported(text, text) support pg_catalog.text_starts_with_support;
create table {p}_h (id int primary key, t text); insert into {p}_h select n, 't' || n from generate_series(1, 60) n;
create view {p}_h_view as select {p}_hidden() as n, t from {p}_h where {p}_supported(t, 't');
create index {p}_h_index on {p}_h ({p}_supported(t, 't'));
