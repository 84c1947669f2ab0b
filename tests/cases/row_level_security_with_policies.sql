-- Row-level security, enabled, forced, and with policies though not enabled; everybody may SELECT
-- every row, so that the reader sees them all, and writing is restricted: the load, a materialized
-- view's refresh and the check of a foreign key may not fall foul of it.

create table tenants (id int primary key, name text);
insert into tenants select n, 'tenant ' || n from generate_series(1, 100) n;
create table documents (id int primary key, tenant_id int not null references tenants, parent_id int references documents, body text);
insert into documents select n, 1 + n % 100, nullif(n / 3, 0), 'body ' || n from generate_series(1, 500) n;
create table notes (id int primary key, document_id int references documents);
insert into notes select n, 1 + n % 500 from generate_series(1, 400) n;

alter table tenants enable row level security;
alter table tenants force row level security;
create policy see_all on tenants for select using (true);
create policy nobody_adds on tenants as restrictive for insert with check (false);

alter table documents enable row level security;
create policy see_all on documents for select to public using (true);
create policy own_only on documents for all using (tenant_id = current_setting('app.tenant', true)::int) with check (body <> '\.' and exists (select from tenants t where t.id = tenant_id));
create policy "the owner's" on documents for update to app_owner using (id % 2 = 0);

create policy not_enabled on notes for select using (false);
alter table notes force row level security;

create view document_names with (security_barrier) as select id, body from documents where tenant_id = 1;
create materialized view tenant_sizes as select t.id, count(d.id) as n from tenants t left join documents d on d.tenant_id = t.id group by t.id;

-- ask: select count(*) from pg_policies => 6
-- ask: select string_agg(relname || relrowsecurity::int || relforcerowsecurity::int, ' ' order by relname) from pg_class where relname in ('tenants', 'documents', 'notes') => documents10 notes01 tenants11
-- ask: select (select count(*) from tenant_sizes) = (select count(*) from tenants) => t
