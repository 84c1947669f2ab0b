-- The database has a search_path; a generated column, an index, a CHECK and statistics use a function
-- that finds another one only on that path.
-- setting: search_path
create schema {p}_shop;
do $$ begin execute format('alter database %I set search_path = {p}_shop, public', current_database()); end $$;
set search_path = {p}_shop, public;
create function {p}_shop.{p}_plain(t text) returns text language sql immutable as $$ select translate(lower(t), 'áéíóú', 'aeiou') $$;
create function {p}_shop.{p}_slug(t text) returns text language plpgsql immutable strict as $$ begin return replace({p}_plain(t), ' ', '-'); end $$;
create table {p}_shop.{p}_articles (id int primary key, title text not null check ({p}_slug(title) <> ''), slug text generated always as ({p}_slug(title)) stored);
insert into {p}_articles (id, title) select n, 'Nóvý ' || n from generate_series(1, 120) n;
create unique index {p}_by_slug on {p}_articles ({p}_slug(title));
create statistics {p}_articles_stats on ({p}_slug(title)), id from {p}_articles;
create materialized view {p}_shop.{p}_slugs as select id, {p}_slug(title) as s from {p}_articles;
set search_path = public;
