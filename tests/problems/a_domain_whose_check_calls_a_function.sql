create table {p}_colours (name text primary key); insert into {p}_colours select 'x' || n from generate_series(1, 50) n;
create function {p}_is_colour(t text) returns boolean language sql stable as $$ select exists (select from public.{p}_colours where name = t) $$;
create domain {p}_colour as text constraint {p}_is_known check ({p}_is_colour(value));
create domain {p}_shade as {p}_colour constraint {p}_is_short check (length(value) < 9);
create type {p}_pair as (one {p}_colour, two {p}_shade);
create table {p}_paints (id int primary key, c {p}_colour, more {p}_colour[], p {p}_pair, s {p}_shade, r {p}_pair[]);
insert into {p}_paints select n, 'x' || 1 + n % 50, array['x' || 1 + n % 50, 'x2']::{p}_colour[], row('x' || 1 + n % 50, 'x3')::{p}_pair, 'x' || 1 + n % 50, array[row('x1', 'x2')::{p}_pair] from generate_series(1, 150) n;
