-- Orders partitioned by month, with a default partition; they reference customers, items reference
-- them over the composite key, and one table references a single partition. The rows are copied
-- once, whether they are read from the root or from the leaves.

create table customers (id int primary key, name text);
insert into customers select n, 'customer ' || n from generate_series(1, 300) n;

create table orders (
    id int not null,
    placed_on date not null,
    customer_id int not null references customers,
    note text,
    primary key (id, placed_on)
) partition by range (placed_on);
create table orders_2024_01 partition of orders for values from ('2024-01-01') to ('2024-02-01');
create table orders_2024_02 partition of orders for values from ('2024-02-01') to ('2024-03-01');
create table orders_early partition of orders for values from (minvalue) to ('2024-01-01');
create table orders_empty partition of orders for values from ('2030-01-01') to (maxvalue);
create table orders_other partition of orders default;
insert into orders select n, date '2023-12-15' + n % 120, 1 + n % 300, 'order ' || n from generate_series(1, 1200) n;

create table items (
    order_id int not null,
    order_placed_on date not null,
    line int not null,
    sku text,
    primary key (order_id, order_placed_on, line),
    foreign key (order_id, order_placed_on) references orders on delete cascade
);
insert into items select id, placed_on, l, 'sku ' || l from orders, generate_series(1, 2) l;

create table january_reviews (
    id int primary key,
    order_id int not null,
    placed_on date not null,
    foreign key (order_id, placed_on) references orders_2024_01 (id, placed_on)
);
insert into january_reviews select row_number() over (order by id), id, placed_on from orders_2024_01;

-- ask: select count(*) from items i left join orders o on (o.id, o.placed_on) = (i.order_id, i.order_placed_on) where o.id is null => 0
-- ask: select count(*) - count(distinct (id, placed_on)) from orders => 0
-- ask: select count(*) from pg_constraint where connamespace = 'public'::regnamespace and contype = 'f' and conparentid = 0 => 3
