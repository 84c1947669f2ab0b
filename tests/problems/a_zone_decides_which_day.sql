-- setting: timezone
do $$ begin execute format('alter database %I set timezone = ''Pacific/Auckland''', current_database()); end $$;
set timezone = 'Pacific/Auckland';
create function {p}_day(at timestamptz) returns date language sql immutable as $$ select at::date $$;
create table {p}_events (id int primary key, at timestamptz not null, day date generated always as ({p}_day(at)) stored);
insert into {p}_events (id, at) select n, timestamptz '2026-01-01 00:30+00' + n * interval '1 hour' from generate_series(1, 120) n;
create index {p}_events_day on {p}_events ({p}_day(at));
create materialized view {p}_daily as select at::date as day, count(*) as n from {p}_events group by 1;
reset timezone;
