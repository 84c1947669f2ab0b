-- A foreign key with PERIOD is not an equality: the referenced rows together cover the period of the
-- referencing row. All of those that overlap it come, and each referencing row comes once. Rows of
-- history reference themselves, and a period may be a multirange.
-- requires: 18
-- config: [tables.talks]
-- config: always = ["id = 7"]
-- config: [tables.people]
-- config: always = ["id = 30"]

create extension btree_gist;
create table contacts (id int, valid_at daterange, primary key (id, valid_at without overlaps));
insert into contacts select n, daterange('2026-01-01', '2026-03-01') from generate_series(1, 200) n;
insert into contacts select n, daterange('2026-03-01', '2026-06-01') from generate_series(1, 200) n;
insert into contacts select n, daterange('2026-06-01', null) from generate_series(1, 200) n;
create table talks (id int primary key, contact_id int, valid_at daterange,
  foreign key (contact_id, period valid_at) references contacts (id, period valid_at));
insert into talks select n, 1 + n % 200, daterange('2026-02-15', '2026-03-15') from generate_series(1, 400) n;
insert into talks values (1001, null, daterange('2026-02-15', '2026-03-15')), (1002, 3, null), (1003, 4, daterange('2026-01-01', '2026-06-01'));
create table minutes (id int primary key, talk_id int not null references talks);
insert into minutes select n, n from generate_series(1, 400) n;

-- each person has a history, and so has the one above
create table people (id int, during tstzrange, manager int, primary key (id, during without overlaps),
  foreign key (manager, period during) references people (id, period during));
insert into people select p, tstzrange('2026-01-01'::timestamptz + y * interval '1 month', '2026-01-01'::timestamptz + (y + 1) * interval '1 month'),
  nullif(p - 1, 0) from generate_series(1, 60) p, generate_series(0, 3) y;
update people set manager = null where id % 20 = 0;

create table rooms (id int, during datemultirange, primary key (id, during without overlaps));
insert into rooms select n, datemultirange(daterange('2026-01-01', '2026-02-01'), daterange('2026-03-01', '2026-04-01')) from generate_series(1, 50) n;
insert into rooms select n, datemultirange(daterange('2026-02-01', '2026-03-01')) from generate_series(1, 50) n;
create table bookings (id int primary key, room int, during datemultirange, foreign key (room, period during) references rooms (id, period during));
insert into bookings select n, 1 + n % 50, datemultirange(daterange('2026-01-20', '2026-02-10'), daterange('2026-03-01', '2026-03-02')) from generate_series(1, 200) n;

-- ask: select count(*) = count(distinct id) and count(*) >= 120 from talks => t
-- ask: select count(*) from talks t where not coalesce((select range_agg(c.valid_at) @> t.valid_at from contacts c where c.id = t.contact_id), contact_id is null or valid_at is null) => 0
-- ask: select bool_and(convalidated) from pg_constraint where contype = 'f' => t
-- ask: select count(*) from minutes where talk_id = 7 => 1
-- ask: select count(*) = count(distinct (id, during)) from people => t
-- ask: select count(*) from people where id = 38 => 4
