create type {p}_job_state as enum ('available', 'scheduled', 'executing');
create schema {p}_jobs; create table {p}_jobs.oban_jobs (id bigserial primary key, state {p}_job_state not null default 'available', queue text, worker text, args jsonb, scheduled_at timestamptz default now());
insert into {p}_jobs.oban_jobs (state, queue, worker, args) select 'scheduled', 'mail', 'M', '{}' from generate_series(1, 30) n;
create table {p}_runs (id int primary key, job_id bigint constraint {p}_runs_job references {p}_jobs.oban_jobs); insert into {p}_runs select n, n from generate_series(1, 30) n;
