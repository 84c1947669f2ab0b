-- The command line of 2019: rows^fraction of each table, and one user with all that hangs on them,
-- downward without a limit, over two levels and a self-reference's own foreign keys.
-- fraction: 0.4
-- max_size: none
-- arguments: --logarithmic --force users:1 --children 2 --seed 4

create table users (id int primary key, inviter_id int references users, name text);
insert into users select n, nullif(n / 10, 0), 'user ' || n from generate_series(1, 1000) n;

create table orders (id int primary key, user_id int not null references users, placed_on date);
insert into orders select n, case when n <= 150 then 1 else 1 + n % 1000 end, date '2024-01-01' + n % 365 from generate_series(1, 3000) n;

create table items (order_id int not null references orders, line int, sku text, primary key (order_id, line));
insert into items select o, l, 'sku ' || l from generate_series(1, 3000) o, generate_series(1, 2) l;

-- ask: select count(*) from users where id = 1 => 1
-- ask: select count(*) from orders where id <= 150 => 150
-- ask: select count(*) from items where order_id <= 150 => 300
