-- A function used by an index, a check or a generated column, which calls another one by its bare
-- name: pg_dump's empty search path breaks it unless the function sets a path of its own, as these
-- do. The rows are checked, and the index is built, under whatever path the load has.

create schema tools;
create function tools.strip(text) returns text language sql immutable as $$ select trim(both '- ' from $1) $$;
create function tools.normal(text) returns text language plpgsql immutable set search_path from current as $$ begin return lower(public.unaccented($1)); exception when undefined_function then return lower($1); end $$;
create function unaccented(text) returns text language sql immutable as $$ select translate($1, 'áéíóú', 'aeiou') $$;
create function key_of(text) returns text language sql immutable set search_path = tools, public as $$ select normal(strip(unaccented($1))) $$;
create function is_known(text) returns boolean language plpgsql stable set search_path = public as $$ begin return length(key_of($1)) > 0; end $$;

create table songs (
    id int primary key,
    title text not null check (is_known(title)),
    title_key text generated always as (key_of(title)) stored
);
insert into songs (id, title) select n, ' - Píseň číslo ' || n || ' -' from generate_series(1, 300) n;
create unique index on songs (key_of(title));
create index on songs (key_of(title) text_pattern_ops) where title is not null;

-- ask: select count(*) from songs where title_key is distinct from key_of(title) => 0
