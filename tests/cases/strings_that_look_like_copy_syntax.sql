-- Values that mean something to COPY's text format, to psql or to an array literal: in binary they
-- are nothing special, in a text fallback each is a trap. The regtype column forces that fallback.
-- NULL and '' differ.
-- fraction: 1

create table strings (
    id int primary key,
    t text,
    v varchar(100),
    c char(12),
    b bytea,
    n name,
    kind regtype
);
create function strings_of_trouble() returns setof text language sql as $f$
    values ('\N'), (''), ('\.'), ('\\.'), ('\'), ('\\'), (E'\n'), (E'\r'), (E'\r\n'), (E'\t'), (E'a\tb\nc\\d'), ('\t'), ('\x41'), ('\101'),
           ('NULL'), ('{}'), ('{NULL}'), ('"'), (''''), (','), (' '), ('  padded  '), (E'\b\f\v'), ('\restrict x'), ('\q'), ('--'), ('/*'),
           (';'), ('$$'), ('${}'), ('%'), ('\N '), ('é'), (U&'e\0301'), ('🐎👩‍👩‍👧'), (chr(1114109)), (chr(1)), (chr(128)), ('ﬃ'), (U&'\FEFFbom')
$f$;
insert into strings
select row_number() over (), s, s, left(s, 12), convert_to(s, 'UTF8'), left(s, 63), 'strings'::regtype from strings_of_trouble() s;
insert into strings select 1000, null, null, null, null, null, null;
insert into strings select 2000 + n, chr(n), chr(n), chr(n), decode(lpad(to_hex(n), 2, '0'), 'hex'), chr(n), 'text'::regtype from generate_series(1, 255) n;
insert into strings values (3000, '', '', '', '\x00', '', null), (3001, null, null, null, '\x5c4e', null, '999999');

create table arrays_of_them (id int primary key, a text[], b bytea[], kinds regtype[]);
insert into arrays_of_them select id, array [t, null, v, ''], array [b, null], array [kind, null] from strings;

-- ask: select count(*) from strings where t is null => 2
-- ask: select t = E'\\N' from strings where id = 1 => t
-- ask: select length(b) from strings where id = 3000 => 1
