-- Nothing of such a row may be written: the list of its columns to copy is empty, and each row is
-- made by the target. The second table has a key and a generated column of each row's other values.

create table stamps (
    kind text generated always as ('stamp') stored,
    size int generated always as (6 * 7) stored
);
insert into stamps select from generate_series(1, 90);

create table rectangles (
    id int primary key,
    width numeric not null,
    height numeric not null,
    area numeric generated always as (width * height) stored,
    label text generated always as (id::text || '-' || case when width > height then 'wide' else 'tall' end) stored unique
);
insert into rectangles (id, width, height) select n, n % 17 + 0.50, n % 13 + 0.250 from generate_series(1, 500) n;

-- ask: select count(*) >= 27 from stamps => t
-- ask: select count(*) from stamps where (kind, size) is distinct from ('stamp', 42) => 0
-- ask: select count(*) from rectangles where area is distinct from width * height => 0
