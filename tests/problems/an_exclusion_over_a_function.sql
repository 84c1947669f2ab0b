create extension if not exists btree_gist;
create table {p}_zones (name text primary key, grp int); insert into {p}_zones select 'z' || n, n from generate_series(1, 60) n;
create function {p}_group(t text) returns int language sql immutable as $$ select grp from public.{p}_zones where name = t $$;
create table {p}_spots (id int primary key, zone text, exclude using gist ({p}_group(zone) with =)); insert into {p}_spots select n, 'z' || n from generate_series(1, 60) n;
create unique index {p}_spot_groups on {p}_spots ({p}_group(zone));
create index {p}_spots_part on {p}_spots (id) where {p}_group(zone) > 3;
