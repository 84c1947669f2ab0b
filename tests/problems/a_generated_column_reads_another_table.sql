create table {p}_aa (id int primary key, code int);
create table {p}_zz (code int primary key, label text); insert into {p}_zz select n, 'label ' || n from generate_series(1, 60) n;
create function {p}_label(c int) returns text language sql immutable as $$ select label from public.{p}_zz where code = c $$;
alter table {p}_aa add column label text generated always as ({p}_label(code)) stored;
insert into {p}_aa (id, code) select n, 1 + n % 60 from generate_series(1, 240) n;
