-- Since PostgreSQL 18 a constraint may be there for readers only (NOT ENFORCED), a NOT NULL may not
-- hold for old rows, and a generated column may be computed when it is read.
-- requires: 18

create table parents (id int primary key);
insert into parents select generate_series(1, 100);
create function is_even(i int) returns boolean language sql stable as 'select i % 2 = 0';
create table children (
  id int primary key,
  parent_id int references parents not enforced,
  size int check (size > 5) not enforced,
  check (is_even(size)) not enforced,
  doubled int generated always as (size * 2) virtual,
  tripled int generated always as (size * 3),
  stored int generated always as (size * 4) stored,
  note text);
-- a third of the parents are not there, and no rule holds
insert into children (id, parent_id, size, note) select n, n % 150, n, nullif('note ' || n % 10, 'note 3') from generate_series(1, 300) n;
alter table children add constraint note_is_there not null note not valid;
alter table children add unique (note, id);
create unique index on children (note, id, size);
create table only_virtual (a int, b int generated always as (a + 1) virtual);
insert into only_virtual (a) select generate_series(1, 30);

-- ask: select count(*) = count(*) filter (where doubled = size * 2 and stored = size * 4 and tripled = size * 3) from children => t
-- ask: select string_agg(conname || convalidated || conenforced, ' ' order by conname) from pg_constraint where conrelid = 'children'::regclass and contype in ('f', 'c') => children_parent_id_fkeyfalsefalse children_size_checkfalsefalse children_size_check1falsefalse
-- ask: select convalidated from pg_constraint where conname = 'note_is_there' => f
