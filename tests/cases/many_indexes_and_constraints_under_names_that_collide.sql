-- Constraint names are unique within a table only, index names within a schema: the same foreign
-- key name on many tables, a constraint called like another table's index, names that Postgres
-- shortened, and a check named like a foreign key.

create table a (id int primary key, constraint same check (id > 0));
create table b (id int primary key, a_id int, constraint same foreign key (a_id) references a);
create table c (id int primary key, a_id int, b_id int, constraint same foreign key (b_id) references b, constraint a_pkey foreign key (a_id) references a);
create schema other;
create table other.a (id int constraint a_pkey primary key, a_id int, constraint same foreign key (a_id) references public.a);
create table with_a_long_name_that_leaves_little_room_for_the_columns_of_it (
    a_column_that_is_about_as_long_as_its_table_is_1 int references a,
    a_column_that_is_about_as_long_as_its_table_is_2 int references a,
    unique (a_column_that_is_about_as_long_as_its_table_is_1, a_column_that_is_about_as_long_as_its_table_is_2)
);
insert into a select generate_series(1, 300);
insert into b select n, 1 + n % 300 from generate_series(1, 300) n;
insert into c select n, 1 + n % 300, 1 + n * 7 % 300 from generate_series(1, 300) n;
insert into other.a select n, 1 + n % 300 from generate_series(1, 300) n;
insert into with_a_long_name_that_leaves_little_room_for_the_columns_of_it select n, 1 + n * 3 % 300 from generate_series(1, 300) n;

-- ask: select count(*) from pg_constraint where conname = 'same' => 4
