-- Under this collation Müller, MÜLLER and a decomposed ü are one key. Looking a parent up by bytes,
-- or by another collation, misses it.

create collation case_blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);

create table surnames (
    name text collate case_blind primary key,
    seen int not null
);
insert into surnames select 'Müller-' || n, n from generate_series(1, 300) n;
insert into surnames values ('Straße', 0), ('ÅNGSTRÖM', 0);

create table people (
    id int primary key,
    surname text collate case_blind not null references surnames (name)
);
insert into people
select n, case n % 3 when 0 then upper('müller-' || 1 + n % 300)
                     when 1 then 'mu' || U&'\0308' || 'ller-' || 1 + n % 300
                     else 'Müller-' || 1 + n % 300 end
from generate_series(1, 600) n;
insert into people values (1001, 'ångström'), (1002, 'straße');

-- ask: select count(*) from people p where not exists (select from surnames s where s.name = p.surname) => 0
