-- The reader's sessions in this database write dates, intervals, floats and bytea in their own way,
-- and quote strings and names in another; so does pg_dump, under the same role. One of the tables
-- can only go as text, and what is written under one session's settings is read under another's.

do $$
declare
    setting text;
begin
    foreach setting in array array [
        'datestyle = ''German, DMY''', 'intervalstyle = sql_standard', 'extra_float_digits = -10', 'bytea_output = escape', 'timezone = ''Asia/Kathmandu''',
        'standard_conforming_strings = off', 'backslash_quote = on', 'xmlbinary = hex', 'xmloption = document', 'quote_all_identifiers = on', 'array_nulls = off',
        'search_path = ''$user'', odd, public', 'jit = off', 'enable_seqscan = off', 'max_parallel_workers_per_gather = 0', 'default_text_search_config = ''simple''',
        'transform_null_equals = on', 'check_function_bodies = off', 'row_security = on', 'client_min_messages = error', 'lc_monetary = ''C'''
    ] loop
        execute format('alter role reader in database %I set %s', current_database(), setting);
    end loop;
end
$$;

create schema odd;
-- pg_dump writes labels and comments as the session's standard_conforming_strings has it, without saying E''.
create type odd.path as enum ('back\slash', 'two\\', 'quote''\');
create domain odd.folder as text default 'c:\new' check (value <> '\');
create table odd.files (id int primary key, path odd.path default 'two\\', folder odd.folder, note text default E'\ttab\\');
insert into odd.files (id, path) select n, (enum_range(null::odd.path))[1 + n % 3] from generate_series(1, 100) n;
comment on table odd.files is 'c:\temp\new ''x''';
comment on column odd.files.path is 'a \ alone';

create table as_text (
    id int primary key,
    kind regtype,
    d date, ts timestamp, tz timestamptz, i interval, f4 real, f8 double precision, b bytea, m money, a date[], n text[], x xml, r tstzrange, t text
);
insert into as_text
select k, 'as_text', date '2024-02-03' + k, timestamp '2024-02-03 04:05:06.789' + k * interval '1 h', timestamptz '2024-03-04 05:06:07.000008+00' + k * interval '1 h',
       make_interval(years := -k, days := k, secs := -1.5), (1 / 3.0 + k)::real, 1 / 3.0 + k + 1e-12, convert_to(E'\\' || k, 'UTF8') || '\x00ff'::bytea, k::money,
       array [date '2024-11-12', null], array ['NULL', null, 'back\slash'], '<a/><b/>', tstzrange('2024-01-02', null), E'a\\''b'
from generate_series(1, 200) k;
create table as_binary as select id, d, ts, tz, i, f4, f8, b, m, a, n, x, r, t from as_text;
create table references_them (id int primary key, f8 double precision, at timestamptz);
create unique index on as_text (f8);
create unique index on as_text (tz);
insert into references_them select id, f8, tz from as_text;
alter table references_them add foreign key (f8) references as_text (f8), add foreign key (at) references as_text (tz);

-- ask: select obj_description('odd.files'::regclass) = 'c:\temp\new ''x''' => t
-- ask: select 'back\slash'::odd.path is not null => t
-- ask: select count(*) from as_text where d <> date '2024-02-03' + id or b <> convert_to(E'\\' || id, 'UTF8') || '\x00ff'::bytea => 0
-- ask: select count(*) from as_text where i <> make_interval(years => -id, days => id, secs => -1.5) or f8 <> 1 / 3.0 + id + 1e-12 => 0
-- ask: select count(*) from as_text where n[1] is distinct from 'NULL' or n[2] is not null => 0
