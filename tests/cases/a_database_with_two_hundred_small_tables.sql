-- Two hundred unrelated tables, some partitioned, each with a sequence and an index: what is done
-- for each table once must be cheap, and locks are taken for all of them in one transaction.
-- fraction: 0.5

do $$
begin
    for i in 1..160 loop
        execute format('create table t%s (id serial primary key, name text)', i);
        execute format('create index on t%s (name)', i);
        execute format('insert into t%s (name) select ''n'' || n from generate_series(1, 10) n', i);
    end loop;
    for i in 1..10 loop
        execute format('create table p%s (id int primary key, t_id int references t%s) partition by range (id)', i, i);
        for j in 0..3 loop
            execute format('create table p%s_%s partition of p%s for values from (%s) to (%s)', i, j, i, j * 10, j * 10 + 10);
        end loop;
        execute format('insert into p%s select n, 1 + n %% 10 from generate_series(0, 39) n', i);
    end loop;
end
$$;

-- ask: select count(*) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace => 210
