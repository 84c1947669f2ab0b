-- Text search configurations and dictionaries of one's own, used by a generated column, an index on
-- an expression and a trigger: rows need them at load time, before any index exists.

create extension unaccent;
create schema search;
create text search dictionary search.plain (template = simple, stopwords = english, accept = false);
create text search dictionary search.english_short (template = snowball, language = english, stopwords = english);
create text search configuration search.site (copy = english);
alter text search configuration search.site alter mapping for asciiword, word, hword with unaccent, search.plain, search.english_short;
alter text search configuration search.site drop mapping for url, file;
comment on text search configuration search.site is 'of the site';

create table pages (
    id int primary key,
    title text not null,
    body text,
    found tsvector generated always as (setweight(to_tsvector('search.site', title), 'A') || to_tsvector('search.site', coalesce(body, ''))) stored,
    kept tsvector
);
insert into pages (id, title, body) select n, 'The Café at number ' || n, 'running runners ran past http://example.com/' || n from generate_series(1, 300) n;
update pages set kept = found where id % 2 = 0;
create index on pages using gin (found);
create index on pages using gin (to_tsvector('search.site', title));
create trigger pages_kept before insert or update on pages for each row execute function tsvector_update_trigger(kept, 'search.site', title, body);

-- ask: select count(*) from pages where found is distinct from setweight(to_tsvector('search.site', title), 'A') || to_tsvector('search.site', coalesce(body, '')) => 0
-- ask: select count(*) from pages where (kept is null) <> (id % 2 = 1) => 0
