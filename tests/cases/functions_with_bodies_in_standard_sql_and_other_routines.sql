-- BEGIN ATOMIC bodies, which are parsed and hence depend on tables, procedures, aggregates,
-- operators, casts, conversions and overloads, used by defaults, checks, generated columns, indexes
-- and views: all must be created in an order that works, before the data.
-- requires: 14

create type money_in as (amount numeric, currency text);
create table rates (currency text primary key, rate numeric not null);
insert into rates select 'C' || n, 1 + n / 100.0 from generate_series(1, 200) n;
insert into rates values ('EUR', 1);

create function rate_of(text) returns numeric stable
begin atomic
    select rate from rates where currency = $1;
end;
create function double(int) returns int immutable return $1 * 2;
create function double(text) returns text immutable return $1 || $1;
create procedure set_rate(c text, r numeric)
begin atomic
    insert into rates values (c, r) on conflict (currency) do update set rate = excluded.rate;
    delete from rates where rate < 0;
end;
create function many(variadic numbers int[] default '{}', out lowest int, out highest int) language sql immutable as $$ select min(n), max(n) from unnest(numbers) n $$;
create function same(anyelement) returns anyelement language sql immutable strict parallel safe cost 7 as 'select $1';
create function rows_of(int) returns table (id int, label text) language plpgsql stable rows 42 security definer set search_path = public set work_mem = '8MB' as $$
begin
    return query select n, 'label ' || n from generate_series(1, $1) n;
end
$$;
create function slug(text) returns text language plpgsql immutable set search_path = pg_catalog as $$ begin return lower(regexp_replace($1, '\W+', '-', 'g')); end $$;

create function first_step(anyelement, anyelement) returns anyelement language sql immutable strict as 'select $1';
create aggregate first(anyelement) (sfunc = first_step, stype = anyelement);
create function product_step(numeric, numeric) returns numeric language sql immutable as 'select $1 * coalesce($2, 1)';
create aggregate product(numeric) (sfunc = product_step, stype = numeric, initcond = '1', parallel = safe);
create function collect(int[], int) returns int[] language sql immutable as 'select $1 || $2';
create function middle(int[]) returns int language sql immutable as $$ select n from unnest($1) n order by n offset cardinality($1) / 2 limit 1 $$;
create aggregate middle_of(order by int) (sfunc = collect, stype = int[], finalfunc = middle, initcond = '{}');

create function add_money(money_in, money_in) returns money_in language sql immutable as $$ select ($1.amount + $2.amount, $1.currency)::money_in $$;
create function same_money(money_in, money_in) returns boolean language sql immutable as $$ select $1.amount = $2.amount $$;
create function other_money(money_in, money_in) returns boolean language sql immutable as $$ select $1.amount <> $2.amount $$;
create operator + (function = add_money, leftarg = money_in, rightarg = money_in, commutator = +);
create operator === (function = same_money, leftarg = money_in, rightarg = money_in, commutator = ===, negator = !===, restrict = eqsel);
create operator !=== (function = other_money, leftarg = money_in, rightarg = money_in, negator = ===, commutator = !===);
create function money_as_text(money_in) returns text language sql immutable as $$ select $1.amount || ' ' || $1.currency $$;
create cast (money_in as text) with function money_as_text(money_in) as assignment;
create conversion latin1_again for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;

create table prices (
    id int primary key default double(21),
    price money_in check (price !=== (-1, 'x')::money_in),
    label text default double('x'),
    slug text generated always as (slug(label)) stored,
    currency text not null references rates
);
insert into prices (id, price, label, currency) select n, (n * 1.10, 'C' || n)::money_in, 'Label № ' || n || '!', 'C' || 1 + n % 200 from generate_series(1, 400) n;
create index on prices (slug(label), (same(id) + double(id)));
create unique index on prices (id, (price::text));

create view summary as select first(label) as label, product(1.0) as product, middle_of() within group (order by id) as middle, rate_of('EUR') as one from prices;
create function summarise() returns setof summary begin atomic select * from summary; end;

-- ask: select one from summary => 1
-- ask: select count(*) from prices where slug is distinct from slug(label) => 0
