-- One partition is unlogged, so on a standby the root cannot be read: "cannot access temporary or
-- unlogged relations during recovery". The rows of the others must be copied all the same, and it
-- must be said that this one's are not.
-- no rows: public.hits_today
-- says: public.hits_today

create table hits (at date not null, n int not null, path text, primary key (at, n)) partition by range (at);
create table hits_past partition of hits for values from ('2020-01-01') to ('2024-06-01');
create table hits_june partition of hits for values from ('2024-06-01') to ('2024-07-01');
create unlogged table hits_today partition of hits for values from ('2024-07-01') to ('2024-07-02');
insert into hits select date '2024-05-01' + n % 61, n, '/' || n from generate_series(1, 1000) n;
insert into hits select date '2024-07-01', n, '/' from generate_series(2001, 2020) n;

-- ask: select count(*) >= 290 from hits => t
