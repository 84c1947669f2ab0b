-- Rows per table, and of the materialized view; a partitioned table counts as one.
select c.relname as table,
       (xpath('/row/n/text()',
              query_to_xml(format('select count(*) as n from %s', c.oid::regclass),
                           true, true, '')))[1]::text::bigint as rows
from pg_class c
where c.relkind in ('r', 'p', 'm')
  and not c.relispartition
  and c.relnamespace = 'public'::regnamespace
order by c.relname;
