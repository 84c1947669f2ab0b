-- Triggers enabled, disabled, for replicas only and always, for rows and for statements, before and
-- after, with conditions, arguments, column lists and transition tables. None fires at the load,
-- not even an ALWAYS one, and each keeps its state.

create table audit_of_trigger (at_load boolean default true, trigger_name text);
create table counters (name text primary key, n int not null);
insert into counters values ('orders', 500);

create table orders (id int primary key, total numeric, changed_at timestamptz, code text);
insert into orders select n, n, timestamptz '2024-01-01', 'code ' || n from generate_series(1, 500) n;

create function note() returns trigger language plpgsql as $$
begin
    insert into public.audit_of_trigger (trigger_name) values (tg_name);
    return new;
end
$$;
create function stamp() returns trigger language plpgsql as $$ begin new.changed_at := now(); new.code := new.code || '!'; return new; end $$;
create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no % on % (%)', tg_op, tg_table_name, tg_argv[0]; end $$;
create function swallow() returns trigger language plpgsql as $$ begin return null; end $$;

create trigger a_stamp before insert or update on orders for each row execute function stamp();
create trigger b_swallow before insert on orders for each row when (new.id % 2 = 0) execute function swallow();
create trigger c_always after insert on orders for each row execute function note();
create trigger d_replica after insert on orders for each row execute function note();
create trigger e_disabled after insert on orders for each row execute function refuse('never', 'it''s "disabled"', E'\\x');
create trigger f_statement after insert on orders referencing new table as added for each statement execute function note();
create trigger g_refuse before truncate on orders for each statement execute function refuse('truncate');
create trigger h_columns after update of total, code on orders for each row when (old.* is distinct from new.*) execute function note();
create trigger "I ""odd"" name" after delete on orders referencing old table as "Old Rows" execute function note();
alter table orders enable always trigger c_always;
alter table orders enable replica trigger d_replica;
alter table orders disable trigger e_disabled;
create trigger refuse_all before insert or update or delete on counters for each statement execute function refuse('closed');
comment on trigger a_stamp on orders is 'stamps';

-- ask: select count(*) from audit_of_trigger where at_load => 0
-- ask: select count(*) from orders where changed_at <> '2024-01-01' or code like '%!' => 0
-- ask: select string_agg(tgenabled::text, '' order by tgname) from pg_trigger where tgrelid = 'orders'::regclass and not tgisinternal => OOOARDOOO
