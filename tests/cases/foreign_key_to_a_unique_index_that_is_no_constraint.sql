-- A foreign key may rest on a plain unique index: the catalog then knows no primary or unique
-- constraint for the referenced columns, and the table has no primary key at all.

create table currencies (
    code text not null,
    name text not null,
    digits int not null
);
create unique index currencies_code on currencies (code) include (digits);

insert into currencies select chr(65 + n / 26) || chr(65 + n % 26) || 'X', 'currency ' || n, n % 4 from generate_series(0, 400) n;

create table prices (
    id int primary key,
    currency text not null references currencies (code),
    amount numeric not null
);

insert into prices select n, chr(65 + n * 3 % 401 / 26) || chr(65 + n * 3 % 401 % 26) || 'X', n / 7.0 from generate_series(1, 700) n;

-- ask: select count(*) from pg_constraint where conrelid = 'currencies'::regclass and contype <> 'n' => 0
