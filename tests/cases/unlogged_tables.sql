-- Unlogged tables have no rows on a standby and cannot even be read there: their definition is
-- copied, their rows are not, and that is said. One is the child of a logged table, which therefore
-- must be read with ONLY; one references a logged one.
-- no rows: public.scratch
-- no rows: work.jobs
-- no rows: public.log_today
-- says: public.scratch
-- says: work.jobs
-- says: public.log_today

create schema work;
create table users (id int primary key, name text);
insert into users select n, 'user ' || n from generate_series(1, 300) n;

create unlogged table scratch (id serial primary key, user_id int references users, at timestamptz default now());
insert into scratch (user_id) select 1 + n % 300 from generate_series(1, 100) n;
create unlogged table work.jobs (id int generated always as identity primary key, scratch_id int references public.scratch, payload jsonb);
insert into work.jobs (scratch_id) select n from generate_series(1, 100) n;

create table log (at timestamptz, what text);
create unlogged table log_today () inherits (log);
insert into log select timestamptz '2024-01-01' + n * interval '1 h', 'event ' || n from generate_series(1, 300) n;
insert into log_today select now(), 'today' from generate_series(1, 10) n;

create view busy_users as select u.id, count(s.id) from users u left join scratch s on s.user_id = u.id group by u.id;
create unlogged table never_filled (id int);

-- ask: select count(*) from pg_class where relpersistence = 'u' and relkind = 'r' => 4
-- ask: select count(*) >= 90 from log => t
