-- A NOT NULL self-reference, in which the topmost rows name themselves. Following it naively
-- never ends; inserting a row before its parent is impossible.
-- fraction: 0.2

create table accounts (
    id bigint primary key,
    owner_id bigint not null references accounts (id),
    email text not null unique
);

insert into accounts (id, owner_id, email)
select n, case when n % 10 = 0 then n else n - n % 10 end, 'account' || n || '@example.com'
from generate_series(10, 1009) n;

-- A ring of three, which no top row ends.
insert into accounts (id, owner_id, email)
values (2001, 2002, 'a@ring'), (2002, 2003, 'b@ring'), (2003, 2001, 'c@ring');

-- ask: select count(*) from accounts a where owner_id <> id and not exists (select from accounts o where o.id = a.owner_id) => 0
