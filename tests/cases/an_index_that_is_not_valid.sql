-- A unique index whose concurrent creation failed is still in the catalog: pg_dump leaves it out,
-- the rows are not unique by it, and it serves no query. The same of one that is valid and not
-- unique over a key of another table.

create table logins (email text, at date);
insert into logins select 'same@example.com', date '2024-01-01' + n / 100 from generate_series(1, 500) n;
create index logins_email on logins (email, at);
update pg_index set indisvalid = false, indisready = false, indisunique = true where indexrelid = 'logins_email'::regclass;

create table users (id int primary key, email text);
insert into users select n, n || '@example.com' from generate_series(1, 300) n;
create table sessions (id int primary key, user_id int not null references users);
insert into sessions select n, 1 + n % 300 from generate_series(1, 900) n;
create index sessions_user on sessions (user_id);
update pg_index set indisvalid = false where indexrelid = 'sessions_user'::regclass;

-- ask: select count(*) >= 150 from logins => t
-- ask: select to_regclass('sessions_user') is null => t
