-- A domain got a constraint NOT VALID, which rows broke already: the type's check would refuse them
-- at load, so it must come after the rows, as pg_dump puts it, and stay NOT VALID.

create domain postcode as text;
create table addresses (id int primary key, code postcode);
insert into addresses select n, case when n % 3 = 0 then 'not a code' else lpad(n::text, 5, '0') end from generate_series(1, 300) n;
alter domain postcode add constraint five_digits check (value ~ '^\d{5}$') not valid;
alter domain postcode add constraint short check (length(value) < 20);
create table shops (id int primary key, code postcode not null);
insert into shops select n, lpad(n::text, 5, '0') from generate_series(1, 200) n;

-- ask: select string_agg(conname || ' ' || convalidated, ', ' order by conname) from pg_constraint where contypid = 'postcode'::regtype => five_digits false, short true
-- ask: select count(*) > 0 from addresses where code = 'not a code' => t
