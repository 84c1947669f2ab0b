-- json, xml and point have no equality, so rows of these tables can be neither compared, nor
-- hashed, nor made distinct, nor ordered as wholes. One table has a foreign key besides.

create table sites (id int primary key, name text);
insert into sites select n, 'site ' || n from generate_series(1, 50) n;

create table payloads (body json);
insert into payloads select format('{"n": %s, "n": %s}', n % 10, n % 7)::json from generate_series(1, 500) n;

create table places (site_id int not null references sites, at point, area polygon, note xml);
insert into places
select 1 + n % 50, point(n % 3, 0), '((0,0),(1,0),(1,1))', xmlelement(name note, n % 5) from generate_series(1, 600) n;

create table only_points (at point);
insert into only_points select point(0, 'nan') from generate_series(1, 300);

-- ask: select count(*) >= 150 from payloads => t
-- ask: select count(*) >= 90 from only_points => t
