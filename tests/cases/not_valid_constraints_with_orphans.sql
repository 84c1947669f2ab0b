-- Constraints declared NOT VALID over rows that break them, a foreign key with orphans and a check:
-- the orphans are data like any other, and the constraints must stay NOT VALID.

create table customers (id int primary key, name text not null);
insert into customers select n, 'customer ' || n from generate_series(1, 300) n;

create table tickets (
    id int primary key,
    customer_id int,
    agent_id int not null,
    priority int not null
);
insert into tickets select n, n % 500, 1 + n % 300, n % 7 - 2 from generate_series(1, 900) n;

alter table tickets add constraint tickets_customer foreign key (customer_id) references customers (id) not valid;
alter table tickets add constraint tickets_agent foreign key (agent_id) references customers (id);
alter table tickets add constraint tickets_priority check (priority > 0) not valid;

-- ask: select string_agg(conname || ' ' || convalidated, ', ' order by conname) from pg_constraint where conrelid = 'tickets'::regclass and contype in ('f', 'c') => tickets_agent true, tickets_customer false, tickets_priority false
