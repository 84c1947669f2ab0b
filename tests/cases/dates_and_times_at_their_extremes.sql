-- Infinity, years before Christ, the end of the calendar, 24:00, odd zones, microseconds, and
-- intervals whose months, days and time must not be folded into one another.
-- requires: 15
-- fraction: 1

create table times (
    id int primary key,
    d date, t time, tz timetz, ts timestamp, tstz timestamptz, i interval, t3 time(3), i_dm interval day to minute
);
insert into times values
    (1, 'infinity', '24:00', '24:00-15:59', 'infinity', 'infinity', '1 year 1 mon 2 days 03:00', '23:59:59.9994', '3 days 04:05'),
    (2, '-infinity', '00:00', '00:00+15:59', '-infinity', '-infinity', '-1 year +1 mon -2 days +03:00', '00:00', '-3 days 04:05'),
    (3, '4713-01-01 BC', '23:59:59.999999', '23:59:59.999999+05:30', '4713-01-01 00:00 BC', '4713-01-02 00:00+00 BC', '30 days', null, null),
    (4, '5874897-12-31', '12:00', '12:00-02:30:15', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '1 mon', null, null),
    (5, '0001-01-01', '00:00:00.000001', '12:00+00', '0001-12-31 23:59 BC', '1883-11-18 12:03:58-04:56:02', '178000000 years', null, null),
    (6, '2000-02-29', null, null, '2000-01-01', '2016-12-31 23:59:60+00', '-178000000 years', null, null),
    (7, '1582-10-10', null, null, '1969-12-31 23:59:59.999999', '1900-01-01 00:00:00.000001+00', '0', null, null),
    (8, null, null, null, null, null, '2147483647 days -2147483648 months', null, null),
    (9, null, null, null, null, null, '00:00:00.000001', null, null),
    (10, null, null, null, null, null, '-2562047788:00:54.775807', null, null),
    (11, null, null, null, null, null, '720:00', null, null);

create table by_moment (at timestamptz primary key, d date unique);
insert into by_moment values ('infinity', '-infinity'), ('-infinity', 'infinity'), ('4713-01-02 00:00+00 BC', '4713-01-01 BC');
insert into by_moment select timestamptz '2024-03-31 00:30+00' + n * interval '10 minutes', date '2024-01-01' + n from generate_series(1, 200) n;

-- ask: select extract(month from i) || ' ' || extract(day from i) || ' ' || extract(hour from i) from times where id = 1 => 1 2 3
-- ask: select isfinite(tstz) from times where id = 1 => f
