-- The ends of every numeric type, NaN and the infinities, negative zero, the smallest float,
-- numerics of a thousand digits and with a trailing scale: nothing may pass through a float or a
-- decimal type of ours.
-- requires: 15
-- fraction: 1

create table numbers (
    id int primary key,
    i2 smallint, i4 int, i8 bigint,
    n numeric, n_scaled numeric(12, 4), n_negative_scale numeric(4, -2),
    f4 real, f8 double precision, m money, b boolean
);

insert into numbers values
    (1, -32768, -2147483648, -9223372036854775808, 'NaN', 'NaN', null, 'NaN', 'NaN', '-92233720368547758.08', false),
    (2, 32767, 2147483647, 9223372036854775807, 'Infinity', 99999999.9999, 999900, 'Infinity', 'Infinity', '92233720368547758.07', true),
    (3, 0, 0, 0, '-Infinity', -99999999.9999, -999900, '-Infinity', '-Infinity', 0, null),
    (4, null, null, null, 1.00, 1.0, 1234, 1e-45, 5e-324, 0.01, true),
    (5, 1, 1, 1, 1.000000000000000000000, 0, 50, 3.4028235e38, 1.7976931348623157e308, -0.01, true),
    (6, -1, -1, -1, 0, 0.0001, 49, '-0', '-0', null, false),
    (7, 7, 7, 7, 0.000, -0.0001, 0, 0.1, 0.1, 7, true),
    (8, 8, 8, 8, 123456789012345678901234567890.123456789, 8, 800, 0.30000001, 0.30000000000000004, 8, true);
insert into numbers (id, n) values
    (9, (repeat('9', 1000) || '.' || repeat('123', 500))::numeric),
    (10, ('-0.' || repeat('0', 1000) || '1')::numeric),
    (11, ('1' || repeat('0', 131071))::numeric),
    (12, 1e-1000),
    (13, '1e131071'),
    (14, 10000), (15, 100000000), (16, 0.00010000);

-- The primary key is a numeric here, and a float there.
create table by_numeric (n numeric primary key);
insert into by_numeric select n from numbers where n is not null and length(n::text) < 1500 on conflict do nothing;
create table by_float (f float8 primary key);
insert into by_float select distinct f8 from numbers where f8 is not null;

-- ask: select length(n::text) from numbers where id = 11 => 131072
-- ask: select n::text from numbers where id = 16 => 0.00010000
-- ask: select f8::text from numbers where id = 6 => -0
