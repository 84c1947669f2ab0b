-- int4 and int2 columns reference an int8 key, and an int8 column references an int4 key: the same
-- number has another length on each side, in binary and in a hash. Negative and extreme keys too.

create table documents (id bigint primary key, title text);
insert into documents select n * 3 - 600, 'document ' || n from generate_series(0, 900) n;
insert into documents values (9223372036854775807, 'the last'), (-9223372036854775808, 'the first'),
    (2147483647, 'the last int4'), (-2147483648, 'the first int4'), (32767, 'the last int2'), (-32768, 'the first int2');

create table pages (
    id int primary key,
    document_id int not null references documents (id),
    bookmark_id smallint references documents (id)
);
insert into pages select n, n % 900 * 3 - 600, case when n % 3 = 0 then n % 100 * 3 end from generate_series(1, 1500) n;
insert into pages values (5001, 2147483647, 32767), (5002, -2147483648, -32768), (5003, 0, 0);

create table remarks (
    id smallint primary key,
    page_id bigint references pages (id),
    document_id bigint not null references documents (id)
);
insert into remarks select n, 1 + n % 1500, n % 900 * 3 - 600 from generate_series(1, 900) n;
insert into remarks values (5000, 5001, 9223372036854775807), (5001, null, -9223372036854775808);

-- ask: select count(*) from pages p left join documents d on d.id = p.document_id where d.id is null => 0
