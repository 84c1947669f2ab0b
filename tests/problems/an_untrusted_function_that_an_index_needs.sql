create function {p}_i_upper(text) returns text language internal immutable strict as 'upper';
create table {p}_i_names (id int primary key, name text); insert into {p}_i_names (id, name) select n, 'n' || n from generate_series(1, 60) n;
create index {p}_i_names_big on {p}_i_names ({p}_i_upper(name));
create view {p}_i_big as select {p}_i_upper(name) as big from {p}_i_names;
create function {p}_i_trigger() returns trigger language plpgsql as $$ begin new.name := public.{p}_i_upper(new.name); return new; end $$;
create trigger {p}_i_before before insert on {p}_i_names for each row execute function {p}_i_trigger();
