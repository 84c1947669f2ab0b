-- Foreign keys over uuid, date, timestamps, bytea, enum, boolean, inet, bit strings, char, name and
-- a domain: each is a key to be noted, passed to the source and looked up there, whatever its type.

create type mood as enum ('sad', 'ok', 'happy', 'a "b"', 'c,d', '{}', '');
alter type mood add value 'so-so' before 'ok';
create domain code as text check (value ~ '^[A-Z]{2}\d+$');

create table k_uuid (k uuid primary key); insert into k_uuid select md5(n::text)::uuid from generate_series(1, 200) n;
create table r_uuid (id int primary key, k uuid references k_uuid); insert into r_uuid select n, md5((1 + n % 200)::text)::uuid from generate_series(1, 300) n;

create table k_date (k date primary key); insert into k_date select date '2024-01-01' + n from generate_series(1, 200) n;
insert into k_date values ('infinity'), ('-infinity'), ('0044-03-15 BC');
create table r_date (id int primary key, k date references k_date); insert into r_date select n, date '2024-01-02' + n % 200 from generate_series(1, 300) n;
insert into r_date values (1001, 'infinity'), (1002, '-infinity'), (1003, '0044-03-15 BC'), (1004, null);

create table k_timestamptz (k timestamptz primary key); insert into k_timestamptz select timestamptz '2024-01-01 00:00:00.000001+00' + n * interval '1.000007 s' from generate_series(1, 200) n;
create table r_timestamptz (id int primary key, k timestamptz references k_timestamptz); insert into r_timestamptz select n, timestamptz '2024-01-01 00:00:00.000001+00' + (1 + n % 200) * interval '1.000007 s' from generate_series(1, 300) n;

create table k_bytea (k bytea primary key); insert into k_bytea select decode(md5(n::text), 'hex') from generate_series(1, 200) n;
insert into k_bytea values (''), ('\x00'), ('\x5c'), ('\x27');
create table r_bytea (id int primary key, k bytea references k_bytea); insert into r_bytea select n, decode(md5((1 + n % 200)::text), 'hex') from generate_series(1, 300) n;
insert into r_bytea values (1001, ''), (1002, '\x00'), (1003, '\x5c'), (1004, '\x27');

create table k_enum (k mood primary key); insert into k_enum select unnest(enum_range(null::mood));
create table r_enum (id int primary key, k mood not null references k_enum); insert into r_enum select n, (enum_range(null::mood))[1 + n % 8] from generate_series(1, 300) n;

create table k_boolean (k boolean primary key); insert into k_boolean values (true), (false);
create table r_boolean (id int primary key, k boolean references k_boolean); insert into r_boolean select n, n % 2 = 0 from generate_series(1, 100) n;

create table k_inet (k inet primary key); insert into k_inet select '10.0.0.0'::inet + n from generate_series(1, 200) n;
insert into k_inet values ('2001:db8::1'), ('10.0.0.1/8'), ('::/0');
create table r_inet (id int primary key, k inet references k_inet); insert into r_inet select n, '10.0.0.1'::inet + n % 200 from generate_series(1, 300) n;
insert into r_inet values (1001, '2001:db8::1/128'), (1002, '10.0.0.1/8'), (1003, '::/0');

create table k_bit (k varbit primary key); insert into k_bit select n::bit(12)::varbit from generate_series(1, 200) n;
insert into k_bit values (''), ('0'), ('00');
create table r_bit (id int primary key, k varbit references k_bit); insert into r_bit select n, (1 + n % 200)::bit(12)::varbit from generate_series(1, 300) n;
insert into r_bit values (1001, ''), (1002, '0'), (1003, '00');

create table k_char (k "char" primary key); insert into k_char select chr(n)::"char" from generate_series(33, 126) n;
create table r_char (id int primary key, k "char" references k_char); insert into r_char select n, chr(33 + n % 94)::"char" from generate_series(1, 300) n;

create table k_name (k name primary key); insert into k_name select repeat('n', 50) || n from generate_series(1, 200) n;
create table r_name (id int primary key, k name references k_name); insert into r_name select n, repeat('n', 50) || 1 + n % 200 from generate_series(1, 300) n;

create table k_domain (k code primary key); insert into k_domain select 'AB' || n from generate_series(1, 200) n;
create table r_domain (id int primary key, k code references k_domain, bare text references k_domain); insert into r_domain select n, 'AB' || 1 + n % 200, 'AB' || 1 + n * 3 % 200 from generate_series(1, 300) n;

create table k_time (k time primary key, tz timetz unique); insert into k_time select time '00:00' + n * interval '7 min', (time '00:00' + n * interval '7 min') at time zone 'UTC' from generate_series(0, 200) n;
insert into k_time values ('24:00', '24:00-15:59');
create table r_time (id int primary key, k time references k_time, tz timetz references k_time (tz)); insert into r_time select n, time '00:00' + n % 201 * interval '7 min' from generate_series(1, 300) n;
insert into r_time values (1001, '24:00', '24:00-15:59');

create table k_oid (k oid primary key, m money unique, a macaddr unique, l pg_lsn unique); insert into k_oid select n::bigint::oid, n::money, ('08:00:2b:01:02:' || lpad(to_hex(n), 2, '0'))::macaddr, ('0/' || to_hex(n))::pg_lsn from generate_series(0, 200) n;
insert into k_oid values (4294967295, '-92233720368547758.08', 'ff:ff:ff:ff:ff:ff', 'FFFFFFFF/FFFFFFFF');
create table r_oid (id int primary key, k oid references k_oid, m money references k_oid (m), a macaddr references k_oid (a), l pg_lsn references k_oid (l)); insert into r_oid select n, k.* from generate_series(1, 300) n join k_oid k on k.k = (n % 201)::oid;
insert into r_oid select 1001, k.* from k_oid k where k = 4294967295;

create table k_array (k text[] primary key); insert into k_array select array ['a"' || n, null, '', 'x,y\'] from generate_series(1, 200) n;
insert into k_array values ('{}'), ('{{a,b},{c,d}}'), ('[2:3]={a,b}'), ('{NULL}'), ('{"NULL"}');
create table r_array (id int primary key, k text[] references k_array); insert into r_array select n, array ['a"' || 1 + n % 200, null, '', 'x,y\'] from generate_series(1, 300) n;
insert into r_array values (1001, '{}'), (1002, '{{a,b},{c,d}}'), (1003, '[2:3]={a,b}'), (1004, '{NULL}'), (1005, '{"NULL"}');

-- ask: select count(*) from pg_constraint where connamespace = 'public'::regnamespace and contype = 'f' and convalidated => 19
