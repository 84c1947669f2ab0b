-- Team, project and person name each other in a ring, each NOT NULL. One chosen row brings the
-- ring of rows that hangs on it, and the load must end.
-- fraction: 0.08

create table teams (
    id uuid primary key,
    main_project_id uuid not null
);

create table projects (
    id uuid primary key,
    lead_id uuid not null
);

create table people (
    id uuid primary key,
    team_id uuid not null
);

insert into teams select md5('t' || n)::uuid, md5('p' || n)::uuid from generate_series(1, 400) n;
insert into projects select md5('p' || n)::uuid, md5('h' || (n * 3 % 400 + 1))::uuid from generate_series(1, 400) n;
insert into people select md5('h' || n)::uuid, md5('t' || (n * 7 % 400 + 1))::uuid from generate_series(1, 400) n;

alter table teams add foreign key (main_project_id) references projects (id) deferrable initially deferred;
alter table projects add foreign key (lead_id) references people (id) deferrable;
alter table people add foreign key (team_id) references teams (id) deferrable initially immediate;

-- ask: select count(*) from pg_constraint where contype = 'f' and condeferrable => 3
