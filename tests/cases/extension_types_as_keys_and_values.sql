-- citext, hstore, ltree, cube, seg, uuid and pgcrypto in one database, each the key of a table or
-- the target of a foreign key, with the indexes that come with them.

create extension hstore;
create extension ltree;
create extension citext;
create extension cube;
create extension seg;
create extension "uuid-ossp";
create extension pgcrypto;
create extension btree_gin;
create extension pg_trgm;
create extension unaccent;

create table topics (path ltree primary key, label citext unique, attributes hstore default '');
insert into topics
select ('top.t' || n % 20 || '.n' || n)::ltree, 'Label ' || n, hstore(array ['a"b', n::text, 'null', null, '', '=>'])
from generate_series(1, 300) n;
insert into topics values ('top', null, null), ('', 'Empty', 'a=>NULL');
create index on topics using gist (path);
create index on topics using gin (attributes);

create table articles (
    id uuid primary key default uuid_generate_v4(),
    topic ltree not null references topics,
    label citext references topics (label),
    query lquery, any_of lquery[], text_query ltxtquery,
    secret bytea default crypt('x', gen_salt('md5'))::bytea,
    digest text generated always as (encode(digest(id::text, 'sha256'), 'hex')) stored,
    spot cube, length seg,
    tags citext[], attributes hstore[]
);
insert into articles (id, topic, label, query, any_of, text_query, spot, length, tags, attributes)
select md5(n::text)::uuid, t.path, upper(t.label::text), 'top.*.n1*@', array ['*{1,3}.foo|bar', '*']::lquery[], ('top & !n' || n)::ltxtquery, cube(array [n, 2.5]), '1.00 .. 2.50', array ['A"', null, 'b']::citext[], array [t.attributes, null]
from generate_series(1, 500) n
join topics t on t.label = 'label ' || 1 + n % 300;
create index on articles using gist (spot);
create index on articles using gin (digest gin_trgm_ops);

create table spots (c cube primary key, s seg unique);
insert into spots select cube(array [n, -n]), (n || ' .. ' || n + 1 || '.0')::seg from generate_series(1, 100) n;

-- ask: select count(*) from articles a where digest <> encode(digest(id::text, 'sha256'), 'hex') => 0
-- ask: select count(*) from articles where label is not null and label::text <> upper(label::text) => 0
