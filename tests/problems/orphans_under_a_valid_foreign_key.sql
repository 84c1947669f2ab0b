create table {p}_users (id int primary key, name text); create table {p}_orders (id int primary key, user_id int not null references {p}_users, note text);
insert into {p}_users select n, 'u' || n from generate_series(1, 50) n; insert into {p}_orders select n, 1 + n % 50, 'o' from generate_series(1, 250) n;
set session_replication_role = replica; delete from {p}_users where id in (7, 8); reset session_replication_role;
