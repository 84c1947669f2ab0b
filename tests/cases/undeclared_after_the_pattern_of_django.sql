-- Generic foreign keys of Django: content types by number, keys of integers and uuids as text.
-- config: [[foreign_keys]]
-- config: table = "*"
-- config: generic = "content_type"
-- config: types = { "blog.note" = "notes_of_blog" }
-- config: [[foreign_keys]]
-- config: table = "action"
-- config: generic = "target_content_type"
-- config: [tables.tagged_item]
-- config: always = ["object_id = 'garbage' and id < 200", "content_type_id = 12 and id < 50"]
-- relation: tagged_item: object_id -> blog_post(id) when content_type_id = 7
-- relation: tagged_item: object_id -> shop_item(id) when content_type_id = 8
-- relation: tagged_item: object_id -> notes_of_blog(id) when content_type_id = 10
-- relation: action: target_object_id -> blog_post(id) when target_content_type_id = 7
-- fraction: 0.05
-- says: left out: what public.tagged_item.object_id names: 2 of the types in
-- says: public.tagged_item.object_id -> blog_post: 1 value resolves to nothing

create table django_content_type (
    id int primary key, app_label varchar(100) not null, model varchar(100) not null, unique (app_label, model)
);
insert into django_content_type values
    (7, 'blog', 'post'), (8, 'shop', 'item'), (9, 'gone', 'model'), (10, 'blog', 'note'), (11, 'auth', 'unused');
create table blog_post (id serial primary key, title text);
create table shop_item (id uuid primary key);
create table notes_of_blog (id bigserial primary key);
create table tagged_item (
    id serial primary key,
    content_type_id int not null references django_content_type,
    object_id text not null
);
create table action (id serial primary key, target_content_type_id int references django_content_type, target_object_id varchar(255));
create table auth_permission (id serial primary key, content_type_id int not null references django_content_type);
insert into blog_post select n, 'post ' || n from generate_series(1, 400) n;
insert into shop_item select md5(n::text)::uuid from generate_series(1, 400) n;
insert into notes_of_blog select generate_series(1, 400);
insert into auth_permission select n, 7 + n % 5 from generate_series(1, 15) n;
insert into tagged_item
    select n, 7 + n % 4,
        case n % 4 when 1 then md5((1 + n % 400)::text)::uuid::text when 0 then (1 + n * 3 % 400)::text else (1 + n % 400)::text end
    from generate_series(1, 2000) n;
update tagged_item set object_id = 'garbage' where content_type_id = 7 and id % 20 = 0;
insert into django_content_type values (12, 'also', 'gone');
update tagged_item set content_type_id = 12 where content_type_id = 9 and id % 3 = 0;
insert into action select n, 7, 1 + n % 400 from generate_series(1, 500) n;
create index on tagged_item (content_type_id, object_id);

-- ask: select count(distinct content_type_id) > 3 from tagged_item => t
-- ask: select count(*) > 0 from tagged_item t join shop_item i on i.id::text = object_id => t
-- ask: select count(*) > 0 from action join blog_post p on p.id::text = target_object_id => t
