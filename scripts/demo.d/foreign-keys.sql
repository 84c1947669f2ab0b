-- Every declared foreign key, checked row by row: how many rows refer to something, and how many
-- of them to nothing. The catalogue's "valid" is not taken for an answer.
select tbl as table, name as foreign_key,
       (xpath('/row/refer/text()', found))[1]::text::bigint as refer,
       (xpath('/row/broken/text()', found))[1]::text::bigint as broken
from (
    select f.conrelid::regclass::text as tbl, f.conname as name,
           query_to_xml(
               format('select count(*) as refer, count(*) filter (where not exists'
                      ' (select from %s p where %s)) as broken from %s c where %s',
                      f.confrelid::regclass,
                      string_agg(format('p.%I = c.%I', p.attname, c.attname), ' and '),
                      f.conrelid::regclass,
                      string_agg(format('c.%I is not null', c.attname), ' and ')),
               true, true, '') as found
    from pg_constraint f
    cross join unnest(f.conkey, f.confkey) k (c, p)
    join pg_attribute c on c.attrelid = f.conrelid and c.attnum = k.c
    join pg_attribute p on p.attrelid = f.confrelid and p.attnum = k.p
    where f.contype = 'f' and f.conparentid = 0
      and f.connamespace = 'public'::regnamespace
    group by f.oid, f.conrelid, f.confrelid, f.conname
) checked
order by 1, 2;
