-- A shared key: the same column is a foreign key to two tables, and a primary key that is itself a
-- foreign key makes a line of one-to-one tables. The row needs a parent in each.

create table entities (id uuid primary key, made_at timestamptz not null default now());
create table people (id uuid primary key references entities, name text not null);
create table employees (id uuid primary key references people, badge int not null unique);
create table directors (id uuid primary key references employees on delete cascade);

insert into entities select md5(n::text)::uuid, timestamptz '2024-01-01' + n * interval '1 h' from generate_series(1, 900) n;
insert into people select md5(n::text)::uuid, 'person ' || n from generate_series(1, 600) n;
insert into employees select md5(n::text)::uuid, n from generate_series(1, 300) n;
insert into directors select md5(n::text)::uuid from generate_series(1, 40) n;

create table permissions (
    person_id uuid not null references people (id),
    what text not null,
    primary key (person_id, what),
    foreign key (person_id) references entities (id),
    foreign key (person_id) references employees (id)
);
insert into permissions select md5((1 + n % 300)::text)::uuid, 'permission ' || n from generate_series(1, 900) n;

-- ask: select count(*) from directors d left join entities e using (id) where e.id is null => 0
