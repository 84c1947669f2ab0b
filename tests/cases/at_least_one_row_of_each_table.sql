-- A fraction so small that it is less than a row everywhere: one row of each table is still wanted,
-- with its parents.
-- fraction: 0.0001

create table makers (id serial primary key, name text);
create table models (id serial primary key, maker_id int not null references makers);
create table cars (id serial primary key, model_id int not null references models, sold_to text);
create table log (at timestamptz, what text);

insert into makers (name) select 'maker ' || n from generate_series(1, 50) n;
insert into models (maker_id) select 1 + n % 50 from generate_series(1, 300) n;
insert into cars (model_id) select 1 + n % 300 from generate_series(1, 2000) n;
insert into log select timestamptz '2024-01-01' + n * interval '1 s', 'event' from generate_series(1, 1000) n;

-- ask: select count(*) > 0 from cars join models on models.id = model_id join makers on makers.id = maker_id => t
-- ask: select count(*) >= 1 from log => t
