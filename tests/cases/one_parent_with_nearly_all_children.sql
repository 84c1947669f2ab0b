-- Skew: one user wrote almost everything. `children` rows for each parent come first, and the rest
-- up to the target must still be found, though the other parents have nothing.
-- fraction: 0.1
-- arguments: --children 2 --seed 9

create table users (id int primary key, name text);
insert into users select n, 'user ' || n from generate_series(1, 500) n;

create table posts (id int primary key, user_id int not null references users, body text);
insert into posts select n, case when n % 100 = 0 then 1 + n / 100 else 42 end, repeat('x', n % 50) from generate_series(1, 3000) n;

create table likes (post_id int not null references posts, user_id int not null references users, primary key (post_id, user_id));
insert into likes select 1 + n % 10, 1 + n / 10 from generate_series(0, 2999) n;

-- ask: select count(*) >= 300 from posts => t
-- ask: select count(*) >= 300 from likes => t
