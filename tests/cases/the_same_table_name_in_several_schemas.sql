-- Each schema has its own users and its own orders, with foreign keys within and across the
-- schemas. A copier that looks tables up by name alone mixes them. The database's search path names
-- one of them.

create schema shop;
create schema archive;
create schema auth;

create table auth.users (id int primary key, email text);
create table public.users (id int primary key references auth.users, nick text);
create table shop.users (id bigint primary key, auth_id int unique references auth.users on delete set null);
insert into auth.users select n, 'u' || n || '@example.com' from generate_series(1, 400) n;
insert into public.users select n, 'nick ' || n from generate_series(1, 300) n;
insert into shop.users select n + 10000, n from generate_series(1, 200) n;

create table shop.orders (id int primary key, user_id bigint not null references shop.users, approved_by int references public.users);
create table archive.orders (id int primary key, user_id int not null references auth.users, order_id int references shop.orders);
create table public.orders (id int primary key, order_id int not null references archive.orders);
insert into shop.orders select n, 10001 + n % 200, case when n % 2 = 0 then 1 + n % 300 end from generate_series(1, 600) n;
insert into archive.orders select n, 1 + n % 400, case when n % 3 = 0 then 1 + n % 600 end from generate_series(1, 500) n;
insert into public.orders select n, 1 + n % 500 from generate_series(1, 300) n;

do $$ begin execute format('alter database %I set search_path = archive, shop', current_database()); end $$;

-- ask: select count(*) from public.orders o left join archive.orders a on a.id = o.order_id left join auth.users u on u.id = a.user_id where u.id is null => 0
