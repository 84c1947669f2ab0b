-- Postgres lets a column reference a key of another type, where the two can be compared: date and
-- timestamp, integer and numeric, float4 and float8, varchar and text. The bytes never match.

create table days (at timestamp primary key, name text);
insert into days select timestamp '2024-01-01' + n * interval '12 hours', 'half day ' || n from generate_series(0, 800) n;
create table holidays (id int primary key, day date not null references days (at));
insert into holidays select n, date '2024-01-01' + n % 400 from generate_series(1, 500) n;

create table amounts (amount numeric primary key);
insert into amounts select n from generate_series(1, 300) n;
insert into amounts select n + 0.00 from generate_series(301, 400) n;
create table payments (id int primary key, amount int references amounts (amount), big bigint references amounts (amount));
insert into payments select n, 1 + n % 400, 1 + n * 3 % 400 from generate_series(1, 600) n;

create table weights (kg float8 primary key);
insert into weights select n / 4.0 from generate_series(0, 400) n;
insert into weights values ('infinity'), ('nan');
create table parcels (id int primary key, kg float4 references weights (kg));
insert into parcels select n, n % 401 / 4.0 from generate_series(1, 600) n;
insert into parcels values (1001, 'infinity'), (1002, 'nan'), (1003, null);

create table words (word text primary key);
insert into words select 'word ' || n from generate_series(1, 300) n;
create table uses (id int primary key, word varchar(40) references words (word));
insert into uses select n, 'word ' || 1 + n % 300 from generate_series(1, 500) n;

-- A varchar key named by a text column, and a name by a text one.
create table slugs (slug varchar(40) primary key, nick name unique);
insert into slugs select 'slug-' || n, 'nick-' || n from generate_series(1, 300) n;
create table links (id int primary key, slug text references slugs (slug));
insert into links select n, 'slug-' || 1 + n % 300 from generate_series(1, 500) n;

-- ask: select count(*) from holidays h where not exists (select from days d where d.at = h.day) => 0
-- ask: select count(*) from payments p where not exists (select from amounts a where a.amount = p.big) => 0
