-- A function takes a table's row type, a default calls that function, a type has a domain whose
-- check calls another function, a table has a column of a view's row type: the order of creation is
-- pg_dump's, by dependency and not by kind, and must be kept.

create table persons (id int primary key, name text, card_id int);
create function label_of(persons) returns text language sql immutable as $$ select $1.id || ': ' || $1.name $$;
create table labels (id int primary key, label text default label_of(row (0, 'nobody', null)::persons));
create function is_label(text) returns boolean language sql immutable as $$ select $1 like '%: %' $$;
create domain label as text check (value like '%: %') default label_of(row (1, 'x', null)::persons);
create type labelled as (l label, p persons);
create view person_view as select p as person, p.id, label_of(p) as label from persons p;
create table cards (id int primary key, v person_view, what labelled, l label, all_of_it labelled[]);
create function first_card() returns cards language sql stable as $$ select * from public.cards order by id limit 1 $$;
create table copies (id int primary key, c cards default first_card());
alter table persons add foreign key (card_id) references cards;
create domain checked as text check (is_label(value)) default label_of(row (2, 'y', null)::persons);
alter table labels add checked checked not null default label_of(row (3, 'z', null)::persons);
alter table labels add constraint label_is_one check (is_label(label));

insert into persons select n, 'person ' || n from generate_series(1, 300) n;
insert into cards select p.id, v, (v.label, p)::labelled, v.label, array [(v.label, p)::labelled, null] from persons p join person_view v using (id);
update persons set card_id = 301 - id where id % 2 = 0;
insert into labels select n from generate_series(1, 100) n;
insert into copies select n, (select c from cards c where c.id = n) from generate_series(1, 100) n;

-- ask: select count(*) from labels where label <> '0: nobody' => 0
-- ask: select count(*) from copies where (c).l is distinct from id || ': person ' || id => 0
