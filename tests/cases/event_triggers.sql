-- Event triggers need a superuser, so they are left out; their functions are ordinary and stay. One
-- of them would refuse any table that is created, another records each command.
-- left out: EVENT TRIGGER no_tables
-- left out: EVENT TRIGGER records_drops
-- left out: EVENT TRIGGER off

create table ddl_log (what text);
create table users (id int primary key, name text);
insert into users select n, 'user ' || n from generate_series(1, 300) n;

create function refuse_tables() returns event_trigger language plpgsql as $$ begin raise exception 'no % here', tg_tag; end $$;
create function record_drops() returns event_trigger language plpgsql as $$
begin
    insert into public.ddl_log select object_identity from pg_event_trigger_dropped_objects();
end
$$;
create event trigger off on ddl_command_end execute function refuse_tables();
alter event trigger off disable;
create event trigger records_drops on sql_drop execute function record_drops();
comment on event trigger records_drops is 'for the auditors';
create event trigger no_tables on ddl_command_start when tag in ('CREATE TABLE', 'CREATE TABLE AS') execute function refuse_tables();

-- ask: select count(*) from pg_event_trigger => 0
-- ask: select count(*) from pg_proc where prorettype = 'event_trigger'::regtype and pronamespace = 'public'::regnamespace => 2
