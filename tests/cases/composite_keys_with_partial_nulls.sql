-- MATCH SIMPLE, the default: a reference of which any part is NULL is no reference, and its other
-- parts may hold values that exist nowhere. Copiers that look up by the first column find wrong
-- parents.

create table stock (
    warehouse text not null,
    shelf int not null,
    slot smallint not null,
    primary key (warehouse, shelf, slot)
);

insert into stock
select w, s, l from unnest(array ['north', 'south', 'east']) w, generate_series(1, 20) s, generate_series(1, 10) l;

create table parcels (
    id int primary key,
    warehouse text,
    shelf int,
    slot smallint,
    foreign key (warehouse, shelf, slot) references stock (warehouse, shelf, slot)
);

insert into parcels
select n, w, s, l
from (select n,
             (array ['north', 'south', 'east'])[1 + n % 3] w,
             1 + n % 20 s,
             1 + n % 10 l
      from generate_series(1, 500) n) p;

-- No such warehouse, shelf or slot; lawful because another part is NULL.
insert into parcels values
    (1001, 'nowhere', null, 1), (1002, null, 999, null), (1003, 'nowhere', 999, null),
    (1004, null, null, null), (1005, null, 1, 1), (1006, 'north', null, 1), (1007, 'north', 1, null);
insert into parcels select n, 'nowhere', null, n % 100 from generate_series(1100, 1400) n;

-- ask: select count(*) from stock where warehouse = 'nowhere' => 0
