-- Values of a megabyte, compressed, uncompressed and out of line, with other storage and
-- compression settings: a row must not depend on a buffer's size, and the memory used not on the
-- row count.
-- requires: 14

create table files (
    id int primary key,
    name text not null,
    body text,
    raw bytea,
    plain text
);
alter table files alter column raw set storage external;
alter table files alter column body set storage main;
alter table files alter column body set compression pglz;
insert into files
select n, 'file ' || n, repeat(md5(n::text), 32768), decode(repeat(md5((n + 1)::text), 32768), 'hex'), null
from generate_series(1, 12) n;
insert into files
select 100 + n, 'small ' || n, repeat('x', n * 100), null, repeat('y', n)
from generate_series(1, 300) n;
-- Values that end just before, at and after a 64 KiB buffer.
insert into files select n, 'edge', repeat('z', n), null, null from generate_series(65500, 65560) n;

create table attachments (file_id int not null references files, body jsonb);
insert into attachments select 1 + n % 12, jsonb_build_object('text', repeat('json ', 30000)) from generate_series(1, 20) n;

-- ask: select count(*) from files where id <= 12 and (length(body) <> 1048576 or length(raw) <> 524288) => 0
-- ask: select count(*) from files where name = 'edge' and length(body) <> id => 0
