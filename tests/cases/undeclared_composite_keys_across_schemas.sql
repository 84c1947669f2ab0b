-- A key of two columns that the schema does not declare, from one schema into another, given in another
-- order than the unique index has it; and a plain one to a column that is unique only.
-- config: [[foreign_keys]]
-- config: table = "sales.lines"
-- config: columns = ["tenant_id", "order_no"]
-- config: references = "shop.orders(tenant_id, number)"
-- config: [[foreign_keys]]
-- config: table = "sales.lines"
-- config: columns = ["sku"]
-- config: references = "shop.products(sku)"
-- config: [[foreign_keys]]
-- config: table = "shop.orders"
-- config: columns = ["Customer"]
-- config: references = "\"Customers\"(\"E-mail\")"
-- config: [tables."sales.lines"]
-- config: always = ["id = 201"]
-- fraction: 0.1
-- says: sales.lines.tenant_id, order_no -> shop.orders: 

create schema shop;
create schema sales;
create table "Customers" (id int primary key, "E-mail" text not null unique);
create table shop.orders (id int primary key, number bigint not null, tenant_id int not null, "Customer" varchar(50));
create unique index on shop.orders (number, tenant_id);
create table shop.products (id int primary key, sku char(12) not null unique);
create table sales.lines (id int primary key, tenant_id smallint, order_no int, sku text);
create index on sales.lines (order_no, tenant_id);
insert into "Customers" select n, 'customer' || n || '@example.com' from generate_series(1, 400) n;
insert into shop.orders select n, n % 100, n / 100, 'customer' || 1 + n % 400 || '@example.com' from generate_series(1, 800) n;
insert into shop.products select n, 'sku ' || n from generate_series(1, 200) n;
insert into sales.lines
    select n, case when n % 10 > 0 then n % 9 end, n % 101, 'sku ' || 1 + n % 210 from generate_series(1, 3000) n;

-- ask: select count(*) > 0 from sales.lines l join shop.orders o on o.tenant_id = l.tenant_id and o.number = l.order_no => t
