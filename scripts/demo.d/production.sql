-- A believable shop of about a million rows, the same in every run. Run after production's first
-- release, whose migrations made the tables (and the twelve countries).

\set ON_ERROR_STOP on
\encoding UTF8
begin;
-- the rows below are right by construction; the demo checks every foreign key afterwards
set local session_replication_role = replica;
set local max_parallel_workers_per_gather = 0;
select setseed(0.5) \g /dev/null

insert into people (email, given_name, family_name, phone, password, born_on, newsletter, preferences,
                    referred_by_id, default_address_id, created_at)
select case n when 1 then 'review@shop.example'
              else lower(given) || '.' || lower(family) || n || '@' || mail end,
       given, family,
       case when n % 4 > 0 then '+386 ' || 30000000 + n * 7 end,
       -- of 'the reviewers own'; nobody else's is known
       'pbkdf2:sha256:1000$' || case n when 1 then 'pepperandsalt$'
           || 'ab7d51541266701a4ea4c0dd4a4ee63e79989c3288ecd99d05b1140b91189f4e'
           else substr(md5(n::text), 1, 16) || '$' || encode(sha256(int8send(n)), 'hex') end,
       case when n % 3 > 0 then date '1945-01-01' + (random() * 22000)::int end,
       n % 5 = 0,
       jsonb_build_object('language', (array['de', 'en', 'fr', 'it', 'sl'])[1 + n % 5],
                          'sizes', jsonb_build_array(36 + n % 12, 's' || n % 4)),
       case when n > 10 and n % 6 = 0 then 1 + (random() * (n - 2))::bigint end,
       case when n % 10 > 0 then n end,
       timestamptz '2022-01-01 08:00Z' + n * interval '42 minutes'
from (
    select n,
           (array['Ana', 'Boris', 'Clara', 'David', 'Eva', 'Franc', 'Greta', 'Hugo', 'Iva', 'Jan',
                  'Katja', 'Luka', 'Maja', 'Nejc', 'Olga', 'Peter', 'Rosa', 'Simon', 'Tina',
                  'Zoran'])[1 + (random() * 19)::int] as given,
           (array['Novak', 'Horvat', 'Weber', 'Rossi', 'Dubois', 'Nagy', 'Jansen', 'Krajnc',
                  'Kovač', 'Smith', 'O''Brien', 'Müller', 'Bianchi', 'Moreau', 'Wójcik',
                  'Dvořák'])[1 + (random() * 15)::int] as family,
           (array['mail.example', 'post.example', 'inbox.example'])[1 + n % 3] as mail
    from generate_series(1, 60000) n
) made;

-- everyone has an address; every third person a second one
insert into addresses (person_id, kind, street, postcode, city, country_code)
select case when n <= 60000 then n else (n - 60000) * 3 end,
       case when n <= 60000 then 'home' when n % 4 = 0 then 'parcel box' else 'work' end
           ::address_kind,
       (array['Main Street', 'Lindenweg', 'Rue Verte', 'Via Roma', 'Dolga ulica', 'Park Lane',
              'Am Markt'])[1 + n % 7] || ' ' || 1 + n % 120,
       (1000 + n * 37 % 9000)::text,
       (array['Wien', 'Zürich', 'Praha', 'Berlin', 'Lyon', 'York', 'Zagreb', 'Pécs', 'Trieste',
              'Utrecht', 'Kraków', 'Ljubljana'])[1 + n % 12],
       (array['AT', 'CH', 'CZ', 'DE', 'FR', 'GB', 'HR', 'HU', 'IT', 'NL', 'PL', 'SI'])[1 + n % 12]
from generate_series(1, 80000) n;

-- a tree: 8 at the top, 5 below each, 6 below each of those
insert into categories (id, parent_id, slug, name, position)
select n,
       case when n > 48 then 9 + (n - 49) / 6 when n > 8 then 1 + (n - 9) / 5 end,
       'c' || n || '-' || lower(word),
       word || case when n > 48 then ' accessories' when n > 8 then ' things' else '' end,
       n % 6
from (
    select n, (array['Garden', 'Kitchen', 'Books', 'Toys', 'Sport', 'Music', 'Office', 'Travel'])
                  [1 + case when n > 48 then (n - 49) / 30 when n > 8 then (n - 9) / 5 else n - 1 end]
                  as word
    from generate_series(1, 288) n
) made;
select setval('categories_id_seq', 288) \g /dev/null

insert into products (sku, name, description, price, status, attributes, tags, main_category_id,
                      successor_id, created_at)
select 'SKU-' || lpad(n::text, 6, '0'),
       adjective || ' ' || noun || case when n > 400 then ' ' || n / 400 + 1 else '' end,
       'A ' || lower(adjective) || ' ' || lower(noun) || ' for ' || purpose || '.',
       round((3 + random() ^ 3 * 400)::numeric, 2),
       case when n % 17 = 0 then 'retired' when n % 23 = 0 then 'draft' else 'active' end
           ::product_status,
       jsonb_build_object('weight_g', 50 + n * 13 % 4000, 'colours', jsonb_build_array('red', colour),
                          'made_in', (array['SI', 'IT', 'DE'])[1 + n % 3]),
       array[lower(adjective), colour],
       49 + n % 240,
       case when n % 17 = 0 and n > 17 then n - 16 end,
       timestamptz '2021-11-01Z' + n * interval '8 hours'
from (
    select n,
           (array['Blue', 'Quiet', 'Folding', 'Handmade', 'Small', 'Sturdy', 'Light', 'Classic',
                  'Warm', 'Bright'])[1 + n % 10] as adjective,
           (array['Lamp', 'Kettle', 'Chair', 'Notebook', 'Ball', 'Rucksack', 'Guitar', 'Spade',
                  'Puzzle', 'Clock'])[1 + n / 10 % 10] as noun,
           (array['every day', 'the garden', 'long journeys', 'rainy evenings'])[1 + n % 4]
               as purpose,
           (array['green', 'black', 'white', 'ochre'])[1 + n / 3 % 4] as colour
    from generate_series(1, 5000) n
) made;

insert into product_categories (product_id, category_id)
select id, main_category_id from products
union
select id, 9 + (id % 40)::int from products where id % 5 < 4;

-- some people buy much, most buy little; ids rise with time
insert into orders (person_id, shipping_address_id, billing_address_id, status, note, placed_at,
                    updated_at)
select person, case when n % 7 = 0 and person % 3 = 0 then 60000 + person / 3 else person end,
       case when n % 4 = 0 then person end,
       case when n > 149500 then (array['placed', 'paid', 'packed', 'shipped'])[1 + n % 4]
            when n % 29 = 0 then 'cancelled' when n % 31 = 0 then 'returned'
            else 'delivered' end::order_status,
       case when n % 40 = 0 then 'Please ring twice. The bell is shy.' end,
       placed, placed + interval '3 days'
from (
    select n, 1 + floor(59999 * random() ^ 1.6)::bigint as person,
           timestamptz '2022-02-01 09:00Z' + n * interval '16 minutes 30 seconds' as placed
    from generate_series(1, 150000) n
) made;

insert into order_items (order_id, line, product_id, quantity, unit_price)
select made.id, line, p.id, quantity, round(p.price * discount, 2)
from (
    select o.id, line, 1 + floor(4999 * random() ^ 1.4)::bigint as product,
           1 + floor(3 * random() ^ 3)::int as quantity,
           case when o.id % 11 = 0 then 0.9 else 1 end as discount
    from orders o, generate_series(1, 1 + (o.id % 7 / 2)::int) line
) made
join products p on p.id = made.product;

insert into payments (id, order_id, method, amount, provider_data, paid_at)
select md5('payment ' || o.id)::uuid, o.id,
       (array['card', 'card', 'bank transfer', 'invoice', 'cash on delivery'])[1 + o.id % 5]
           ::payment_method,
       t.total,
       case when o.id % 5 < 2
            then jsonb_build_object('card', '**** ' || lpad((o.id % 10000)::text, 4, '0'),
                                    'approved', true, 'fee', round(t.total * 0.014, 4)) end,
       o.placed_at + interval '20 minutes'
from orders o
join (select order_id, sum(amount) as total from order_items group by order_id) t
    on t.order_id = o.id
where o.status not in ('placed', 'cancelled');

insert into payments (id, order_id, refund_of, method, amount, paid_at)
select md5('refund ' || o.id)::uuid, o.id, p.id, p.method, -p.amount, p.paid_at + interval '9 days'
from orders o
join payments p on p.order_id = o.id
where o.status = 'returned' and p.amount > 0;

insert into reviews (person_id, product_id, rating, title, body, created_at)
select o.person_id, i.product_id, 1 + floor(5 * random() ^ 0.5)::int,
       (array['Does what it says', 'Lovely', 'Broke after a week', 'A present for my aunt',
              'Would buy again'])[1 + i.order_id % 5],
       case when i.order_id % 3 > 0
            then 'I have had it for ' || 1 + i.order_id % 20 || ' weeks now. \o/ ' || E'\n' ||
                 'Delivery was "quick".' end,
       o.placed_at + interval '20 days'
from order_items i
join orders o on o.id = i.order_id
where o.status = 'delivered' and i.order_id % 5 = 0;
-- and now and then somebody says it twice
insert into reviews (person_id, product_id, rating, title, created_at)
select person_id, product_id, rating, title || ', still', created_at + interval '90 days'
from reviews
where id % 8 = 0;

insert into returns (order_id, line, reason, collection_window)
select i.order_id, i.line,
       (array['too large', 'arrived broken', 'changed my mind'])[1 + i.order_id % 3],
       tstzrange(o.placed_at + interval '10 days', o.placed_at + interval '11 days')
from order_items i
join orders o on o.id = i.order_id
where o.status = 'returned';

insert into audit_log (happened_at, actor_id, action, entity, entity_id, changes)
select placed_at + step.n * interval '5 hours',
       case when step.n = 1 then person_id end,
       step.action, 'order', o.id,
       jsonb_build_object('status', jsonb_build_array(null, o.status), 'step', step.n)
from orders o,
     (values (1, 'placed'), (2, 'status changed')) step (n, action)
where o.id % 4 < 3
order by placed_at;

set local session_replication_role = origin;
refresh materialized view product_sales;
commit;
