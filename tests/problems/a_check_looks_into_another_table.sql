create table {p}_codes (code text primary key);
insert into {p}_codes select 'c' || n from generate_series(1, 100) n;
create function {p}_known(c text) returns boolean language sql stable as $$ select exists (select from public.{p}_codes where code = c) $$;
create table {p}_items (id int primary key, code text constraint {p}_known_code check ({p}_known(code)));
insert into {p}_items select n, 'c' || 1 + n % 100 from generate_series(1, 300) n;
comment on constraint {p}_known_code on {p}_items is 'looks elsewhere';
