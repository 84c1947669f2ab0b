create table {p}_switch (fails boolean); insert into {p}_switch values (false);
create function {p}_may_fail() returns int language plpgsql as $$ begin if (select fails from public.{p}_switch) then raise exception 'it fails'; end if; return 1; end $$;
create materialized view {p}_broken as select {p}_may_fail() as n; create materialized view {p}_of_broken as select n from {p}_broken;
update {p}_switch set fails = true;
