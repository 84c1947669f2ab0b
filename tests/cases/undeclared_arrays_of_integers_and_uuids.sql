-- Arrays of keys, with and without an index on their elements: NULLs among them, empty arrays, repeats,
-- two dimensions, and elements that no row has.
-- config: [[foreign_keys]]
-- config: table = "articles"
-- config: columns = ["tag_ids[]"]
-- config: references = "tags(id)"
-- config: [[foreign_keys]]
-- config: table = "articles"
-- config: columns = ["author_ids[]"]
-- config: references = "authors(id)"
-- config: [[foreign_keys]]
-- config: table = "articles"
-- config: columns = ["tenant", "codes[]"]
-- config: references = "codes(tenant, code)"
-- config: [[foreign_keys]]
-- config: table = "playlists"
-- config: columns = ["songs[]"]
-- config: references = "songs(id)"
-- config: [tables.articles]
-- config: rows = 40
-- fraction: 0.05
-- says: public.articles.tag_ids[] -> tags: 1 value resolves to nothing, left as is

create table tags (id smallint primary key, name text);
create table authors (id uuid primary key, name text);
create table codes (tenant int, code varchar(10), primary key (tenant, code));
create table articles (id int primary key, tag_ids bigint[], author_ids uuid[] not null, tenant int not null, codes text[]);
create table songs (id bigint primary key);
create table playlists (id int primary key, songs int[] not null);
insert into tags select n, 'tag ' || n from generate_series(1, 500) n;
insert into authors select md5(n::text)::uuid, 'author ' || n from generate_series(1, 500) n;
insert into codes select n % 5, 'c' || n from generate_series(1, 500) n;
insert into articles
    select n,
        case n % 4
            when 0 then null
            when 1 then '{}'
            when 2 then array[n, n, null, 9999999999, 1 + n % 500]
            else array[array[1 + n % 500, 1 + n % 499], array[1 + n % 7, 1 + n % 11]] end,
        array[md5((1 + n % 500)::text)::uuid, md5((1 + n % 300)::text)::uuid],
        n % 5,
        array['c' || n, 'c' || (5 + n % 500)]
    from generate_series(1, 500) n;
insert into songs select generate_series(1, 1000);
insert into songs values (9223372036854775807);
insert into playlists select n, array[n, 1 + n * 3 % 1000, 1 + n * 7 % 1000] from generate_series(1, 300) n;
create index on playlists using gin (songs);

-- ask: select count(*) > 0 from articles a where exists (select from authors u where u.id = any (a.author_ids)) => t
-- ask: select count(*) = 0 from articles a cross join lateral unnest(author_ids) x where x not in (select id from authors) => t
-- ask: select count(*) from playlists => 15
