-- setting: app.rate
do $$ begin execute format('alter database %I set app.rate = ''1.5''', current_database()); end $$;
set app.rate = '1.5';
create function {p}_gross(n numeric) returns numeric language sql immutable as $$ select n * current_setting('app.rate')::numeric $$;
create table {p}_prices (id int primary key, net numeric check ({p}_gross(net) > 0), gross numeric generated always as ({p}_gross(net)) stored);
insert into {p}_prices (id, net) select n, n from generate_series(1, 90) n;
create index {p}_prices_gross on {p}_prices ({p}_gross(net));
create materialized view {p}_total as select sum({p}_gross(net)) as total from {p}_prices;
reset app.rate;
