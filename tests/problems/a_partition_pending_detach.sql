create table {p}_logs (id int, at date) partition by range (at);
create table {p}_logs_1 partition of {p}_logs for values from ('2026-01-01') to ('2026-02-01');
create table {p}_logs_2 partition of {p}_logs for values from ('2026-02-01') to ('2026-03-01');
insert into {p}_logs select n, date '2026-01-01' + n % 50 from generate_series(1, 100) n;
update pg_inherits set inhdetachpending = true where inhrelid = '{p}_logs_1'::regclass;
