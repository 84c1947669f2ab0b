-- Unique indexes that do not make a row's identity: partial, on an expression, with NULLs among
-- their columns, with NULLs not distinct, with included columns, on a column order with DESC. None
-- of them may be taken for a key of all rows.
-- requires: 15

create table seats (
    row_number int,
    letter text,
    holder text,
    cancelled_at timestamptz,
    unique (row_number, letter)
);
create unique index seats_one_active on seats (holder) where cancelled_at is null;
insert into seats select n / 6, chr(65 + n % 6), 'holder ' || n, null from generate_series(1, 300) n;
insert into seats select null, chr(65 + n % 6), 'holder 1', timestamptz '2024-01-01' from generate_series(1, 200) n;
insert into seats select null, null, null, null from generate_series(1, 100) n;

create table aliases (name text, note text, unique nulls not distinct (name, note));
insert into aliases select nullif('alias ' || n, 'alias 7'), case when n % 2 = 0 then 'note' end from generate_series(1, 300) n;
create unique index aliases_lower on aliases (lower(name), note desc nulls last) include (name);

create table covering (a int, b int, c text, primary key (a) include (b, c));
insert into covering select n, n * 2, 'c' || n from generate_series(1, 300) n;
create table covered (id int primary key, a int references covering);
insert into covered select n, 1 + n % 300 from generate_series(1, 300) n;

-- ask: select indnullsnotdistinct from pg_index where indexrelid = 'aliases_name_note_key'::regclass => t
-- ask: select count(*) >= 180 from seats => t
