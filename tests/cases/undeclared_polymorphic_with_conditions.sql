-- One column that references one of three tables, by a column that tells which: a condition each,
-- one of them more than a comparison. The schema declares none of it.
-- config: [[foreign_keys]]
-- config: table = "comments"
-- config: columns = ["commentable_id"]
-- config: references = "posts(id)"
-- config: when = "commentable_type = 'Post'"
-- config: [[foreign_keys]]
-- config: table = "comments"
-- config: columns = ["commentable_id"]
-- config: references = "photos(id)"
-- config: when = "commentable_type in ('Photo', 'photo') and not hidden"
-- config: [[foreign_keys]]
-- config: table = "comments"
-- config: columns = ["commentable_id"]
-- config: references = "comments(id)"
-- config: when = "commentable_type = 'Comment'"
-- config: [tables.comments]
-- config: always = ["id = 10"]
-- fraction: 0.1
-- says: public.comments.commentable_id -> posts: 1 value resolves to nothing

create table posts (id bigint primary key, title text not null);
create table photos (id bigint primary key, file text not null);
create table comments (
    id bigint primary key,
    commentable_type text not null,
    commentable_id bigint not null,
    hidden boolean not null default false
);
insert into posts select n, 'post ' || n from generate_series(1, 400) n;
insert into photos select n, 'photo ' || n from generate_series(300, 900) n;
insert into comments
    select n, (array['Post', 'Photo', 'photo', 'Comment', 'Page'])[1 + n % 5], 1 + n * 7 % 900
    from generate_series(1, 2000) n where 1 + n * 7 % 900 <= 400 or n % 5 in (1, 2, 3, 4);
-- hidden ones may name what they like, and nobody looks at pages
update comments set hidden = true, commentable_id = 10000 + id where id % 35 = 1;
delete from comments where commentable_type in ('Photo', 'photo') and not hidden and commentable_id < 300;
update comments set commentable_id = 77777 where commentable_type = 'Post' and id % 10 = 0;
create index on comments (commentable_type, commentable_id);

-- ask: select count(*) > 0 from comments c join posts p on p.id = c.commentable_id where commentable_type = 'Post' => t
-- ask: select count(*) > 0 from comments c join photos p on p.id = c.commentable_id where commentable_type in ('Photo', 'photo') => t
