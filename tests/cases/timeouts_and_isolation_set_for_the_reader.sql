-- The reader's role has timeouts that end any real query, and a default isolation level that a hot
-- standby refuses. A copier overrides them when it connects, for itself and for pg_dump; afterwards
-- is too late.

create table users (id int primary key, name text);
insert into users select n, 'user ' || n from generate_series(1, 3000) n;
create table orders (id int primary key, user_id int not null references users, note text);
insert into orders select n, 1 + n % 3000, repeat('note ', 20) from generate_series(1, 9000) n;

do $$
declare
    setting text;
begin
    foreach setting in array array [
        'statement_timeout = ''1ms''', 'lock_timeout = ''1ms''', 'idle_in_transaction_session_timeout = ''1ms''', 'idle_session_timeout = ''300ms''',
        'default_transaction_isolation = serializable', 'default_transaction_deferrable = on', 'default_transaction_read_only = on'
    ] loop
        execute format('alter role reader in database %I set %s', current_database(), setting);
    end loop;
end
$$;

-- ask: select count(*) >= 2700 from orders => t
