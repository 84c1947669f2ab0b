-- Foreign tables, servers, user mappings and wrappers name other machines and need a superuser:
-- they are left out, with the views, the materialized view and the function that depend on them,
-- each named in the output. What does not depend on them stays.
-- left out: EXTENSION file_fdw
-- left out: EXTENSION postgres_fdw
-- left out: FOREIGN DATA WRAPPER dummy
-- left out: SERVER files
-- left out: SERVER elsewhere
-- left out: USER MAPPING USER MAPPING public SERVER elsewhere
-- left out: FOREIGN TABLE public.rates
-- left out: FOREIGN TABLE remote.accounts
-- left out: VIEW public.rates_of_today
-- left out: VIEW public.prices_in_euro
-- left out: MATERIALIZED VIEW public.kept_rates
-- left out: FUNCTION public.rate_of(text)
-- says: public.rates
-- says: remote.accounts
-- says: public.prices_in_euro
-- says: public.kept_rates

create extension file_fdw;
create extension postgres_fdw;
create foreign data wrapper dummy;
create schema remote;

create server files foreign data wrapper file_fdw;
create server elsewhere foreign data wrapper postgres_fdw options (host '192.0.2.1', dbname 'nothing', port '1');
create user mapping for public server elsewhere options (user 'nobody', password 'not a real password');

create foreign table rates (currency text not null, rate numeric check (rate > 0)) server files options (program 'echo EUR,1.00', format 'csv');
create foreign table remote.accounts (id int options (column_name 'account_id') not null, name text default 'x') server elsewhere options (table_name 'accounts');
comment on foreign table rates is 'from a file';
comment on column rates.rate is 'against the euro';

create table prices (id int primary key, currency text, amount numeric);
insert into prices select n, 'EUR', n * 1.10 from generate_series(1, 300) n;

create view rates_of_today as select * from rates;
create view prices_in_euro as select p.id, p.amount * r.rate as euro from prices p join rates_of_today r using (currency);
comment on view prices_in_euro is 'goes with the foreign table';
create materialized view kept_rates as select * from rates;
create unique index on kept_rates (currency);
create function rate_of(text) returns setof rates language sql as $$ select * from public.rates where currency = $1 $$;
create view own_prices as select * from prices where currency = 'EUR';
create function all_rates() returns bigint language sql as $$ select count(*) from public.prices $$;

-- ask: select count(*) > 0 from own_prices => t
-- ask: select count(*) from pg_foreign_server => 0
