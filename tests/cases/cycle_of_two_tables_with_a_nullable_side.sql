-- A user belongs to an organisation, and an organisation may name one of its users as its owner.
-- Rows of either table can need the other, back and forth, several times.
-- fraction: 0.05

create table organisations (
    id int primary key,
    name text not null,
    owner_id int
);

create table users (
    id int primary key,
    organisation_id int not null references organisations (id),
    name text not null
);

insert into organisations (id, name) select n, 'organisation ' || n from generate_series(1, 300) n;
insert into users select n, 1 + n * 37 % 300, 'user ' || n from generate_series(1, 1200) n;

-- The owner of an organisation works for another one, so that the cycle is a long way round.
update organisations o
set owner_id = (select u.id from users u where u.organisation_id = 1 + o.id % 300 order by u.id limit 1)
where o.id % 4 <> 0;

alter table organisations add foreign key (owner_id) references users (id) on delete set null;

-- ask: select count(*) from organisations where owner_id is null and id % 4 <> 0 => 0
