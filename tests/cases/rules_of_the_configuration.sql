-- Rules for single tables: whole, none, a number, a percentage, a condition, and rows that come
-- with all their descendants. A table with rows = "none" is still a table of the target.
-- fraction: 0.02
-- config: [tables.countries]
-- config: rows = "all"
-- config: [tables.audit_log]
-- config: rows = "none"
-- config: [tables.users]
-- config: always = ["id = 7", "name = 'user 9'"]
-- config: [tables.events]
-- config: where = "at >= '2024-06-01'"
-- config: [tables."sales.orders"]
-- config: rows = 25
-- config: [tables.visits]
-- config: rows = "5%"
-- no rows: public.audit_log

create schema sales;
create table countries (code text primary key);
insert into countries select 'C' || n from generate_series(1, 200) n;
create table users (id int primary key, country text not null references countries, name text);
insert into users select n, 'C' || 1 + n % 200, 'user ' || n from generate_series(1, 500) n;
create table sales.orders (id int primary key, user_id int not null references users);
insert into sales.orders select n, 1 + n % 500 from generate_series(1, 1000) n;
create table sales.items (id int primary key, order_id int not null references sales.orders);
insert into sales.items select n, 1 + n % 1000 from generate_series(1, 3000) n;
create table audit_log (id bigserial primary key, user_id int references users, what text);
insert into audit_log (user_id, what) select 1 + n % 500, 'x' from generate_series(1, 1000) n;
create table events (id int primary key, at date not null);
insert into events select n, date '2024-01-01' + n % 300 from generate_series(1, 1000) n;
create table visits (at int);
insert into visits select generate_series(1, 1000);

-- ask: select count(*) from countries => 200
-- ask: select count(*) from audit_log => 0
-- ask: select count(*) from sales.orders where user_id in (7, 9) => 4
-- ask: select count(*) from sales.items i join sales.orders o on o.id = i.order_id where o.user_id in (7, 9) => 12
-- ask: select count(*) > 0 from events where at >= '2024-06-01' => t
-- ask: select count(*) >= 25 from sales.orders => t
-- ask: select count(*) >= 50 from visits => t
