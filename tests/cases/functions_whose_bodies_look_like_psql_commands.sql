-- Function bodies, defaults, comments and view definitions with lines such as \restrict, \. and
-- \connect, with $$, semicolons and COPY in them: whoever filters or splits the text of a dump
-- breaks them.

create function with_psql_lines() returns text language plpgsql as $body$
begin
    return '
\restrict abc
\unrestrict abc
\.
\q
\! rm nothing
\connect postgres
-- a comment; with a semicolon
COPY public.users (id) FROM stdin;
1
\.
';
end;
$body$;

create function with_dollars(a text default '$$;$_$') returns text language sql immutable as $x$
    select $$it's $_$ $y$ $$ || '\' || a || $_$ ; $_$
$x$;
create function "$$"() returns text language sql as 'select ''$$''';

create procedure "end;"(inout a int) language plpgsql as $$
begin
    /* ; \. /* nested */ */
    a := a + 1;
end
$$;

create function escaped() returns text language sql as E'select E''\\\\.\\n\\\\restrict'' ';

create table users (
    id int primary key,
    name text default '
\restrict x
\.
',
    note text default with_dollars() check (note <> E'\n\\.\n'),
    shout text generated always as (upper(name) || E'\\;' || '--') stored
);
insert into users select n, case when n % 2 = 0 then E'\\.\n\\restrict' else 'user ' || n end, case when n % 3 = 0 then '\.' end from generate_series(1, 300) n;
insert into users (id) values (1001), (1002), (1003);
comment on table users is E'first line\n\\restrict abc\n\\.\n''; drop table users; --';
comment on function with_dollars(text) is '$$ ; \q';

create view "\." as select E'\n\\.\n' as "\restrict", id from users;

-- ask: select with_psql_lines() ~ E'\n\\\\unrestrict abc\n' => t
-- ask: select count(*) from users where id > 1000 and name <> E'\n\\restrict x\n\\.\n' => 0
