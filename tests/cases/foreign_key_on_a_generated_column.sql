-- The referencing column is generated, so it is in no COPY's column list, yet its values are keys
-- that must resolve. The referenced column of the second foreign key is generated too.

create table countries (
    code text primary key,
    lower_code text generated always as (lower(code)) stored unique
);
insert into countries (code) select 'C' || n from generate_series(1, 300) n;

create table phones (
    id int primary key,
    number text not null,
    country_code text generated always as ('C' || split_part(number, '-', 1)) stored not null references countries (code),
    spoken_in text references countries (lower_code)
);
insert into phones (id, number, spoken_in)
select n, 1 + n % 300 || '-' || n, case when n % 2 = 0 then 'c' || 1 + n * 7 % 300 end from generate_series(1, 600) n;

-- ask: select count(*) from phones p where not exists (select from countries c where c.code = p.country_code) => 0
-- ask: select count(*) from countries where lower_code is distinct from lower(code) => 0
