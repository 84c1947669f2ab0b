-- A view that is written to through INSTEAD OF triggers, with a function that would change other
-- tables: it is a view, no table, and nothing may be written through it.

create table people (id int generated always as identity primary key, first_name text, last_name text);
insert into people (first_name, last_name) select 'first ' || n, 'last ' || n from generate_series(1, 400) n;
create table changes (at timestamptz, what text);

create view full_names as select id, first_name || ' ' || last_name as name from people;

create function write_full_name() returns trigger language plpgsql as $$
begin
    insert into public.changes values (now(), tg_op);
    if tg_op = 'DELETE' then
        delete from public.people where id = old.id;
        return old;
    end if;
    insert into public.people (first_name, last_name) values (split_part(new.name, ' ', 1), split_part(new.name, ' ', 2));
    return new;
end
$$;
create trigger write_full_name instead of insert or update or delete on full_names for each row execute function write_full_name();
create trigger said before insert on full_names for each statement execute function write_full_name();

-- ask: select count(*) from changes => 0
-- ask: select count(*) from pg_trigger where tgrelid = 'full_names'::regclass => 2
