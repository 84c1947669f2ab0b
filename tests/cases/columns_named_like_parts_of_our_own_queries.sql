-- Columns called like the aliases, functions and keywords that a generated query is likely to use,
-- and like their own table: an unqualified name in our SQL then means the wrong thing.

create table t (
    t int, k int, x int, n int not null, "key" int not null, "row" text, "values" text, "unnest" int, "current_setting" text, "rank" int, "hash" bigint, "ordinality" int,
    "ctid1" tid, "count" int, "data" jsonb, "source" text, "target" text, "seed" bigint, "i" int, "s" text, "a" int, "b" int, "f1" int, "set_config" text, "generate_series" int,
    primary key (n, "key")
);
insert into t (t, k, x, n, "key", "rank", "row") select i, i, -i, i, i * 2, i % 5, 'r' from generate_series(1, 300) i;
create table k (
    k int primary key, n int, "key" int, t text, "id" int, "unnest" int unique references k ("unnest"),
    foreign key (n, "key") references t
);
insert into k select i, 1 + i % 300, 2 * (1 + i % 300), 't', 0, i / 3 * 3 + 1 from generate_series(1, 0) i;
insert into k select i, 1 + i % 300, 2 * (1 + i % 300), 't', 0, i from generate_series(1, 400) i;
create table x (x int primary key, "generate_series" int references k, "current_setting" int references k ("unnest"));
insert into x select i, 1 + i % 400, 1 + i * 7 % 400 from generate_series(1, 400) i;
create table "unnest" (v int, o int, "column1" int);
insert into "unnest" select i % 3, i % 3, 0 from generate_series(1, 300) i;

-- ask: select count(*) from k left join t on (t.n, t."key") = (k.n, k."key") where t.n is null => 0
