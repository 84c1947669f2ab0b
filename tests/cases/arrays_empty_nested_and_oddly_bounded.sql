-- Arrays without elements, of many dimensions, with lower bounds other than 1, with NULLs, of every
-- kind of element, and of strings that must be quoted.
-- fraction: 1

create type colour as enum ('red', 'green', 'with space', 'with,comma', 'with"quote');
create table arrays (
    id int primary key,
    i int[], t text[], b bytea[], n numeric(10, 2)[], e colour[], u uuid[], j jsonb[], v varchar(5)[], c char(3)[], ts timestamptz[], x "char"[], f float8[]
);
insert into arrays values
    (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    (2, '{NULL}', '{NULL,"NULL",""}', array [null, '', '\x00ff']::bytea[], '{NaN,1.00,NULL}', enum_range(null::colour), array [gen_random_uuid()], array ['null', null]::jsonb[], '{a}', '{a,abc}', '{infinity,-infinity}', '{a,"\""}', '{nan,-0,infinity}'),
    (3, '[0:2]={1,2,3}', '[-5:-4]={a,b}', '[9:9]={"\\x00"}', '[2:2][3:4]={{1,2}}', '[0:0]={red}', null, null, null, null, null, null, null),
    (4, '{{{1,2},{3,4}},{{5,6},{7,8}}}', '{{"a b","c\"d"},{"e\\f","{g}"}}', null, null, '{{red,green},{"with space","with,comma"}}', null, '{{"{\"a\":[1]}"}}', null, null, null, null, null),
    (5, '{{{{{{1}}}}}}', '{" ", ",", "{}", "\\N"}', null, null, null, null, null, null, null, null, null, null);
insert into arrays (id, i, t) select n, array(select generate_series(1, n)), array(select repeat('y', k) from generate_series(0, n % 20) k) from generate_series(10, 300) n;

-- ask: select array_lower(i, 1) from arrays where id = 3 => 0
-- ask: select array_ndims(i) from arrays where id = 5 => 6
-- ask: select t[1] is null and t[2] = 'NULL' from arrays where id = 2 => t
