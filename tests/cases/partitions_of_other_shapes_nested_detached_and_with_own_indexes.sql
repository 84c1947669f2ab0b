-- Partitions need not look like their table: other column orders, dropped columns, an index of their
-- own, an index of the table that is attached in some of them only. One that was detached concurrently
-- is a table of its own, and keeps its foreign key.
-- requires: 14

create table users (id int primary key);
insert into users select generate_series(1, 50);
create table logs (id int, at date, user_id int references users, note text) partition by range (at);
create table logs_1 partition of logs for values from ('2026-01-01') to ('2026-02-01');
create table logs_3 (note text, x int, user_id int, at date, id int) partition by list (user_id);
alter table logs_3 drop column x;
alter table logs attach partition logs_3 for values from ('2026-03-01') to ('2026-05-01');
create table logs_3a (user_id int, id int, y int, at date, note text);
alter table logs_3a drop column y;
alter table logs_3 attach partition logs_3a for values in (1, 2, 3);
create table logs_3d partition of logs_3 default;
create table logs_9 partition of logs for values from ('2026-09-01') to ('2026-10-01');
create table logs_10 partition of logs for values from ('2026-10-01') to ('2026-11-01') partition by hash (id);
create table logs_10a partition of logs_10 for values with (modulus 2, remainder 0);
create table logs_10b partition of logs_10 for values with (modulus 2, remainder 1);
insert into logs select n, (array[date '2026-01-05', '2026-03-07', '2026-09-09', '2026-10-10'])[1 + n % 4], 1 + n % 50, 'n' || n
  from generate_series(1, 600) n;
create index on logs_3 (note);
create index logs_3a_own on logs_3a (id);
create index logs_user on only logs (user_id);
create index logs_1_user on logs_1 (user_id);
alter index logs_user attach partition logs_1_user;
create table events (id int, at date, primary key (id, at)) partition by range (at);
create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
create table events_d partition of events default;
insert into events select n, date '2026-01-01' + n % 60 from generate_series(1, 200) n;
create table of_events (id int primary key, event int, at date, foreign key (event, at) references events);
insert into of_events select id, id, at from events;
alter table logs detach partition logs_9 concurrently;
alter table logs detach partition logs_10 concurrently;

-- ask: select count(*) from logs_9 where user_id not in (select id from users) => 0
-- ask: select string_agg(c.relname, ' ' order by c.relname) from pg_inherits i join pg_class c on c.oid = inhrelid where inhparent = 'logs'::regclass => logs_1 logs_3
-- ask: select indisvalid from pg_index where indexrelid = 'logs_user'::regclass => f
-- ask: select count(*) > 0 from logs_10b => t
