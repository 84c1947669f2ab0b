-- One partition is a foreign table, which is left out: the root's other rows are copied, and its
-- own rows, which the root shows too, have no place to go.
-- left out: EXTENSION file_fdw
-- left out: SERVER files
-- left out: FOREIGN TABLE public.sales_archive
-- says: public.sales_archive

create extension file_fdw;
create server files foreign data wrapper file_fdw;

create table sales (at date not null, amount int) partition by range (at);
create table sales_2024 partition of sales for values from ('2024-01-01') to ('2025-01-01');
create table sales_2025 partition of sales for values from ('2025-01-01') to ('2026-01-01');
create foreign table sales_archive partition of sales for values from ('2000-01-01') to ('2001-01-01')
    server files options (program 'echo 2000-05-05,7', format 'csv');
insert into sales select date '2024-01-01' + n % 700, n from generate_series(1, 600) n;

-- ask: select count(*) >= 150 from sales => t
-- ask: select count(*) from sales where at < '2024-01-01' => 0
