-- What the tool's own message recommends for a reader that row-level security hides rows from.
create table {p}_mine (id int primary key, tenant text); insert into {p}_mine select n, 'a' || n % 3 from generate_series(1, 60) n;
alter table {p}_mine enable row level security; alter table {p}_mine force row level security;
create policy {p}_tenants on {p}_mine using (tenant = current_setting('app.tenant', true));
create policy review_data on {p}_mine for select to reader using (true);
create policy {p}_narrow on {p}_mine as restrictive for update to public using (tenant <> 'a1');
