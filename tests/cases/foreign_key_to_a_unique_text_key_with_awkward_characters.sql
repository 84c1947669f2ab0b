-- The referenced key is a UNIQUE text column, not the primary key, and its values hold everything that
-- breaks a copier which pastes them into SQL, COPY text or an array literal.

create table tags (
    id int primary key,
    name text unique,
    note text
);

insert into tags (id, name) values
    (1, 'O''Reilly'), (2, 'say "hi"'), (3, 'back\slash'), (4, 'line' || chr(10) || 'break'),
    (5, 'tab' || chr(9) || 'stop'), (6, '\N'), (7, '\.'), (8, ''), (9, ' '), (10, 'NULL'), (11, 'null'),
    (12, '{a,b}'), (13, '{"a"}'), (14, '("x",y)'), (15, '007'), (16, '7'), (17, '7.0'), (18, '1e3'),
    (19, 'ends with a backslash\'), (20, '''; drop table tags; --'), (21, '$1'), (22, '%s %n %'),
    (23, 'žluťoučký kůň'), (24, '🐎'), (25, 'e' || U&'\0301'), (26, 'é'), (27, chr(13) || chr(10)),
    (28, chr(1) || chr(127)), (29, 'a, b'), (30, repeat('long ', 400)), (31, '\\x41'), (32, E'\v\f\b'),
    (33, 'trailing '), (34, 'trailing'), (35, chr(65279)), (36, 'NaN'), (37, 'infinity'), (38, null), (39, null);

create table posts (
    id int primary key,
    tag text references tags (name)
);

-- Each tag is used by about ten posts.
insert into posts select n, t.name from generate_series(1, 400) n left join tags t on t.id = 1 + n % 39;

-- ask: select count(*) from posts p where tag is not null and not exists (select from tags t where t.name = p.tag) => 0
