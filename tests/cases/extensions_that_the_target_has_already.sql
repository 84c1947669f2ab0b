-- The platform made some extensions in the target beforehand, owned by a superuser, in a schema
-- heroku_ext that exists already: creating them again, or commenting on them, is refused. Such a
-- target still counts as empty.
-- target: create schema heroku_ext
-- target: grant usage on schema heroku_ext to public
-- target: create extension citext schema heroku_ext
-- target: create extension pg_trgm
-- target: create extension pg_stat_statements
-- target: create extension xml2

create schema heroku_ext;
create extension citext schema heroku_ext;
create extension hstore schema heroku_ext;
create extension pg_trgm;
create extension pg_stat_statements;
create extension xml2;
comment on extension citext is 'made by the platform';
comment on extension pg_trgm is 'made by the platform too';
comment on extension plpgsql is 'and this one';

create table users (id int primary key, email heroku_ext.citext unique, attributes heroku_ext.hstore);
insert into users select n, 'User' || n || '@Example.com', heroku_ext.hstore('n', n::text) from generate_series(1, 300) n;
create index on users using gin ((email::text) gin_trgm_ops);
create table sessions (id int primary key, email heroku_ext.citext references users (email));
insert into sessions select n, 'USER' || 1 + n % 300 || '@EXAMPLE.COM' from generate_series(1, 300) n;

-- ask: select count(*) from sessions s left join users u on u.email operator(heroku_ext.=) s.email where u.id is null => 0
-- ask: select nspname from pg_extension e join pg_namespace n on n.oid = extnamespace where extname = 'hstore' => heroku_ext
