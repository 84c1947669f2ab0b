-- refuses: the target cannot have all tables of the source
create extension if not exists postgres_fdw;
create server {p}_elsewhere foreign data wrapper postgres_fdw options (host 'nowhere');
create foreign table {p}_far (id int, v text) server {p}_elsewhere;
create table {p}_copies (id int primary key, seen {p}_far); insert into {p}_copies select n, row(n, 'v')::{p}_far from generate_series(1, 60) n;
create table {p}_of_copies (id int primary key, copy int references {p}_copies); insert into {p}_of_copies select n, n from generate_series(1, 60) n;
