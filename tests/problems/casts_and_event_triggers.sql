create type {p}_level as enum ('low', 'high');
create function {p}_level_number({p}_level) returns int language sql immutable as $$ select case $1 when 'low' then 1 else 2 end $$;
create cast ({p}_level as int) with function {p}_level_number({p}_level);
create type {p}_wrapped as (n int); create function {p}_unwrap({p}_wrapped) returns int language sql immutable as 'select $1.n'; create cast ({p}_wrapped as int) with function {p}_unwrap({p}_wrapped) as assignment;
create domain {p}_d as int; create cast (int as {p}_level) with inout;
create function {p}_watch() returns event_trigger language plpgsql as 'begin end'; create event trigger {p}_watching on ddl_command_end execute function {p}_watch();
create table {p}_levels (id int primary key, l {p}_level); insert into {p}_levels select n, 'low' from generate_series(1, 60) n;
create view {p}_level_view as select l::int as n from {p}_levels;
