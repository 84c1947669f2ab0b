-- Publications, grants, default privileges and owners belong to the place, not to
-- the app: they are left out, and the tables that they are on are not. The target's objects all
-- belong to the role that loads them.
-- left out: PUBLICATION everything
-- left out: PUBLICATION some_posts
-- left out: PUBLICATION of_a_schema
-- requires: 15

create schema private;
create table private.accounts (id int primary key, email text, secret text);
insert into private.accounts select n, n || '@example.com', md5(n::text) from generate_series(1, 300) n;
create table posts (id int generated always as identity primary key, account_id int not null references private.accounts, body text);
insert into posts (account_id, body) select 1 + n % 300, 'post ' || n from generate_series(1, 400) n;
create view recent as select * from posts where id > 100;
create function visible() returns bigint language sql security definer as 'select count(*) from public.posts';
create domain short as text;

grant select, insert (email), update (email) on private.accounts to app_owner;
grant all on posts to app_owner with grant option;
revoke all on function visible() from public;
grant execute on function visible() to app_owner;
revoke usage on type short from public;
grant usage on schema private to app_owner;
revoke create on schema public from public;
alter default privileges in schema public grant select on tables to app_owner;
alter default privileges revoke execute on functions from public;
alter default privileges for role app_owner grant select on sequences to public;
alter table posts owner to app_owner;
alter view recent owner to app_owner;

set client_min_messages = error;
create publication everything for all tables;
create publication some_posts for table posts (id, body) where (id > 10), private.accounts (id) with (publish = 'insert');
create publication of_a_schema for tables in schema private;

-- ask: select count(*) from pg_publication => 0
-- ask: select count(*) from pg_default_acl => 0
