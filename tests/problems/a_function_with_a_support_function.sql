create function {p}_support(internal) returns internal language internal strict as 'text_starts_with_support' /* of the server's own */;
create function {p}_begins(t text, p text) returns boolean language sql immutable as 'select starts_with(t, p)';
alter function {p}_begins(text, text) support {p}_support;
create function {p}_begins_too(t text, p text) returns boolean language internal immutable strict support pg_catalog.text_starts_with_support as 'text_starts_with';
create table {p}_begun (id int primary key, t text); insert into {p}_begun select n, 't' || n from generate_series(1, 60) n;
create view {p}_begun_view as select * from {p}_begun where {p}_begins(t, 't');
create function {p}_calls_it(t text) returns boolean language plpgsql immutable as $$ begin return public.{p}_begins(t, 't'); end $$;
create index {p}_begun_i on {p}_begun ({p}_calls_it(t));
