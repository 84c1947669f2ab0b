-- One table of 30 columns, of which 10 are masked by what they hold.
create table customers (
    id bigint primary key, email text, first_name text, last_name text, phone text, street text,
    city text, postcode text, company text, iban text, api_token text,
    c1 int, c2 int, c3 bigint, c4 boolean, c5 date, c6 timestamptz, c7 numeric, c8 int, c9 int,
    c10 int, c11 bigint, c12 boolean, c13 int, c14 int, c15 int, c16 numeric, c17 int, c18 int,
    c19 int);
insert into customers
select n, 'person' || n || '@mail' || n % 90 || '.test', (array['Anna', 'Bob', 'Carla', 'Dieter'])[1 + n % 4],
    (array['Miller', 'Novak', 'Schmidt', 'Rossi'])[1 + n % 4], '+1 202 555 ' || lpad((n % 10000)::text, 4, '0'),
    n || ' Main Street', (array['Berlin', 'Paris', 'Vienna'])[1 + n % 3], lpad((n % 90000)::text, 5, '1'),
    'Company ' || n || ' Ltd', 'DE' || lpad(n::text, 20, '8'), 'tok_' || md5(n::text),
    n, n % 7, n * 11, n % 2 = 0, date '2020-01-01' + n % 900, timestamptz '2022-01-01Z' + n * interval '1 min',
    n / 3.0, n, n, n, n, n % 3 = 0, n, n, n, n / 7.0, n, n, n
from generate_series(1, (400000 * :size)::int) n;
grant select on all tables in schema public to reader;
