-- MATCH FULL: a reference is wholly NULL or wholly there. The referenced columns are given in another
-- order than the key's, and the columns have different names.

create table rooms (
    building text not null,
    floor smallint not null,
    number int not null,
    primary key (building, floor, number)
);

insert into rooms select b, f, n from unnest(array ['A', 'B', 'A ', 'a']) b, generate_series(-1, 3) f, generate_series(1, 12) n;

create table bookings (
    id int primary key,
    room_number int,
    room_floor smallint,
    room_building text,
    constraint bookings_room foreign key (room_number, room_building, room_floor)
        references rooms (number, building, floor) match full
);

insert into bookings
select n,
       case when n % 4 > 0 then 1 + n % 12 end,
       case when n % 4 > 0 then n % 5 - 1 end,
       case when n % 4 > 0 then (array ['A', 'B', 'A ', 'a'])[1 + n * 7 % 4] end
from generate_series(1, 900) n;

-- ask: select confmatchtype from pg_constraint where conname = 'bookings_room' => f
-- ask: select count(*) from bookings where num_nulls(room_number, room_floor, room_building) not in (0, 3) => 0
