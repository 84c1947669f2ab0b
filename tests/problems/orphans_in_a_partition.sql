create table {p}_owners (id int primary key); insert into {p}_owners select generate_series(1, 40);
create table {p}_things (id int, owner_id int references {p}_owners, primary key (id)) partition by range (id);
create table {p}_things_1 partition of {p}_things for values from (0) to (100); create table {p}_things_2 partition of {p}_things for values from (100) to (1000);
insert into {p}_things select n, 1 + n % 40 from generate_series(1, 180) n;
set session_replication_role = replica; delete from {p}_things where id % 40 = 2 and id < 100; delete from {p}_owners where id = 3; reset session_replication_role;
