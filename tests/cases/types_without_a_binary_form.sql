-- The types of isn and intarray's query_int cannot be sent in binary, and regclass and its kin are
-- sent as OIDs, which mean other objects in the target: text is the only safe way, also where such
-- a type is a leaf of an array, a domain or a composite.

create extension isn;
create extension intarray;

create domain book_number as isbn13;
create type edition as (number isbn, year int);

create table books (id int primary key, ean ean13 unique, isbn isbn13, numbers isbn[], number book_number, e edition);
insert into books values
    (1, '978-0-393-04002-9', '978-0-393-04002-9', '{0-393-04002-X,NULL}', '978-0-393-04002-9', ('0-393-04002-X', 1999)),
    (2, '977-1436-452-00-8', null, '{}', null, (null, null)), (3, null, null, null, null, null);
create table reviews (id int primary key, ean ean13 references books (ean), stars int);
insert into reviews select n, case n % 3 when 0 then '978-0-393-04002-9'::ean13 when 1 then '977-1436-452-00-8'::ean13 end, n % 6 from generate_series(1, 300) n;

create table filters (id int primary key, q query_int, hit int[]);
insert into filters select n, format('%s & (2 | !3)', n)::query_int, array [n, 2] from generate_series(1, 300) n;

create schema other;
create type other.thing as enum ('a');
create function other.twice(int) returns int language sql immutable as 'select $1 * 2';
create operator other.@+@ (function = other.twice, rightarg = int);
create text search configuration other.plain (copy = simple);

create table objects (
    id int primary key, c regclass, t regtype, p regproc, pp regprocedure, o regoper, oo regoperator, n regnamespace, r regrole,
    cfg regconfig, dict regdictionary, coll regcollation, cs regclass[]
);
insert into objects values
    (1, 'books', 'other.thing', 'other.twice', 'other.twice(int)', '0', 'other.@+@(none,int)', 'other', 'app_owner', 'other.plain', 'simple', '"C"', '{books,reviews,NULL}'),
    (2, 'pg_class', 'other.thing[]', '0', '0', '0', '0', 'public', '0', 'simple', '0', '0', '{}'),
    (3, '4000000000', '4000000001', null, null, null, null, null, null, null, null, null, null);
insert into objects (id, c, t) select n, 'objects', 'book_number' from generate_series(10, 200) n;

create table access (id int primary key, acl aclitem, acls aclitem[]);
insert into access values (1, 'app_owner=r/app_owner', '{=r/app_owner,app_owner=arwdDxt/app_owner}'), (2, null, '{}');

-- ask: select count(*) from objects where id >= 10 and (c <> 'public.objects'::regclass or t <> 'public.book_number'::regtype) => 0
