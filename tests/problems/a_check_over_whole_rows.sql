create table {p}_sizes (name text primary key); insert into {p}_sizes select 's' || n from generate_series(1, 60) n;
create table {p}_shirts (id int primary key, size text); insert into {p}_shirts select n, 's' || 1 + n % 60 from generate_series(1, 120) n;
create function {p}_shirt_ok(s {p}_shirts) returns boolean language plpgsql stable as $$ begin return exists (select from public.{p}_sizes where name = s.size); end $$;
alter table {p}_shirts add constraint {p}_whole_row check ({p}_shirt_ok({p}_shirts));
