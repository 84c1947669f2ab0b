create table {p}_audit (at int); create sequence {p}_own_seq start 100 increment 5;
create table {p}_trig (id int primary key default nextval('{p}_own_seq'), note text);
insert into {p}_trig (note) select 'n' || n from generate_series(1, 60) n;
create function {p}_audits() returns trigger language plpgsql as $$ begin insert into public.{p}_audit values (new.id); return new; end $$;
create trigger {p}_t1 after insert on {p}_trig for each row execute function {p}_audits();
create trigger {p}_t2 after insert on {p}_trig for each row execute function {p}_audits(); alter table {p}_trig disable trigger {p}_t2;
create trigger {p}_t3 after insert on {p}_trig for each row execute function {p}_audits(); alter table {p}_trig enable always trigger {p}_t3;
create rule {p}_r as on delete to {p}_trig do also insert into {p}_audit values (old.id);
create constraint trigger {p}_ct after insert on {p}_trig deferrable initially deferred for each row execute function {p}_audits();
