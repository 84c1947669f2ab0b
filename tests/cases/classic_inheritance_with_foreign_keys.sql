-- A parent table shows its children's rows too, so that a plain SELECT from it copies them twice;
-- foreign keys see only the rows of the parent itself; the same key may be in parent and child; a
-- child may have several parents, and its columns another order.

create table cities (
    id int primary key,
    name text not null,
    population int check (population >= 0),
    constraint only_here check (name <> 'nowhere') no inherit
);
create table capitals (state text not null, primary key (id)) inherits (cities);
create table named (name text, nick text);
create table ports (id int, depth numeric);
create table port_cities (berths int, unique (id)) inherits (ports, cities, named);

insert into cities select n, 'city ' || n, n * 10 from generate_series(1, 300) n;
-- Keys 1 to 60 are in the parent as well.
insert into capitals (id, name, population, state) select n, 'capital ' || n, n * 100, 'S' || n from generate_series(1, 150) n;
insert into port_cities (id, name, nick, depth, population, berths) select n, 'port ' || n, 'p', 5.50, 1, n % 9 from generate_series(1, 150) n;
insert into ports values (null, 1), (7, 2);
insert into port_cities (id, name) values (9999, 'nowhere');

alter table capitals add column founded date default '1000-01-01';
alter table cities add column country text default 'XX';

create table people (
    id int primary key,
    city_id int not null references cities,
    capital_id int references capitals,
    port_id int references port_cities (id)
);
insert into people select n, 1 + n % 300, case when n % 2 = 0 then 1 + n % 150 end, case when n % 3 = 0 then 1 + n % 150 end from generate_series(1, 600) n;
alter table capitals add column mayor_id int references people;
update capitals set mayor_id = id * 2 where id % 5 = 0;

create index on only cities (name);

-- ask: select count(*) - count(distinct id) from only cities => 0
-- ask: select count(*) - count(distinct id) from only port_cities => 0
-- ask: select count(*) from people p where not exists (select from only cities c where c.id = p.city_id) => 0
