-- Sender and receiver, billing and delivery address: more than one foreign key joins the same two
-- tables, one even twice over the same column, and rows must be whole along each of them.

create table addresses (id int primary key, city text not null);
insert into addresses select n, 'city ' || n % 50 from generate_series(1, 500) n;

create table customers (id int primary key, address_id int not null references addresses);
insert into customers select n, 1 + n * 3 % 500 from generate_series(1, 300) n;

create table shipments (
    id int primary key,
    sender_id int not null references customers,
    receiver_id int references customers,
    billing_address_id int not null references addresses,
    delivery_address_id int references addresses,
    constraint shipments_sender_again foreign key (sender_id) references customers on delete cascade
);
insert into shipments
select n, 1 + n % 300, case when n % 3 > 0 then 1 + n * 7 % 300 end, 1 + n * 11 % 500, case when n % 2 = 0 then 1 + n * 13 % 500 end
from generate_series(1, 1200) n;

-- ask: select count(*) from shipments s where receiver_id is not null and not exists (select from customers c where c.id = s.receiver_id) => 0
