-- Rows were inserted with numbers beyond their sequence's end, and one sequence is at its end:
-- setting it past the end is an error, which may not fail the load.

create sequence tickets_number maxvalue 500 cycle;
create table tickets (id int generated always as identity primary key, number int not null default nextval('tickets_number'));
insert into tickets (number) select n from generate_series(1, 200) n;
insert into tickets (number) values (501), (100000);

create sequence tiny as smallint;
create table labels (id int generated always as identity primary key, number bigint default nextval('tiny'));
insert into labels (number) select 40000 + n from generate_series(1, 100) n;

create sequence downward increment -1 maxvalue 0 minvalue -50 start 0;
create table levels (id int generated always as identity primary key, number int default nextval('downward'));
insert into levels (number) select -n from generate_series(1, 100) n;
insert into levels (number) values (null);

create table full_up (id smallserial primary key);
insert into full_up select n from generate_series(32668, 32767) n;

-- ask: select nextval('tickets_id_seq') > max(id) from tickets => t
-- ask: select last_value <= 32767 from full_up_id_seq => t
