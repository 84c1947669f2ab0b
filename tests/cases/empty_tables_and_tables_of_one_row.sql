-- Nothing to choose from, or exactly one row: n(T) is at least 1 only where there is a row. The one
-- row's parent must come, whichever rows of the parent were chosen.
-- fraction: 0.01

create table empty_parent (id int primary key);
create table empty_child (id int primary key, parent_id int not null references empty_parent);
create table empty_partitioned (id int, at date) partition by range (at);
create table never_had_a_row (body jsonb);

create table planets (id int primary key, name text);
insert into planets select n, 'planet ' || n from generate_series(1, 400) n;
create table settings (only_row boolean primary key default true check (only_row), home_id int not null references planets);
insert into settings values (true, 317);
create table one_without_key (note text);
insert into one_without_key values ('the only one');
create table one_of_nulls (a int, b text);
insert into one_of_nulls values (null, null);

-- ask: select count(*) from settings join planets on planets.id = home_id => 1
-- ask: select count(*) from one_without_key => 1
-- ask: select count(*) from one_of_nulls => 1
-- ask: select count(*) from empty_child => 0
