-- An interval may be infinite since version 17. An older server takes its binary form for another
-- interval: there, its text stops the load.
-- requires: 17
-- fraction: 1

create domain patience as interval check (value > '0');
create type slot as (day date, lasts interval);
create table leases (id int primary key, lasts interval not null, each interval[], waits patience, slot slot);
insert into leases values
    (1, 'infinity', array['infinity', '1 day']::interval[], 'infinity', row('2026-01-01', 'infinity')::slot),
    (2, '-infinity', array['-infinity']::interval[], '1 mon', null),
    (3, '1 year 2 mons -3 days', '{}', null, row(null, '-infinity')::slot);

-- ask: select count(*) from leases where not isfinite(lasts) => 2
-- ask: select lasts, each[1] from leases where id = 2 => -infinity|-infinity
