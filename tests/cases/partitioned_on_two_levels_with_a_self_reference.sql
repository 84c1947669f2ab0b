-- Partitions of partitions, by list and then by range of two columns, with a default on each level
-- and a partition key that is an expression; the root references itself, and the parent row often
-- lies in another partition.

create table messages (
    region text not null,
    id int not null,
    year int not null,
    month int not null,
    reply_to_region text,
    reply_to_id int,
    reply_to_year int,
    reply_to_month int,
    body text,
    primary key (region, id, year, month)
) partition by list (region);
create table messages_eu partition of messages for values in ('eu') partition by range (year, month);
create table messages_eu_old partition of messages_eu for values from (minvalue, minvalue) to (2024, 6);
create table messages_eu_new partition of messages_eu for values from (2024, 6) to (2025, maxvalue);
create table messages_eu_rest partition of messages_eu default;
create table messages_rest partition of messages default partition by hash (id);
create table messages_rest_0 partition of messages_rest for values with (modulus 2, remainder 0);
create table messages_rest_1 partition of messages_rest for values with (modulus 2, remainder 1);

insert into messages
select case when n % 2 = 0 then 'eu' else 'us' end, n, 2023 + n % 5, 1 + n % 12,
       case when m > 0 then case when m % 2 = 0 then 'eu' else 'us' end end, nullif(m, 0), case when m > 0 then 2023 + m % 5 end, case when m > 0 then 1 + m % 12 end,
       'message ' || n
from (select n, n / 5 m from generate_series(1, 900) n) s;
alter table messages add foreign key (reply_to_region, reply_to_id, reply_to_year, reply_to_month) references messages;

create table lowered (name text, n int) partition by list (lower(name));
create table lowered_a partition of lowered for values in ('a', 'b');
create table lowered_rest partition of lowered default partition by range ((n % 10));
create table lowered_rest_low partition of lowered_rest for values from (0) to (5);
create table lowered_rest_high partition of lowered_rest for values from (5) to (10);
insert into lowered select (array ['A', 'b', 'C', null])[1 + n % 4], n from generate_series(1, 400) n;

create table never_a_leaf (id int) partition by range (id);

-- ask: select count(*) - count(distinct (region, id)) from messages => 0
-- ask: select count(*) from messages m where reply_to_id is not null and not exists (select from messages p where p.id = m.reply_to_id) => 0
