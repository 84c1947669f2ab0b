-- A COPY's column list of nine hundred names, each quoted, with a key of thirty-two columns (the
-- most that an index may have) and a foreign key to it.

do $$
declare
    columns text := (select string_agg(format('"Column %s" %s', n, (array ['int', 'text', 'boolean', 'date'])[1 + n % 4]), ', ' order by n) from generate_series(1, 900) n);
    key text := (select string_agg(format('k%s smallint not null', n), ', ' order by n) from generate_series(1, 32) n);
    names text := (select string_agg('k' || n, ', ' order by n) from generate_series(1, 32) n);
begin
    execute format('create table survey (id int primary key, %s)', columns);
    execute format('create table wide_key (%s, primary key (%s))', key, names);
    execute format('create table wide_reference (id int primary key, %s, foreign key (%s) references wide_key)', key, names);
    execute format('insert into wide_key select %s from generate_series(1, 200) i', (select string_agg('i % ' || n + 200, ', ' order by n) from generate_series(1, 32) n));
    execute format('insert into wide_reference select row_number() over (), w.* from wide_key w, generate_series(1, 2)');
end
$$;

insert into survey (id, "Column 4", "Column 1", "Column 2", "Column 900", "Column 899")
select n, n, 'first', n % 2 = 0, -n, date '2024-01-01' + n from generate_series(1, 300) n;

-- ask: select count(*) from pg_attribute where attrelid = 'survey'::regclass and attnum > 0 => 901
