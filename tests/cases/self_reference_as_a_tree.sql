-- A category tree: each chosen category needs its whole line of ancestors, up to a root, and
-- none of its descendants. The root rows have NULL for a parent.
-- fraction: 0.1

create table categories (
    id int generated always as identity primary key,
    parent_id int references categories (id),
    name text not null
);

insert into categories (parent_id, name)
select case when n > 7 then n / 7 end, 'category ' || n
from generate_series(1, 2000) n;

create table products (
    id int generated always as identity primary key,
    category_id int not null references categories (id),
    name text not null
);

insert into products (category_id, name)
select 1 + n * 31 % 2000, 'product ' || n
from generate_series(1, 1500) n;

-- ask: select count(*) from categories c where parent_id is not null and not exists (select from categories p where p.id = c.parent_id) => 0
-- ask: select bool_and(parent_id = id / 7) from categories where parent_id is not null => t
