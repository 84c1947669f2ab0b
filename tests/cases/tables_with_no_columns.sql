-- A table may have no columns and yet have rows; `COPY t () FROM` is a syntax error, and so is a
-- list of nothing in a SELECT built by hand. The last one had columns once.

create table nothing ();
insert into nothing select from generate_series(1, 100);

create table nothing_at_all ();

create table nothing_left (a int, b text);
insert into nothing_left select n, 'x' from generate_series(1, 60) n;
alter table nothing_left drop column a, drop column b;

-- ask: select count(*) >= 30 from nothing => t
-- ask: select count(*) >= 18 from nothing_left => t
-- ask: select count(*) from nothing_at_all => 0
