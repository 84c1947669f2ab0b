-- leave out: {p}_vault.*
create schema {p}_vault; create table {p}_vault.{p}_keys (id int primary key); insert into {p}_vault.{p}_keys select generate_series(1, 30);
create table {p}_customers (id int primary key, key_id int constraint {p}_customers_key references {p}_vault.{p}_keys); insert into {p}_customers select n, 1 + n % 30 from generate_series(1, 60) n;
create view {p}_vault_view as select * from {p}_vault.{p}_keys; create function {p}_vault.{p}_f() returns int language sql as 'select 1';
create view {p}_vault_f as select {p}_vault.{p}_f() as f; create trigger {p}_t before update on {p}_customers for each row execute function suppress_redundant_updates_trigger();
