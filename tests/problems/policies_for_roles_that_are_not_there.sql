do $$ begin if not exists (select from pg_roles where rolname = 'authenticated') then create role authenticated; end if; end $$;
create table {p}_notes (id int primary key, tenant text); insert into {p}_notes select n, 'a' from generate_series(1, 60) n;
alter table {p}_notes enable row level security;
create policy {p}_everybody on {p}_notes for select using (true);
create policy {p}_own on {p}_notes for update to authenticated using (tenant = current_setting('app.t', true));
create policy {p}_narrow on {p}_notes as restrictive for update to authenticated using (tenant is not null);
create policy {p}_some on {p}_notes as restrictive for delete to authenticated, reader using (true);
comment on policy {p}_own on {p}_notes is 'theirs';
create policy {p}_reader on {p}_notes for select to reader using (true);
