-- More types where equal is not identical: negative zero, intervals (a month is thirty days), jsonb
-- numbers, arrays of numerics, ranges of numerics, records. Each reference is spelled otherwise
-- than its key.

create table zeros (key float8 primary key);
insert into zeros select n / 8.0 from generate_series(0, 200) n;
create table uses_of_zeros (id int primary key, key float8 references zeros (key));
insert into uses_of_zeros select n, case when n % 10 = 0 then '-0'::float8 else n % 200 / 8.0 end from generate_series(1, 300) n;

create table periods (key interval primary key);
insert into periods select n * interval '1 month' from generate_series(1, 200) n;
create table uses_of_periods (id int primary key, key interval references periods (key));
insert into uses_of_periods
select n, case when n % 2 = 0 then (1 + n % 200) * interval '30 days' else (1 + n % 200) * interval '720 hours' end
from generate_series(1, 300) n;

create table documents (key jsonb primary key);
insert into documents select jsonb_build_object('a', n, 'b', null) from generate_series(1, 200) n;
create table uses_of_documents (id int primary key, key jsonb references documents (key));
insert into uses_of_documents
select n, format('{"b": null, "a": %s.00}', 1 + n % 200)::jsonb from generate_series(1, 300) n;

create table vectors (key numeric[] primary key);
insert into vectors select array [n, n + 1] from generate_series(1, 200) n;
create table uses_of_vectors (id int primary key, key numeric[] references vectors (key));
insert into uses_of_vectors select n, array [1.0 + n % 200, 2.00 + n % 200] from generate_series(1, 300) n;

create table spans (key numrange primary key);
insert into spans select numrange(n, n + 1) from generate_series(1, 200) n;
create table uses_of_spans (id int primary key, key numrange references spans (key));
insert into uses_of_spans select n, numrange(1.0 + n % 200, 2.00 + n % 200) from generate_series(1, 300) n;

create type point3 as (x numeric, y numeric, label text);
create table points (key point3 primary key);
insert into points select row (n, -n, 'p"' || n)::point3 from generate_series(1, 200) n;
create table uses_of_points (id int primary key, key point3 references points (key));
insert into uses_of_points select n, row (1.0 + n % 200, -1.00 - n % 200, 'p"' || 1 + n % 200)::point3 from generate_series(1, 300) n;

-- ask: select count(*) from uses_of_zeros u where not exists (select from zeros z where z.key = u.key) => 0
-- ask: select count(*) from uses_of_documents u where u.key::text !~ '\.00' => 0
