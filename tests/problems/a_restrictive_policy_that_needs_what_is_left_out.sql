-- leave out: {p}_auth.*
create schema {p}_auth; create function {p}_auth.uid() returns int language sql stable as 'select 1'; create function {p}_auth.low(text) returns text language sql immutable as 'select lower($1)';
create table {p}_docs (id int primary key, owner text); insert into {p}_docs select n, 'o' || n from generate_series(1, 60) n;
alter table {p}_docs enable row level security; create policy {p}_all on {p}_docs using (true); create policy {p}_reads on {p}_docs for select to reader using (true);
create policy {p}_mine on {p}_docs as restrictive for update using (id = {p}_auth.uid()); create policy {p}_new on {p}_docs as restrictive for insert with check (id = {p}_auth.uid());
create index {p}_docs_low on {p}_docs ({p}_auth.low(owner)); create rule {p}_docs_rule as on delete to {p}_docs do also select {p}_auth.uid();
