create table {p}_ca (id int primary key, b_id int not null); create table {p}_cb (id int primary key, a_id int not null references {p}_ca deferrable initially deferred);
alter table {p}_ca add constraint {p}_ca_b foreign key (b_id) references {p}_cb deferrable initially deferred;
begin; insert into {p}_ca select n, n from generate_series(1, 60) n; insert into {p}_cb select n, 61 - n from generate_series(1, 60) n; commit;
