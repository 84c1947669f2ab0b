-- json keeps its blanks, its repeated keys and their order; jsonb keeps 1.00, thirty digits and a
-- JSON null, which is not the SQL NULL. Parsing either on the way damages it.
-- fraction: 1

create table documents (id int primary key, j json, b jsonb, p jsonpath, a jsonb[]);
insert into documents values
    (1, '{"a" : 1,  "a":2, "b": 1.00}', '{"price": 1.00}', '$.a[*] ? (@ > 1.00)', array ['1.00', 'null', null]::jsonb[]),
    (2, 'null', 'null', 'strict $."a b".**{2 to last}', '{}'),
    (3, null, null, null, null),
    (4, E'[\n 1e3,\t-0, 1E-2 ]', '[1e3, -0, -0.0, 1E-2, 123456789012345678901234567890.123456789012345678901234567890]', '$', array [null]::jsonb[]),
    (5, '"\u00e9 \ud83d\ude00 \/ \u0000"', '"\u00e9 \ud83d\ude00 \/ \u0007"', '$.a like_regex "^\\d+$" flag "i"', null),
    (6, '{}', '{"": "", "b": {"c": [[], {}, [null]]}, "aa": true, "a": false}', '$[0 to 3, 5]', null),
    (7, '  [ ]  ', '"a \"quoted\" back\\slash"', '$.datetime("HH24:MI")', null),
    (8, '12345678901234567890123456789012345678901234567890', '1e1000', '$ ? (exists (@.a))', null);
insert into documents select n, format('{"n": %s.0,  "s": null}', n)::json, jsonb_build_object('n', n || '.10', 's', null), '$.n', null from generate_series(100, 300) n;

create index on documents using gin (b jsonb_path_ops);

-- ask: select j::text from documents where id = 1 => {"a" : 1,  "a":2, "b": 1.00}
-- ask: select b::text from documents where id = 1 => {"price": 1.00}
-- ask: select (b is null)::text || (j is null)::text from documents where id = 2 => falsefalse
-- ask: select count(*) from documents where b is null => 1
