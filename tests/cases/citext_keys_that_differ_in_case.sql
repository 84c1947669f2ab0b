-- citext compares without case, so the reference 'ADA@example.com' belongs to the key
-- 'Ada@Example.com'. Both must arrive with the case they have in the source.

create extension citext;

create table members (
    email citext primary key,
    inviter citext references members (email),
    name text not null
);
insert into members
select 'Member' || n || '@Example.com', case when n > 5 then upper('member' || n / 5 || '@example.com') end, 'member ' || n
from generate_series(1, 500) n;

create table logins (
    id int primary key,
    email citext not null references members (email)
);
insert into logins select n, lower('MEMBER' || 1 + n * 7 % 500 || '@EXAMPLE.COM') from generate_series(1, 800) n;

-- ask: select count(*) from members where email::text !~ '^Member\d+@Example.com$' => 0
-- ask: select count(*) from logins where email::text <> lower(email::text) => 0
