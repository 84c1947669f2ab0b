-- Views over views, with check options, a security barrier, a recursion, and columns under other
-- names; tables only hold rows, so none of these may be read as a table or copied into.

create table categories (id int primary key, parent_id int references categories, name text);
insert into categories select n, nullif(n / 4, 0), 'category ' || n from generate_series(1, 400) n;
create table products (id int primary key, category_id int not null references categories, price numeric, hidden boolean not null default false);
insert into products select n, 1 + n % 400, n * 1.5, n % 9 = 0 from generate_series(1, 800) n;

create recursive view paths (id, path) as
    select id, name from categories where parent_id is null
    union all
    select c.id, p.path || ' > ' || c.name from categories c join paths p on p.id = c.parent_id;

create view visible with (security_barrier) as select * from products where not hidden;
create view cheap as select id as product, price as "Price in €" from visible where price < 300 with local check option;
create view cheapest as select * from cheap where "Price in €" < 30 with cascaded check option;
create view everything (a, b, c) as select v.id, p.path, c."Price in €" from visible v left join paths p on p.id = v.category_id left join cheap c on c.product = v.id;
create view asked as select * from everything where a = (select min(product) from cheapest);
alter view asked alter column a set default 7;

-- A view replaced after another one was built on it, and one that selects from a table whose column was renamed.
create or replace view visible with (security_barrier = true) as select *, lower('ADDED') as added from products where not hidden;
alter table products rename column price to net_price;

-- ask: select count(*) from everything where b is null => 0
-- ask: select count(*) from products where id in (select product from cheap) and hidden => 0
