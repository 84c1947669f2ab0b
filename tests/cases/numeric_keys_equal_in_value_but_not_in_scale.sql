-- 1, 1.0 and 1.00 are one key and three byte strings: a copier that compares bytes misses the
-- parent, or fetches it twice and fails on the primary key.

create table rates (
    rate numeric primary key,
    name text not null
);
insert into rates select n::numeric, 'rate ' || n from generate_series(1, 200) n;
insert into rates select n + 0.50, 'rate ' || n + 0.5 from generate_series(1, 200) n;
insert into rates values (0.000, 'nothing'), (1e30, 'much'), (123456789012345678901234567890.1200, 'exact'),
    ('NaN', 'unknown'), ('Infinity', 'all'), (-0.10, 'back');

create table contracts (
    id int primary key,
    rate numeric(20, 6) references rates (rate),
    fallback numeric references rates (rate)
);
insert into contracts select n, 1 + n % 200, 1.5000 + n % 200 from generate_series(1, 600) n;
insert into contracts values (1001, 0, 1000000000000000000000000000000.000), (1002, null, 123456789012345678901234567890.12),
    (1003, 'NaN', 'Infinity'), (1004, -0.1, 'NaN'), (1005, 0, 0);

-- ask: select count(*) from contracts c where fallback is not null and not exists (select from rates r where r.rate = c.fallback) => 0
