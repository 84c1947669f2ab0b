-- Every pair of X_type and X_id, as Rails writes them: classes whose tables have irregular plurals, lie in
-- another schema, or are named otherwise; classes without a table, and a pair that is none.
-- config: [[foreign_keys]]
-- config: table = "*"
-- config: polymorphic = "*"
-- config: types = { "Legacy::Doc" = "old_documents" }
-- config: [[foreign_keys]]
-- config: table = "notes"
-- config: columns = ["subject_id"]
-- config: references = "people(id)"
-- config: when = "subject_type = 'Person'"
-- config: children = 2
-- config: [tables.pictures]
-- config: always = ["id = 3"]
-- relation: notes: subject_id -> categories(id) when subject_type = 'Category'
-- relation: notes: subject_id -> admin.users(id) when subject_type = 'Admin::User'
-- relation: notes: subject_id -> old_documents(id) when subject_type = 'Legacy::Doc'
-- relation: notes: subject_id -> notes(id) when subject_type = 'Note'
-- relation: pictures: imageable_id -> people(id) when imageable_type = 'Person'
-- relation: pictures: imageable_id -> order_statuses(id) when imageable_type = 'OrderStatus'
-- fraction: 0.05
-- says: left out: what public.notes.subject_id names: 2 of the types in subject_type
-- says: public.pictures.imageable_id -> people: 1 value resolves to nothing

create schema admin;
create table people (id bigserial primary key, name text);
create table categories (id bigserial primary key);
create table admin.users (id bigserial primary key);
create table old_documents (id bigserial primary key);
create table order_statuses (id bigserial primary key);
create table accounts (id bigserial primary key, account_type text, account_id text);
create table notes (id bigserial primary key, subject_type varchar not null, subject_id bigint not null);
create table pictures (id bigserial primary key, imageable_type varchar, imageable_id varchar, unit_type int, unit_id int);
insert into people select n, 'person ' || n from generate_series(1, 300) n;
insert into categories select generate_series(1, 300);
insert into admin.users select generate_series(1, 300);
insert into old_documents select generate_series(1, 300);
insert into order_statuses select generate_series(1, 300);
insert into accounts select n, 'premium', n from generate_series(1, 20) n;
insert into notes
    select n, (array['Person', 'Category', 'Admin::User', 'Legacy::Doc', 'Note', 'Page', 'X'])[1 + n % 7], 1 + n * 11 % 300
    from generate_series(1, 2000) n;
insert into pictures
    select n, (array['Person', 'OrderStatus', null])[1 + n % 3], case when n % 3 = 0 then '999' else (1 + n * 7 % 300)::text end
    from generate_series(1, 1000) n;
create index on notes (subject_type, subject_id);

-- ask: select count(distinct subject_type) > 3 from notes => t
-- ask: select count(*) > 0 from pictures p join order_statuses s on s.id::text = imageable_id where imageable_type = 'OrderStatus' => t
