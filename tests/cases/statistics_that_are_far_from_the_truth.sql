-- What the planner believes of a table may be wrong by a factor of a hundred, either way, or
-- unknown: n(T) comes from the rows that are there, and nothing may loop until an estimate is
-- reached.
-- fraction: 0.5

create table was_large (id int primary key, body text) with (autovacuum_enabled = false);
insert into was_large select n, 'x' from generate_series(1, 5000) n;
create table was_small (id int primary key, large_id int references was_large) with (autovacuum_enabled = false);
insert into was_small select n, n from generate_series(1, 3) n;
create table was_empty (id int primary key, small_id int references was_small) with (autovacuum_enabled = false);
create table never_analysed (id int primary key, empty_id int references was_empty) with (autovacuum_enabled = false);
analyze was_large, was_small, was_empty;

delete from was_large where id > 50;
insert into was_small select n, 1 + n % 50 from generate_series(4, 2000) n;
insert into was_empty select n, 1 + n % 2000 from generate_series(1, 1000) n;
insert into never_analysed select n, 1 + n % 1000 from generate_series(1, 1000) n;

-- ask: select count(*) between 25 and 50 from was_large => t
-- ask: select count(*) >= 1000 from was_small => t
