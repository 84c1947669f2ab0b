create table {p}_emails (id int primary key, email text); insert into {p}_emails select n, 'e' || n / 2 from generate_series(1, 100) n;
create index {p}_emails_email on {p}_emails (email);
update pg_index set indisunique = true where indexrelid = '{p}_emails_email'::regclass;
