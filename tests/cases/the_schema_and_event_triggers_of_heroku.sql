-- A Heroku database has a schema _heroku that the reader may not enter, and event triggers in
-- source and target. Theirs evaluates unistr(lower(current_query())), so that a CREATE EXTENSION
-- sent in one message with any backslash fails; and it refuses one from a session with temporary
-- objects or an odd search path.
-- requires: 14
-- left out: SCHEMA _heroku
-- left out: EVENT TRIGGER extension_before_drop
-- left out: EVENT TRIGGER log_create_ext
-- left out: EVENT TRIGGER 00_validate_before_start
-- target: create schema _heroku
-- target: create table _heroku.log (what text)
-- target: create function _heroku.extension_before_run() returns event_trigger language plpgsql security definer as $f$ begin perform unistr(lower(current_query())); if exists (select from pg_class where relpersistence = 't' and pg_table_is_visible(oid)) or pg_my_temp_schema() <> 0 then raise exception 'temporary objects exist'; end if; if (current_schemas(true))[1] <> 'pg_catalog' then raise exception 'pg_catalog must be first in the search path'; end if; insert into _heroku.log values (tg_tag); end $f$
-- target: create event trigger "00_validate_before_start" on ddl_command_start when tag in ('CREATE EXTENSION', 'ALTER EXTENSION', 'DROP EXTENSION') execute function _heroku.extension_before_run()

create schema _heroku;
create table _heroku.secrets (what text);
insert into _heroku.secrets values ('not for the reader');
create function _heroku.extension_before_drop() returns event_trigger language plpgsql security definer as $$
begin
    if tg_tag = 'DROP EXTENSION' and unistr(lower(current_query())) like '%plpgsql%' then
        raise exception 'cannot drop extension';
    end if;
end
$$;
create function _heroku.create_ext() returns event_trigger language plpgsql as $$ begin insert into _heroku.secrets values (tg_tag); end $$;
create function _heroku.postgis_after_create() returns void language sql as 'select';

create extension pg_trgm;
create extension citext;
comment on extension citext is 'a comment that an ordinary owner may not make';
comment on schema public is '';

create table users (
    id int primary key,
    email citext not null unique check (email ~ '^[^\s@]+@\w+\.\w+$'),
    code text default E'\\d+' check (code !~ '\\u')
);
insert into users select n, 'User' || n || '@example.com', null from generate_series(1, 300) n;
create index on users using gin (code gin_trgm_ops);
create function matches(text) returns boolean language sql immutable as $$ select $1 ~ '^\d+\.\U' $$;

create event trigger extension_before_drop on ddl_command_start when tag in ('DROP EXTENSION') execute function _heroku.extension_before_drop();
create event trigger log_create_ext on ddl_command_end when tag in ('CREATE EXTENSION') execute function _heroku.create_ext();
create event trigger "00_validate_before_start" on ddl_command_start when tag in ('CREATE EXTENSION') execute function _heroku.extension_before_drop();

-- ask: select count(*) from pg_extension where extname in ('citext', 'pg_trgm') => 2
