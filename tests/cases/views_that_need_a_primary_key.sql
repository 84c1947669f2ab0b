-- A view grouped by a primary key, and a function with a body in standard SQL that is, depend on
-- that constraint, so pg_dump creates the view as a dummy first, or after the data, and then again
-- with its real definition. A view of its row type makes a circle.
-- requires: 14

create table users (id int primary key, name text not null, email text);
insert into users select n, 'user ' || n, n || '@example.com' from generate_series(1, 300) n;
create table orders (id int primary key, user_id int not null references users, total numeric not null);
insert into orders select n, 1 + n % 300, n from generate_series(1, 900) n;

create view totals as select u.id, u.name, sum(o.total) as total from users u join orders o on o.user_id = u.id group by u.id;
create view totals_of_totals as select t.*, u.email from totals t join users u using (id);
create materialized view kept_totals as select * from totals;
create unique index on kept_totals (id);

create function name_of(t totals) returns text language sql stable as $$ select t.name || '!' $$;
create view named_totals as select name_of(t) as shout, t.total from totals t;

create function spenders(at_least numeric) returns table (id int, name text, total numeric)
begin atomic
    select u.id, u.name, sum(o.total) from users u join orders o on o.user_id = u.id group by u.id having sum(o.total) > at_least;
end;

create rule "_FORBID" as on insert to totals do instead nothing;

-- ask: select count(*) = (select count(distinct user_id) from orders) from kept_totals => t
