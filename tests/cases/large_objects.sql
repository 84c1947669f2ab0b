-- Large objects belong to no table and are readable by their owner only: they are left out, and
-- that is said. The columns that hold their numbers are copied, and the trigger of the lo extension
-- comes along.
-- says: large object

create extension lo;

create table scans (id int primary key, image oid not null, preview lo);
insert into scans select n, lo_from_bytea(0, decode(repeat(md5(n::text), 100), 'hex')), lo_from_bytea(0, 'small') from generate_series(1, 60) n;
create trigger manage_preview before update or delete on scans for each row execute function lo_manage(preview);
select count(*) from (select lo_from_bytea(0, convert_to('orphan ' || n, 'UTF8')) from generate_series(1, 10) n) s;

do $$ begin execute format('comment on large object %s is %L', (select min(image) from scans), 'the first'); end $$;
do $$ begin execute format('grant select on large object %s to public', (select max(image) from scans)); end $$;

-- ask: select count(*) from pg_largeobject_metadata => 0
-- ask: select count(*) >= 18 from scans => t
