-- The database's search path puts public before pg_catalog, and public has functions and an
-- operator of the same names as those a copier uses. All of ours must be named in full, or run with
-- an empty path.

create function public.hashint8extended(bigint, bigint) returns bigint language plpgsql as $$ begin raise exception 'shadowed'; end $$;
create function public.hashtextextended(text, bigint) returns bigint language plpgsql as $$ begin raise exception 'shadowed'; end $$;
create function public.uuid_hash_extended(uuid, bigint) returns bigint language plpgsql as $$ begin raise exception 'shadowed'; end $$;
create function public.set_config(text, text, boolean) returns text language plpgsql as $$ begin raise exception 'shadowed'; end $$;
create function public.setval(regclass, bigint, boolean) returns bigint language plpgsql as $$ begin raise exception 'shadowed'; end $$;
create function public.uuid_differs(uuid, uuid) returns boolean language sql immutable as 'select false';
create operator public.= (function = public.uuid_differs, leftarg = uuid, rightarg = uuid);
create domain public.int8 as text;

create table users (id uuid primary key, number bigserial unique);
insert into users select md5(n::text)::uuid from generate_series(1, 300) n;
create table posts (id bigint generated always as identity primary key, user_id uuid not null references users, number bigint references users (number), title public.int8);
insert into posts (user_id, number, title) select md5((1 + n % 300)::text)::uuid, 1 + n % 300, 'x' from generate_series(1, 500) n;
create table tags (name text primary key, user_id uuid references users);
insert into tags select 'tag ' || n, md5((1 + n % 300)::text)::uuid from generate_series(1, 300) n;

do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$;

-- ask: select count(*) from posts p where not exists (select from users u where u.id operator(pg_catalog.=) p.user_id) => 0
