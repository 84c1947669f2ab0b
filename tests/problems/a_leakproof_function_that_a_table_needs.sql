-- refuses: leave these tables out
create function {p}_fine(a int) returns boolean language sql immutable leakproof as 'select a > 0';
create table {p}_fines (id int primary key, a int check ({p}_fine(a))); insert into {p}_fines select n, n from generate_series(1, 60) n;
