-- Columns were dropped and added, so that attribute numbers have holes and the order of columns is
-- not the order in a fresh table: keys, foreign keys, indexes and defaults must be found by number,
-- and no value may shift.

create table people (
    gone_first text,
    id int not null,
    gone_second jsonb default '{}',
    name text,
    primary key (id)
);
insert into people select 'x', n, '{}', 'person ' || n from generate_series(1, 300) n;
alter table people drop column gone_first;
alter table people add column born date default '2000-01-01';
alter table people drop column gone_second;
alter table people add column code text generated always as (name || '!') stored;
alter table people add unique (code);

create table letters (
    a int, b int, c int, sender_id int references people, d int,
    id int primary key
);
insert into letters select 1, 2, 3, 1 + n % 300, 4, n from generate_series(1, 600) n;
alter table letters drop column a, drop column b, drop column d;
alter table letters add column receiver_id int references people;
update letters set receiver_id = 1 + id * 7 % 300 where id % 2 = 0;
alter table letters add column added_later text not null default 'fast default';
insert into letters (id, sender_id, added_later) select n, 5, 'own' from generate_series(1001, 1050) n;

-- ask: select string_agg(attname, ',' order by attnum) from pg_attribute where attrelid = 'people'::regclass and attnum > 0 and not attisdropped => id,name,born,code
-- ask: select count(*) from letters where (id <= 600) <> (added_later = 'fast default') => 0
