-- Heroku Postgres between 2022 and 2023: extensions are in heroku_ext, which the database's path
-- names; a review app's newer database has some of them already. The platform's own settings are not
-- the app's. Only extensions of a list may be made, and by nobody but the platform.
-- target: create schema heroku_ext
-- target: grant usage, create on schema heroku_ext to public
-- target: create extension pgcrypto schema heroku_ext
-- target: create schema _heroku
-- target: revoke all on schema _heroku from public
-- left out: EXTENSION pg_stat_statements
-- left out: EXTENSION pg_buffercache
-- says: left out: extension pg_buffercache, pg_stat_statements: nothing needs it
-- says: not set: log_min_duration_statement: it belongs to the platform
-- says: not set: work_mem: it fits the source's server

create schema _heroku;
create schema heroku_ext;
create extension pg_stat_statements schema heroku_ext;
create extension pg_buffercache schema heroku_ext;
create extension unaccent schema heroku_ext;
create extension pgcrypto schema heroku_ext;
create extension citext schema heroku_ext;
do $$ begin
    execute format('alter database %I set search_path = "$user", public, heroku_ext', current_database());
    execute format('alter database %I set log_min_duration_statement = ''2s''', current_database());
    execute format('alter database %I set work_mem = ''8MB''', current_database());
end $$;
set search_path = public, heroku_ext;
create function slug(text) returns text language plpgsql immutable as $$ begin return lower(unaccent($1)); end $$;
create table articles (
    id uuid primary key default gen_random_uuid(),
    email citext not null,
    title text not null,
    slug text generated always as (slug(title)) stored,
    check (email ~ '@')
);
insert into articles (email, title) select 'A' || n || '@example.com', 'Článek ' || n from generate_series(1, 200) n;
create index on articles (slug(title)) where email = 'a1@example.com';
create materialized view firsts as select distinct left(slug, 1) as letter from articles;

-- ask: select count(*) from articles where slug <> lower(heroku_ext.unaccent(title)) or slug ~ '[^a-z0-9 ]' => 0
-- ask: select count(*) from firsts => 1
-- ask: select count(*) from pg_db_role_setting s join pg_database d on d.oid = setdatabase, unnest(setconfig) e where datname = current_database() and e like 'search_path=%heroku_ext' => 1
