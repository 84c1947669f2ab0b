-- Every built-in range and multirange, empty, unbounded and with infinite bounds (which are not the
-- same), and ranges made by the user over a builtin, over a domain and over a composite, with
-- functions of their own.
-- requires: 14

create table spans (
    id int primary key,
    i4 int4range, i8 int8range, n numrange, d daterange, ts tsrange, tstz tstzrange,
    mi int4multirange, mn nummultirange, md datemultirange, mtz tstzmultirange, a daterange[]
);
insert into spans values
    (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', '{}', '{}', '{}'),
    (2, '(,)', '(,5)', '[1.00,1.0]', '[-infinity,infinity]', '(-infinity,)', '[,infinity]', '{(,)}', '{[1.0,2.00),(3,)}', '{[2024-01-01,2024-02-01),[2025-01-01,infinity)}', '{(,)}', '{empty,"(,)",NULL}'),
    (3, '[1,1]', '[1,9223372036854775807)', '(NaN,)', '(,infinity)', null, '["2024-01-01 00:00+02","2024-01-01 00:00-02")', '{[1,3),[5,7)}', null, null, null, null);
insert into spans (id, i4, tstz, mi)
select n, int4range(n, n * 2, '(]'), tstzrange('2024-01-01', timestamptz '2024-01-01' + n * interval '1 h'), int4multirange(int4range(1, n), int4range(n + 5, n + 9))
from generate_series(10, 300) n;

create function minutes_between(a time, b time) returns float8 language sql immutable as $$ select extract(epoch from a - b) / 60 $$;
create type timerange as range (subtype = time, subtype_diff = minutes_between, multirange_type_name = opening_hours);

create domain percentage as numeric check (value between 0 and 100);
create type percentrange as range (subtype = percentage);

create type version as (major int, minor int);
create type versionrange as range (subtype = version);

create type textrange as range (subtype = text, collation = "C");

create table own_spans (id int primary key, opens timerange, week opening_hours, share percentrange, supports versionrange, letters textrange, many versionrange[]);
insert into own_spans
select n, timerange('08:00', time '08:00' + n * interval '1 min'), opening_hours(timerange('08:00', '12:00'), timerange('13:00', null)),
       percentrange(n % 50, 50.50 + n % 50), versionrange((1, n)::version, (2, null)::version, '[]'),
       textrange('a"', 'b,' || n), array [versionrange(null, null), null, 'empty']
from generate_series(1, 300) n;
create index on own_spans using gist (opens);
create index on spans using gist (tstz);

-- ask: select count(*) >= 90 from own_spans => t
