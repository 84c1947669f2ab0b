create function {p}_hex(bytea) returns text language sql immutable as $$ select encode($1, 'hex') $$;
create function {p}_hex(uuid) returns text language sql immutable as $$ select {p}_hex(decode(replace($1::text, '-', ''), 'hex')) $$;
create table {p}_links (id uuid primary key, short text generated always as ({p}_hex(id)) stored); insert into {p}_links (id) select md5(n::text)::uuid from generate_series(1, 60) n;
