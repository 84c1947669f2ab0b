-- Exclusion constraints, through btree_gist, over ranges, with a condition, and deferrable: they
-- come with the post-data, and a part of the rows never breaks what all of them keep.

create extension btree_gist;

create table rooms (id int primary key, name text);
insert into rooms select n, 'room ' || n from generate_series(1, 40) n;

create table reservations (
    id int generated always as identity primary key,
    room_id int not null references rooms,
    during tstzrange not null,
    cancelled boolean not null default false,
    constraint no_overlap exclude using gist (room_id with =, during with &&) where (not cancelled) deferrable initially deferred
);
insert into reservations (room_id, during, cancelled)
select 1 + n % 40, tstzrange(timestamptz '2024-01-01 00:00+00' + n / 40 * interval '2 h', timestamptz '2024-01-01 00:00+00' + (n / 40 + 1) * interval '2 h'), n % 6 = 0
from generate_series(0, 999) n;

create table circles (c circle, exclude using gist (c with &&));
insert into circles select circle(point(n * 10, 0), 2) from generate_series(1, 200) n;

-- ask: select count(*) from pg_constraint where contype = 'x' => 2
