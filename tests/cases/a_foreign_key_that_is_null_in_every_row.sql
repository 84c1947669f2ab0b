-- All rows of the child have NULL for their only foreign key: they are no orphans and no less
-- wanted. A copier that joins to the parent finds none of them. The other table's parent is empty.

create table sponsors (id int primary key, name text);
insert into sponsors select n, 'sponsor ' || n from generate_series(1, 100) n;

create table events (id int primary key, sponsor_id int references sponsors, title text);
insert into events (id, title) select n, 'event ' || n from generate_series(1, 1000) n;

create table wishes (id int primary key);
create table gifts (id int primary key, wish_id int references wishes);
insert into gifts select n from generate_series(1, 500) n;

-- ask: select count(*) >= 300 from events => t
-- ask: select count(*) >= 150 from gifts => t
-- ask: select count(*) from wishes => 0
