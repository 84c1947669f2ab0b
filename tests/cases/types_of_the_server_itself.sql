-- Types that Postgres uses for itself and lets anybody use: transaction ids and snapshots, LSNs,
-- tuple ids, OIDs and vectors of them, "char", name, tsvector and tsquery, xml, access lists,
-- network and geometric values, bit strings.
-- differs since: 16
-- fraction: 1

create table odd_ones (
    id int primary key,
    lsn pg_lsn, snap pg_snapshot, old_snap txid_snapshot, x xid, x8 xid8, c cid, t tid,
    o oid, ov oidvector, iv int2vector, ch "char", n name, rc refcursor
);
insert into odd_ones values
    (1, '0/0', '10:20:10,14,15', '10:20:10,14,15', '3', '18446744073709551615', '7', '(0,1)', 0, '', '', '', '', ''),
    (2, 'FFFFFFFF/FFFFFFFF', '1:1:', '1:1:', '4294967295', '0', '4294967295', '(4294967295,65535)', 4294967295, '1 2 3', '-1 0 32767', 'x', 'name', 'cursor'),
    (3, null, null, null, null, null, null, null, null, null, null, '\200', null, null),
    (4, null, null, null, null, null, null, null, null, null, null, '\377', repeat('n', 63), null);

create table searchable (id int primary key, v tsvector, q tsquery);
insert into searchable values
    (1, '', ''), (2, null, null),
    (3, $$'a b':1A,2B,16383C 'it''s' 'back\\slash':5$$, $$'a b' & !('it''s':AB | back:*) <-> x <5> y$$),
    (4, to_tsvector('english', 'The fat cats sat on a mat'), to_tsquery('english', 'cat & !dog'));
create index on searchable using gin (v);

create table markup (id int primary key, x xml);
insert into markup values (1, '<a b="1">t&amp;<!-- c --></a>'), (2, 'only text'), (3, '<a/><b/>'), (4, ''), (5, null),
    (6, '<?xml version="1.0"?><!DOCTYPE r><r> é </r>'), (7, '<?xml version="1.0" encoding="ISO-8859-2"?><r/>'), (8, '<![CDATA[ ]]&gt; ]]>');

create table network (id int primary key, i inet, c cidr, m macaddr, m8 macaddr8);
insert into network values (1, '0.0.0.0/0', '0.0.0.0/0', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff:ff:ff'), (2, '10.1.2.3/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03'),
    (3, '::ffff:1.2.3.4', '2001:db8::/32', null, null), (4, 'fe80::1/64', '::/0', null, null);

create table shapes (id int primary key, p point, l line, s lseg, b box, open_path path, poly polygon, c circle);
insert into shapes values (1, '(0,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),0>'),
    (2, '(NaN,Infinity)', '{0,1,-0}', '[(NaN,0),(1,-Infinity)]', '(Infinity,Infinity),(-Infinity,-Infinity)', '((0.1,0.2))', '((1e-300,1e300))', '<(1,2),Infinity>'),
    (3, null, null, null, null, null, null, null);
create index on shapes using gist (b);

create table bits (id int primary key, b bit(3), b1 bit, v varbit, v5 varbit(5));
insert into bits values (1, B'101', B'0', B'', B''), (2, B'000', B'1', repeat('10', 4000)::varbit, B'10101'), (3, null, null, null, null);

-- ask: select x8::text from odd_ones where id = 1 => 18446744073709551615
-- ask: select x::text from markup where id = 8 => <![CDATA[ ]]&gt; ]]>
