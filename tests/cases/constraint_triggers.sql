-- Constraint triggers, deferrable and initially deferred: one would fail at COMMIT for any row
-- loaded after it exists, since it wants the sum over a table which a subset does not have.

create table accounts (id int primary key, balance numeric not null);
create table transfers (id int primary key, from_id int not null references accounts, to_id int not null references accounts, amount numeric not null);
create table totals (expected numeric not null);

insert into accounts select n, case when n % 2 = 0 then -100 else 100 end from generate_series(1, 400) n;
insert into transfers select n, 1 + n % 400, 1 + n * 3 % 400, n from generate_series(1, 800) n;
insert into totals values (0);

create function sums_up() returns trigger language plpgsql as $$
begin
    if (select count(*) from public.accounts) <> 400 then
        raise exception 'an account is missing';
    end if;
    return null;
end
$$;
create constraint trigger accounts_sum_up after insert or update or delete on accounts deferrable initially deferred
    for each row execute function sums_up();
create constraint trigger transfers_sum_up after insert on transfers from accounts deferrable initially immediate
    for each row when (new.amount > 0) execute function sums_up();
create constraint trigger not_deferrable after update on totals for each row execute function sums_up();

-- ask: select count(*) from pg_trigger where tgconstraint <> 0 and not tgisinternal => 3
-- ask: select count(*) from pg_trigger where tgdeferrable and tginitdeferred and not tgisinternal => 1
