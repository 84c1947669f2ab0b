-- The same ring with nullable sides and a tail of outside parents: dropping the nullable edges gives
-- an order, following all of them gives whole rows.
-- fraction: 0.15

create table regions (id serial primary key, name text not null unique);
create table shops (
    id serial primary key,
    region_id int not null references regions,
    manager_id int
);
create table managers (
    id serial primary key,
    region_id int references regions,
    favourite_dish_id int
);
create table dishes (
    id serial primary key,
    invented_at_shop_id int references shops
);

insert into regions (name) select 'region ' || n from generate_series(1, 40) n;
insert into shops (region_id, manager_id) select 1 + n % 40, case when n % 3 > 0 then 1 + n * 11 % 500 end from generate_series(1, 600) n;
insert into managers (region_id, favourite_dish_id) select nullif(n % 41, 0), case when n % 5 > 0 then 1 + n * 13 % 700 end from generate_series(1, 500) n;
insert into dishes (invented_at_shop_id) select case when n % 2 = 0 then 1 + n * 17 % 600 end from generate_series(1, 700) n;

alter table shops add foreign key (manager_id) references managers on delete set null;
alter table managers add foreign key (favourite_dish_id) references dishes on delete set null;

-- ask: select nextval('shops_id_seq') > max(id) from shops => t
