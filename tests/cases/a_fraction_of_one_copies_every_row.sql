-- With a fraction of one the target has every row of every table, each once: trees, cycles, tables
-- without keys, partitions and orphans of a NOT VALID constraint alike.
-- fraction: 1

create table nodes (id int primary key, parent_id int references nodes, owner_id int);
create table owners (id int primary key, node_id int references nodes);
insert into nodes select n, nullif(n / 2, 0), null from generate_series(1, 800) n;
insert into owners select n, n * 3 from generate_series(1, 200) n;
update nodes set owner_id = 1 + id % 200;
alter table nodes add foreign key (owner_id) references owners;
create table log (what text);
insert into log select 'again' from generate_series(1, 700);
create table readings (at date, node_id int references nodes, value int) partition by range (at);
create table readings_old partition of readings for values from ('2020-01-01') to ('2024-01-01');
create table readings_new partition of readings default;
insert into readings select date '2023-06-01' + n, 1 + n % 800, n from generate_series(1, 400) n;
create table orphans (id int primary key, node_id int);
insert into orphans select n, n from generate_series(700, 900) n;
alter table orphans add foreign key (node_id) references nodes not valid;

-- ask: select count(*) from nodes => 800
-- ask: select count(*) from owners => 200
-- ask: select count(*) from log => 700
-- ask: select count(*) from readings => 400
-- ask: select count(*) from orphans => 201
