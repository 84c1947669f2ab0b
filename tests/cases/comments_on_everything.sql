-- Every kind of object that an ordinary owner may have can be commented on, with quotes, newlines
-- and backslashes in the comment; only those on extensions, and those on what is left out, are not
-- taken along.

create schema documented;
comment on schema documented is 'a ''schema'' with\backslash';
comment on schema public is 'changed by its owner';
create extension citext;
comment on extension citext is 'left out: only its owner may comment';

create type documented.kind as enum ('a');
create type documented.pair as (a int, b text);
create type documented.span as range (subtype = float8);
create domain documented.code as text constraint short check (length(value) < 9);
create sequence documented.numbers;
create collation documented.german (provider = icu, locale = 'de');
create function documented.same(int) returns int language sql as 'select $1';
create procedure documented.nothing() language sql as '';
create aggregate documented.total(int) (sfunc = int4pl, stype = int);
create operator documented.@@@ (function = int4pl, leftarg = int, rightarg = int);
create cast (documented.pair as documented.code) with inout;
create text search configuration documented.search (copy = simple);
create text search dictionary documented.words (template = simple);

create table documented.things (id int, k documented.kind, constraint things_key primary key (id), constraint positive check (id > 0));
insert into documented.things select n, 'a' from generate_series(1, 200) n;
create index things_k on documented.things (k);
create statistics documented.things_ik on id, k from documented.things;
create view documented.seen as select id as "odd ""name""" from documented.things;
create materialized view documented.kept as select * from documented.things;
create rule nothing_is_deleted as on delete to documented.things do instead nothing;
create trigger nothing_is_changed before update on documented.things for each row execute function suppress_redundant_updates_trigger();
create policy everybody on documented.things using (true);

comment on type documented.kind is 'kind';
comment on type documented.pair is 'pair';
comment on column documented.pair.b is 'b of pair';
comment on type documented.span is 'span';
comment on domain documented.code is 'code';
comment on constraint short on domain documented.code is 'short';
comment on sequence documented.numbers is 'numbers';
comment on collation documented.german is 'german';
comment on function documented.same(int) is E'same\nas it was';
comment on procedure documented.nothing() is 'nothing';
comment on aggregate documented.total(int) is 'total';
comment on operator documented.@@@ (int, int) is 'at';
comment on cast (documented.pair as documented.code) is 'cast';
comment on text search configuration documented.search is 'search';
comment on text search dictionary documented.words is 'words';
comment on table documented.things is E'first\n\n\\.\nlast; -- ''';
comment on column documented.things.k is '日本語';
comment on constraint things_key on documented.things is 'key';
comment on constraint positive on documented.things is 'positive';
comment on index documented.things_k is 'index';
comment on statistics documented.things_ik is 'statistics';
comment on view documented.seen is 'view';
comment on column documented.seen."odd ""name""" is 'column of a view';
comment on materialized view documented.kept is 'kept';
comment on rule nothing_is_deleted on documented.things is 'rule';
comment on trigger nothing_is_changed on documented.things is 'trigger';
comment on policy everybody on documented.things is 'policy';

-- ask: select obj_description('documented.things'::regclass) = E'first\n\n\\.\nlast; -- ''' => t
-- ask: select col_description('documented.things'::regclass, 2) => 日本語
