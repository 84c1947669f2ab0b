-- A tree within each tenant: the foreign key is (tenant_id, parent_id), its first column NOT NULL
-- and part of the row's own key, its second nullable. With MATCH SIMPLE a NULL parent is no reference.

create table nodes (
    tenant_id int not null,
    id int not null,
    parent_id int,
    title text not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, parent_id) references nodes (tenant_id, id) on delete cascade
);

insert into nodes
select t, n, nullif(n / 3, 0), format('node %s of tenant %s', n, t)
from generate_series(1, 12) t, generate_series(1, 80) n;

-- ask: select count(*) from nodes n where parent_id is not null and not exists (select from nodes p where (p.tenant_id, p.id) = (n.tenant_id, n.parent_id)) => 0
