-- CASCADE, SET NULL (also of one column only), SET DEFAULT and RESTRICT must be in the target as
-- they are in the source, and none of them may act during the load.
-- requires: 15

create table sections (id int primary key, name text not null);
insert into sections select n, 'section ' || n from generate_series(0, 200) n;

create table shelves (
    section_id int not null references sections on delete cascade on update cascade,
    number int not null,
    primary key (section_id, number)
);
insert into shelves select s, n from generate_series(1, 200) s, generate_series(1, 5) n;

create table books (
    id int primary key,
    section_id int not null default 0 references sections on delete set default on update restrict,
    shelf_section_id int not null,
    shelf_number int,
    twin_id int references books on delete set null on update set null,
    foreign key (shelf_section_id, shelf_number) references shelves (section_id, number)
        on delete set null (shelf_number) on update cascade
);
insert into books
select n, n % 201, 1 + n % 200, case when n % 3 > 0 then 1 + n % 5 end, case when n > 1 and n % 2 = 0 then n / 2 end
from generate_series(1, 1000) n;

create table notes (
    id int primary key,
    book_id int references books on delete restrict on update no action
);
insert into notes select n, nullif(n % 600, 0) from generate_series(1, 800) n;

-- ask: select string_agg(confdeltype::text || confupdtype::text, ' ' order by conname) from pg_constraint where connamespace = 'public'::regnamespace and contype = 'f' => dr nc nn ra cc
