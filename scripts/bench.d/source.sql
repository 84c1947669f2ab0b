-- The shape to measure: few users, many orders, more items. :size is 1 for 8.2 million rows. :layout
-- is where the items of an order lie: together, as they would be written, or scattered.
\set ON_ERROR_STOP on
\encoding UTF8
set max_parallel_maintenance_workers = 0;
select setseed(0.5) \g /dev/null

create table users (
    id bigint not null,
    name text not null,
    email text not null,
    manager_id bigint,
    created_at timestamptz not null
);
create table orders (
    id bigint not null,
    user_id bigint not null,
    status text not null,
    total numeric(12, 2) not null,
    note uuid not null,
    placed_at timestamptz not null
);
create table items (
    id bigint not null,
    order_id bigint not null,
    product integer not null,
    quantity integer not null,
    price numeric(10, 2) not null,
    name text not null
);

insert into users
select n, 'User number ' || n, 'user' || n || '@mail.example',
       case when n > 1 then 1 + n / 1000 end, timestamptz '2020-01-01Z' + n * interval '5 minutes'
from generate_series(1, (200000 * :size)::bigint) n;

insert into orders
select n, 1 + floor(random() * 200000 * :size)::bigint,
       (array['placed', 'paid', 'shipped', 'delivered'])[1 + n % 4],
       round((random() * 500)::numeric, 2), md5(n::text)::uuid,
       timestamptz '2021-01-01Z' + n * interval '1 minute'
from generate_series(1, (2000000 * :size)::bigint) n;

insert into items
select n, case when :'layout' = 'together' then 1 + (n - 1) / 3
               else 1 + floor(random() * 2000000 * :size)::bigint end, 1 + n % 5000, 1 + n % 3,
       round((random() * 90)::numeric, 2), 'Product ' || 1 + n % 5000
from generate_series(1, (6000000 * :size)::bigint) n;

alter table users add primary key (id);
alter table orders add primary key (id);
alter table items add primary key (id);
create index users_manager_id on users (manager_id);
create index orders_user_id on orders (user_id);
create index items_order_id on items (order_id);
alter table users add foreign key (manager_id) references users;
alter table orders add foreign key (user_id) references users;
alter table items add foreign key (order_id) references orders;
vacuum analyze;
checkpoint;
