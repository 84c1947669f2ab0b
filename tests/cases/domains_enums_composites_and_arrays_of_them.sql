-- Types made of types: domains over domains with checks and defaults, enums with values added out
-- of order, composites with a dropped attribute, nested in each other, in arrays and in domains.
-- Their OIDs differ in the target.

create domain positive as int check (value > 0);
create domain small_positive as positive default 7 not null check (value < 1000);
create domain tags as text[] check (array_position(value, null) is null) default '{}';
create domain email as text collate "C" constraint has_an_at check (value like '%@%');

create type status as enum ('open', 'closed');
alter type status add value 'pending' before 'closed';
alter type status add value 'archived' after 'closed';
alter type status add value 'first' before 'open';
alter type status rename value 'archived' to 'put away';

create type money_amount as (amount numeric(12, 2), currency char(3), obsolete text);
alter type money_amount drop attribute obsolete;
alter type money_amount add attribute note text;
create type order_line as (sku text, price money_amount, states status[], at timestamptz);
create domain priced_line as order_line check ((value).sku is not null);
create type pair as (l order_line, ls order_line[]);

create table orders (
    id int primary key,
    n small_positive,
    t tags,
    e email,
    s status not null,
    ss status[],
    price money_amount,
    l priced_line,
    lines order_line[],
    ls priced_line[],
    es email[],
    p pair,
    ps pair[]
);
insert into orders
select k, 1 + k % 900, array ['a,b', 'c "d"', k::text], 'u' || k || '@example.com',
       (enum_range(null::status))[1 + k % 5], array [(enum_range(null::status))[1 + k % 5], null, 'put away'],
       row (k + 0.50, 'EUR', null)::money_amount,
       row ('sku ' || k, row (1.10, 'CZK', '"')::money_amount, '{open}', 'infinity')::order_line,
       array [row ('x', null, null, null)::order_line, null, row ('', row (null, null, '')::money_amount, '{}', null)::order_line],
       array [row ('(', null, null, null)::order_line::priced_line],
       array ['a@b'::email, null],
       row (null, array [null::order_line])::pair, array [row (row ('y', null, '{NULL}', null), '{}')::pair]
from generate_series(1, 400) k;

-- The row type of another table is a composite too, dropped column and all.
create table places (id int primary key, gone int, city text, size positive);
alter table places drop column gone;
insert into places select n, 'city ' || n, n from generate_series(1, 100) n;
create table visits (id int primary key, place places, route places[]);
insert into visits select n, (select p from places p where p.id = 1 + n % 100), array(select p from places p where p.id <= n % 4) from generate_series(1, 200) n;

create index on orders (s) where s >= 'pending';

-- ask: select string_agg(e::text, ',' order by e) from unnest(enum_range(null::status)) e => first,open,pending,closed,put away
-- ask: select count(*) from orders where ((l).price).currency <> 'CZK' => 0
