-- Each version names the one before it, so that one chosen row can need ten thousand others, one
-- after the other. Neither recursion nor one round trip a link may be the way to follow it.
-- fraction: 0.01

create table versions (
    id int primary key,
    previous_id int unique references versions (id),
    body text not null
);

-- The keys are shuffled, so that the chain does not run along the key's order.
insert into versions (id, previous_id, body)
select 1 + n * 7919 % 10007, case when n > 0 then 1 + (n - 1) * 7919 % 10007 end, 'version ' || n
from generate_series(0, 9999) n;

-- ask: select count(*) from versions where previous_id is null => 1
-- ask: select count(*) >= 100 from versions => t
