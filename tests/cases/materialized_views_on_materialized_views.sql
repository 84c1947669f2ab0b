-- Materialized views over each other, over a view, over a function and over nothing; with indexes,
-- one never populated and one over an empty table. They are filled from the target's rows, in an
-- order that only their dependencies give, and the unpopulated one stays so.

create schema z;
create table sales (id int primary key, shop text not null, amount numeric not null);
insert into sales select n, 'shop ' || n % 20, n / 7.0 from generate_series(1, 1000) n;

-- The names run against the order in which they must be filled.
create materialized view z.by_shop as select shop, sum(amount) as amount, count(*) as n from sales group by shop;
create view y_busy as select * from z.by_shop where n > 2;
create materialized view x_top as select * from y_busy order by amount desc limit 5;
create materialized view b_total as select sum(amount) as amount from x_top;
create materialized view a_of_all as select b.amount, (select count(*) from x_top) as shops, (select count(*) from z.by_shop) as all_shops from b_total b;

create function shops_like(text) returns setof text language sql stable set search_path = public as $$ select distinct shop from sales where shop like $1 $$;
create materialized view c_by_function as select shops_like('shop 1%') as shop;

create materialized view never_filled as select * from sales with no data;
create table empty (id int);
create materialized view over_nothing as select * from empty;
create materialized view constant (one, "Two") with (fillfactor = 80) as select 1, 'two' union all select 3, 'four';

create unique index on z.by_shop (shop);
create index on x_top (amount desc) where amount > 0;
create statistics shop_amounts on shop, amount from z.by_shop;
cluster z.by_shop using by_shop_shop_idx;
comment on materialized view x_top is 'the five best';
alter materialized view never_filled set (autovacuum_enabled = false);

-- ask: select sum(n) = (select count(*) from sales) from z.by_shop => t
-- ask: select shops = (select count(*) from x_top) and all_shops = (select count(distinct shop) from sales) from a_of_all => t
-- ask: select relispopulated from pg_class where relname = 'never_filled' => f
-- ask: select count(*) from constant => 2
