-- Rewrite rules: one would log each insert, one would throw each insert away, one is disabled, and
-- views are writable through others. They belong in the target and may not act upon the load.

create table entries (id int primary key, body text, gone boolean default false);
insert into entries select n, 'entry ' || n from generate_series(1, 500) n;
create table entry_log (id int, what text, at timestamptz default now());

create rule log_inserts as on insert to entries do also insert into entry_log values (new.id, 'insert');
create rule soft_delete as on delete to entries do instead update entries set gone = true where id = old.id returning old.*;
create rule quiet as on update to entries where old.gone do instead nothing;
alter table entries disable rule quiet;
create rule shout as on update to entries do also notify entries_changed;

create table full_up (id int primary key);
insert into full_up select generate_series(1, 200);
create rule no_more as on insert to full_up do instead nothing;
alter table full_up enable always rule no_more;

create view open_entries as select id, body from entries where not gone;
create rule open_entries_insert as on insert to open_entries do instead
    insert into entries (id, body) values (new.id, new.body || ';') returning id, body;
create rule open_entries_two as on update to open_entries do instead (
    update entries set body = new.body where id = old.id;
    insert into entry_log values (old.id, E'\\update;''$$');
);
comment on rule soft_delete on entries is 'nothing is ever gone';

-- ask: select count(*) from entry_log => 0
-- ask: select count(*) >= 60 from full_up => t
-- ask: select ev_enabled from pg_rewrite where rulename = 'no_more' => A
