-- One hundred tables, each referencing the one before: selecting, loading and ordering them may not
-- take a quadratic time, nor recurse, and the last table's rows need one row of each.
-- fraction: 0.2

do $$
begin
    create table t001 (id int primary key, body text);
    insert into t001 select n, 'row ' || n from generate_series(1, 20) n;
    for i in 2..100 loop
        execute format('create table t%s (id int primary key, parent_id int not null references t%s)',
            lpad(i::text, 3, '0'), lpad((i - 1)::text, 3, '0'));
        execute format('insert into t%s select n, 1 + (n * 7 + %s) %% 20 from generate_series(1, 20) n', lpad(i::text, 3, '0'), i);
    end loop;
end
$$;

-- ask: select count(*) from pg_constraint where connamespace = 'public'::regnamespace and contype = 'f' and convalidated => 99
