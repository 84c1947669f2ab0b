-- Neither table's rows can be inserted first: both sides are NOT NULL. Only constraints checked at
-- the end of the transaction, or created after the rows, let them in.
-- fraction: 0.1

create table orders (
    id int primary key,
    latest_invoice_id int not null,
    total numeric(10, 2) not null
);

create table invoices (
    id int primary key,
    order_id int not null,
    issued_on date not null
);

insert into orders select n, 5000 + n * 2, n * 1.25 from generate_series(1, 800) n;
insert into invoices
select 5000 + n * 2 - k, n, date '2024-01-01' + n
from generate_series(1, 800) n, generate_series(0, 1) k;

alter table orders add constraint orders_latest_invoice
    foreign key (latest_invoice_id) references invoices (id) deferrable initially deferred;
alter table invoices add constraint invoices_order
    foreign key (order_id) references orders (id) deferrable initially deferred;

-- ask: select count(*) from pg_constraint where contype = 'f' and condeferrable and condeferred and convalidated => 2
