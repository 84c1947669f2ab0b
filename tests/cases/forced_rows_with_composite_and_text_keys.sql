-- Rows that are forced by a key of several columns, of text with a comma and a quote in it, and in
-- another schema, with all that hangs on them, though not down a self-reference.
-- fraction: 0.02
-- arguments: --force shop.orders:42 --force "people:O'Hara, Kate" --children 1

create schema shop;
create table people (name text primary key, boss text references people);
insert into people values ('O''Hara, Kate', null);
insert into people select 'person ' || n, case when n % 4 = 0 then 'O''Hara, Kate' end from generate_series(1, 400) n;
create table shop.orders (id bigint primary key, person text not null references people);
insert into shop.orders select n, 'person ' || 1 + n % 400 from generate_series(1, 800) n;
insert into shop.orders select n, 'O''Hara, Kate' from generate_series(1001, 1020) n;
create table shop.items (order_id bigint not null references shop.orders, line int, primary key (order_id, line));
insert into shop.items select id, l from shop.orders, generate_series(1, 5) l;

-- ask: select count(*) from shop.items where order_id = 42 => 5
-- ask: select count(*) from people where name = 'O''Hara, Kate' => 1
-- ask: select count(*) from shop.orders where person = 'O''Hara, Kate' => 20
-- ask: select count(*) from shop.items where order_id > 1000 => 100
