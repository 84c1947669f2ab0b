-- Each table's key starts with tenant_id, and each foreign key has it as its first column: several
-- foreign keys overlap in one NOT NULL column, and the second column is nullable in some.
-- requires: 15

create table tenants (id int primary key, name text not null);
create table users (
    tenant_id int not null references tenants,
    id int not null,
    primary key (tenant_id, id)
);
create table projects (
    tenant_id int not null references tenants,
    id int not null,
    lead_id int,
    primary key (id, tenant_id),
    foreign key (tenant_id, lead_id) references users (tenant_id, id) on delete set null (lead_id)
);
create table tasks (
    tenant_id int not null,
    id int not null,
    project_id int not null,
    assignee_id int,
    reviewer_id int,
    primary key (tenant_id, id),
    foreign key (tenant_id, project_id) references projects (tenant_id, id) on delete cascade,
    foreign key (tenant_id, assignee_id) references users (tenant_id, id),
    foreign key (reviewer_id, tenant_id) references users (id, tenant_id)
);

insert into tenants select n, 'tenant ' || n from generate_series(1, 20) n;
insert into users select t, n from generate_series(1, 20) t, generate_series(1, 30) n;
insert into projects select t, n, case when n % 3 > 0 then 1 + (n + t) % 30 end from generate_series(1, 20) t, generate_series(1, 20) n;
insert into tasks
select t, n, 1 + n % 20, case when n % 2 = 0 then 1 + n % 30 end, case when n % 5 = 0 then 1 + n * 7 % 30 end
from generate_series(1, 20) t, generate_series(1, 80) n;

-- ask: select count(*) from tasks t where assignee_id is not null and not exists (select from users u where (u.tenant_id, u.id) = (t.tenant_id, t.assignee_id)) => 0
