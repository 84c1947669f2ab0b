-- Which partition a row is in depends on a hash: for an enum it is the hash of an OID, which is
-- another one in the target, so that the same row belongs to another partition there. Rows must go
-- in through the root.

create type kind as enum ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');

create table by_text (slug text primary key, body text) partition by hash (slug);
create table by_text_0 partition of by_text for values with (modulus 3, remainder 0);
create table by_text_1 partition of by_text for values with (modulus 3, remainder 1);
create table by_text_2 partition of by_text for values with (modulus 3, remainder 2);
insert into by_text select 'slug ' || n, 'body' from generate_series(1, 600) n;

create table by_enum (k kind not null, id int not null, slug text references by_text, primary key (k, id)) partition by hash (k);
create table by_enum_0 partition of by_enum for values with (modulus 4, remainder 0);
create table by_enum_1 partition of by_enum for values with (modulus 4, remainder 1);
create table by_enum_2 partition of by_enum for values with (modulus 4, remainder 2);
create table by_enum_3 partition of by_enum for values with (modulus 4, remainder 3);
insert into by_enum select (enum_range(null::kind))[1 + n % 8], n, case when n % 2 = 0 then 'slug ' || 1 + n % 600 end from generate_series(1, 600) n;

create table notes (id int primary key, k kind, n int, foreign key (k, n) references by_enum);
insert into notes select row_number() over (order by id), k, id from by_enum where id % 3 = 0;

-- ask: select count(*) from notes n left join by_enum e on (e.k, e.id) = (n.k, n.n) where e.id is null => 0
