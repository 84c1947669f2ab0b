-- setting: datestyle
do $$ begin execute format('alter database %I set datestyle = ''SQL, DMY''', current_database());
  execute format('alter database %I set intervalstyle = ''iso_8601''', current_database());
  execute format('alter database %I set bytea_output = ''escape''', current_database());
  execute format('alter database %I set extra_float_digits = ''0''', current_database()); end $$;
set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601'; set bytea_output = 'escape'; set extra_float_digits = 0;
create function {p}_shown(d date, i interval, b bytea, f float8) returns text language sql immutable as $$ select d::text || i::text || b::text || f::text $$;
create table {p}_dates (id int primary key, d date, i interval, b bytea, f float8, t text generated always as ({p}_shown(d, i, b, f)) stored);
insert into {p}_dates (id, d, i, b, f) select n, date '2026-02-03' + n, n * interval '1 hour', '\x00ff', n / 3.0 from generate_series(1, 90) n;
create index {p}_dates_shown on {p}_dates ({p}_shown(d, i, b, f));
create materialized view {p}_dates_shown_as as select id, d::text || i::text as t, f::text from {p}_dates;
reset datestyle; reset intervalstyle; reset bytea_output; reset extra_float_digits;
