-- country, city, customer, order, item, and both an order and its delivery point back at a city:
-- rows at the bottom pull in parents on several paths, which meet again at the top.
-- fraction: 0.1

create table countries (code text primary key);
create table cities (id int primary key, country_code text not null references countries);
create table customers (id int primary key, city_id int not null references cities, born_in_id int references cities);
create table orders (id int primary key, customer_id int not null references customers, ship_to_city_id int not null references cities);
create table deliveries (id int primary key, order_id int not null unique references orders, from_city_id int not null references cities);
create table items (id int primary key, order_id int not null references orders, delivery_id int references deliveries);

insert into countries select 'C' || n from generate_series(1, 30) n;
insert into cities select n, 'C' || 1 + n % 30 from generate_series(1, 200) n;
insert into customers select n, 1 + n % 200, case when n % 3 = 0 then 1 + n * 7 % 200 end from generate_series(1, 400) n;
insert into orders select n, 1 + n * 3 % 400, 1 + n * 11 % 200 from generate_series(1, 1500) n;
insert into deliveries select n, n, 1 + n * 13 % 200 from generate_series(1, 900) n;
insert into items select n, 1 + n % 1500, case when n % 1500 < 900 and n % 2 = 0 then 1 + n % 1500 end from generate_series(1, 4000) n;

-- ask: select count(*) from items i left join orders o on o.id = i.order_id left join customers c on c.id = o.customer_id left join cities t on t.id = c.city_id left join countries l on l.code = t.country_code where l.code is null => 0
