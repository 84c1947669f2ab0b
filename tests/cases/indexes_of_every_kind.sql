-- B-tree, hash, GiST, SP-GiST, GIN, BRIN; on expressions, with conditions, operator classes with
-- parameters, collations, storage parameters, statistics targets, a cluster mark and a replica
-- identity: all come after the rows and are the same as in the source.
-- requires: 14

create extension pg_trgm;
create extension ltree;
create function initial(text) returns text language sql immutable as 'select substr($1, 1, 1)';

create table places (
    id int primary key using index tablespace pg_default,
    name text not null collate "C",
    at point,
    area box,
    attributes jsonb,
    tags text[],
    path ltree,
    seen tstzrange,
    code uuid not null,
    ip inet
);
insert into places
select n, 'place ' || n, point(n, -n), box(point(n, n), point(n + 1, n + 1)), jsonb_build_object('n', n), array ['t' || n % 9, 'x'], ('a.b' || n)::ltree,
       tstzrange('2024-01-01', timestamptz '2024-01-01' + n * interval '1 h'), md5(n::text)::uuid, '10.0.0.0'::inet + n
from generate_series(1, 400) n;

create index on places (name collate "und-x-icu" desc nulls last, id);
create index on places (lower(name) text_pattern_ops) include (code) where name is not null;
create index on places (initial(name), (id % 10), ((attributes ->> 'n')::int));
create index on places using hash (code);
create index on places using gist (at);
create index on places using gist (area) with (buffering = on, fillfactor = 80);
create index on places using gist (path gist_ltree_ops (siglen = 100));
create index on places using gist (name gist_trgm_ops (siglen = 32));
create index on places using spgist (seen);
create index on places using spgist (ip inet_ops);
create index on places using gin (attributes jsonb_path_ops) with (fastupdate = off, gin_pending_list_limit = 128);
create index on places using gin (tags, attributes);
create index on places using brin (id int4_minmax_multi_ops (values_per_range = 16), code uuid_bloom_ops) with (pages_per_range = 4, autosummarize = on);
create unique index places_code on places (code);
create index places_expression on places ((id + 1), (id + 2));
alter index places_expression alter column 1 set statistics 500;
alter table places replica identity using index places_code;
alter table places cluster on places_pkey;
create unique index renamed on places (id desc, name);
alter index renamed rename to "Renamed index";
create table full_identity (id int);
alter table full_identity replica identity full;
create table no_identity (id int primary key);
alter table no_identity replica identity nothing;

-- ask: select count(*) from pg_index where indrelid = 'places'::regclass and indisvalid => 17
-- ask: select indisclustered from pg_index where indexrelid = 'places_pkey'::regclass => t
