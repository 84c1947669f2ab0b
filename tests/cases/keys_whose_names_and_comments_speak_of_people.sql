-- Keys of rows that look like personal data: five letters of a customer, comments that speak of
-- identification numbers, the values that a table of an enum allows, tokens' keys. A load needs no
-- line about any of them.
-- arguments: --force customers:ALFKI

create table customers (customer_id varchar(5) primary key, company_name varchar(40) not null, phone varchar(24));
insert into customers values
  ('ALFKI', 'Alfreds Futterkiste', '030-0074321'), ('ANATR', 'Ana Trujillo Emparedados', '(5) 555-4729'),
  ('ANTON', 'Antonio Moreno', '(5) 555-3932'), ('AROUT', 'Around the Horn', '(171) 555-7788'),
  ('BERGS', 'Berglunds', '0921-12 34 65'), ('BLAUS', 'Blauer See', '0621-08460'),
  ('BLONP', 'Blondesddsl', '88.60.15.31'), ('BOLID', 'Bolido', '(91) 555 22 82'),
  ('MAIER', 'Maier', '0241-039123'), ('MARTI', 'Martin Bistro', '91.24.45.40');
create table orders (order_id serial primary key, customer_id varchar(5) references customers);
insert into orders (customer_id) select customer_id from customers, generate_series(1, 20);

create table business_entity (businessentityid serial primary key, name text);
insert into business_entity (name) select 'unit ' || n from generate_series(1, 60) n;
create table employee (
  businessentityid int primary key references business_entity,
  nationalidnumber varchar(15) not null, hired date);
comment on column employee.businessentityid is 'Employee identification number. Foreign key to business_entity.';
insert into employee select n, 100000000 + n * 7919, date '2020-01-01' + n from generate_series(1, 60) n;
create table product_photo (productid int, number int, businessentityid int not null references business_entity, primary key (productid, number));
comment on column product_photo.productid is 'Product identification number. Foreign key.';
insert into product_photo select n, 1, 1 + n % 60 from generate_series(1, 60) n;
create table phone_kind (phonekindid serial primary key, name text not null);
insert into phone_kind (name) values ('home'), ('work'), ('cell');
create table person_phone (id serial primary key, phonekindid int not null references phone_kind, phonenumber varchar(25) not null);
comment on column person_phone.phonekindid is 'Kind of phone number';
insert into person_phone (phonekindid, phonenumber) select 1 + n % 3, '+1 415 555 ' || 1000 + n from generate_series(1, 60) n;

create domain wt_public_id as text check (length(trim(value)) > 10);
create table credential_purpose_enm (
  name text primary key constraint only_known check (name in ('brokered', 'injected_application')));
insert into credential_purpose_enm values ('brokered'), ('injected_application');
create table auth_token (public_id wt_public_id primary key, token bytea not null unique);
insert into auth_token select 'at_' || lpad(n::text, 10, '0'), sha256(('t' || n)::bytea) from generate_series(1, 60) n;
create table session (public_id wt_public_id primary key, auth_token_id wt_public_id references auth_token);
insert into session select 's_' || lpad(n::text, 10, '0'), 'at_' || lpad(n::text, 10, '0') from generate_series(1, 60) n;
create table session_credential (
  session_id wt_public_id references session, credential_purpose text references credential_purpose_enm,
  primary key (session_id, credential_purpose));
insert into session_credential select 's_' || lpad(n::text, 10, '0'), (array['brokered', 'injected_application'])[1 + n % 2]
  from generate_series(1, 60) n;
create table recording_credential (
  session_id wt_public_id, credential_purpose text, recording text not null, primary key (session_id, credential_purpose),
  foreign key (session_id, credential_purpose) references session_credential);
insert into recording_credential select session_id, credential_purpose, 'rec ' || session_id from session_credential;
