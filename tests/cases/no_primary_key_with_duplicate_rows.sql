-- A table without any key, whose rows are repeated: two equal rows are two rows. Comparing or
-- deduplicating whole rows loses some, or never ends.

create table sponsors (id int primary key, name text);
insert into sponsors select n, 'sponsor ' || n from generate_series(1, 100) n;

create table clicks (
    sponsor_id int references sponsors,
    at timestamptz,
    url text
);
insert into clicks
select case when n % 9 > 0 then 1 + n % 20 end, timestamptz '2024-01-01 00:00+00', 'https://example.com/'
from generate_series(1, 1000) n;
insert into clicks select null, null, null from generate_series(1, 200);

create table readings (value float8);
insert into readings select 1.5 from generate_series(1, 500);

-- ask: select count(*) >= 360 from clicks => t
-- ask: select count(*) >= 150 from readings => t
