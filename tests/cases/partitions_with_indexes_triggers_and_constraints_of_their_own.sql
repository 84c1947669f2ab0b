-- Each partition may have what the others lack: an index, a check, a foreign key, a trigger, a
-- primary key where the root has none, a default, a fill factor. A trigger cloned from the root may
-- be disabled in one partition only.

create table sensors (id int primary key);
insert into sensors select generate_series(1, 100);
create table fired (what text);
create function note_it() returns trigger language plpgsql as $$ begin insert into public.fired values (tg_table_name); return null; end $$;

create table readings (at date not null, sensor_id int, value numeric) partition by range (at);
create table readings_1 partition of readings (value default 1, primary key (at, sensor_id)) for values from ('2024-01-01') to ('2024-02-01') with (fillfactor = 70);
create table readings_2 partition of readings (check (value < 1e6), foreign key (sensor_id) references sensors) for values from ('2024-02-01') to ('2024-03-01');
create table readings_3 (at date not null, sensor_id int not null references sensors, value numeric, constraint own_key unique (at, sensor_id));
alter table readings attach partition readings_3 for values from ('2024-03-01') to ('2024-04-01');

create index on readings_2 using brin (at);
create index readings_value on only readings (value);
create index readings_1_value on readings_1 (value);
create index readings_2_value on readings_2 (value);
create index readings_3_value on readings_3 (value);
alter index readings_value attach partition readings_1_value;
alter index readings_value attach partition readings_2_value;
alter index readings_value attach partition readings_3_value;
create index readings_sensor_only_here on only readings (sensor_id);
cluster readings_1 using readings_1_pkey;

create table seen (at date, reading_at date, sensor int, foreign key (reading_at, sensor) references readings_1 (at, sensor_id));

insert into readings select date '2024-01-01' + n % 90, 1 + n / 90, n / 10.0 from generate_series(0, 899) n;
insert into seen select date '2024-05-01', at, sensor_id from readings_1;

create trigger on_all after insert on readings for each row execute function note_it();
create trigger on_the_second after insert on readings_2 for each row execute function note_it();
alter table readings_3 disable trigger on_all;
alter table readings_2 enable always trigger on_the_second;

-- ask: select count(*) from fired => 0
-- ask: select indisvalid from pg_index where indexrelid = 'readings_sensor_only_here'::regclass => f
-- ask: select indisvalid from pg_index where indexrelid = 'readings_value'::regclass => t
-- ask: select string_agg(tgrelid::regclass::text || ' ' || tgenabled::text, ', ' order by tgrelid::regclass::text) from pg_trigger where tgname = 'on_all' => readings O, readings_1 O, readings_2 O, readings_3 D
