-- char(n) keys compare without their trailing blanks, and a char(3) column may reference a char(8)
-- key: the bytes sent differ by the padding.

create table airports (
    code char(8) primary key,
    name text
);
insert into airports select chr(65 + n / 26) || chr(65 + n % 26) || case when n % 3 > 0 then 'X' else '' end, 'airport ' || n from generate_series(0, 400) n;
insert into airports values ('', 'the empty one'), ('L''J', 'quoted');

create table flights (
    id int primary key,
    origin char(3) not null references airports (code),
    destination bpchar references airports (code),
    via char(20) references airports (code)
);
insert into flights
select n, trim(a.code), trim(b.code) || repeat(' ', n % 4), case when n % 2 = 0 then a.code end
from generate_series(1, 700) n
join airports a on a.name = 'airport ' || n * 3 % 401
join airports b on b.name = 'airport ' || n * 7 % 401;
insert into flights values (1001, '', '   ', ''), (1002, 'L''J', 'L''J ', null);

-- ask: select count(*) from flights f where not exists (select from airports a where a.code = f.origin) => 0
