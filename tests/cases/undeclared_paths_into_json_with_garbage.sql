-- Keys within jsonb and json: as numbers, as texts, and much else that is no key. None of it may
-- make the source complain.
-- config: [[foreign_keys]]
-- config: table = "events"
-- config: columns = ["payload ->> 'user_id'"]
-- config: references = "users(id)"
-- config: [[foreign_keys]]
-- config: table = "events"
-- config: columns = ["payload -> 'device' ->> 'id'"]
-- config: references = "devices(id)"
-- config: [[foreign_keys]]
-- config: table = "events"
-- config: columns = ["raw #>> '{order,lines,0}'"]
-- config: references = "lines(sku)"
-- config: [[foreign_keys]]
-- config: table = "events"
-- config: columns = ["payload -> 'items' -> 0 ->> 'line'"]
-- config: references = "lines"
-- config: [tables.users]
-- config: rows = 30
-- config: [tables.devices]
-- config: rows = "all"
-- relation: events: payload -> 'items' -> 0 ->> 'line' -> lines(id)
-- fraction: 0.1
-- says: public.events.payload ->> 'user_id' -> users: 9 values resolve to nothing

create table users (id int primary key, name text);
create table devices (id uuid primary key);
create table lines (id bigint primary key, sku varchar(20) not null unique);
create table events (id int primary key, payload jsonb not null, raw json);
insert into users select n, 'user ' || n from generate_series(1, 300) n;
insert into devices select md5(n::text)::uuid from generate_series(1, 300) n;
insert into lines select n, 'sku ' || n from generate_series(1, 300) n;
insert into events
    select n,
        jsonb_build_object(
            'user_id', n,
            'device', jsonb_build_object('id', upper(md5((1 + n % 310)::text))),
            'items', jsonb_build_array(jsonb_build_object('line', n::text))),
        json_build_object('order', json_build_object('lines', json_build_array('sku ' || n)))
    from generate_series(1, 300) n;
insert into events
    select 1000 + n, v::jsonb, v::json from unnest(array[
        '{"user_id": "abc"}', '{"user_id": null}', '{"user_id": {"id": 1}}', '{"user_id": [1]}',
        '{"user_id": 99999999999}', '{"user_id": 1e400}', '{"user_id": "99999999999999999999"}',
        '{"user_id": ""}', '{"user_id": "0042"}', '{"user_id": " 43 "}', '{"user_id": 4.5}',
        '{"user_id": true}', '{"device": {"id": "not one"}}', '{"device": 5}', '{"items": []}',
        '{"items": [{"line": "x"}]}', '[]', '"text"', '17', 'null',
        '{"order": {"lines": ["sku 1"]}}', '{"order": {"lines": [["sku 1"]]}}']) with ordinality u(v, n);
create index on events ((payload ->> 'user_id'));
-- config: [tables.events]
-- config: always = ["id > 1000"]

-- ask: select count(*) from users where id in (42, 43) => 2
-- ask: select count(*) from events where id > 1000 => 22
-- ask: select count(*) >= 30 from events => t
