//! Bad data that production lives with: it never fails a load that can do without what it breaks.

use crate::support::{Source, Target, Tool};

/// Deletes referenced rows as a replica does: no foreign key notices.
const UNNOTICED: &str = "set session_replication_role = replica;";

#[test]
fn orphans_duplicates_and_views_that_fail_are_named_and_the_rest_is_there() {
    let source = Source::from_sql(&format!(
        "create table users (id int primary key, email text, code int unique);
        insert into users select n, 'u' || n, n from generate_series(1, 200) n;
        create table orders (id int primary key, user_id int not null references users on delete cascade, code int references users (code) deferrable);
        insert into orders select n, 1 + n % 200, 1 + n % 200 from generate_series(1, 1000) n;
        create table pairs (a int, b text collate \"C\", primary key (a, b));
        insert into pairs select n, n::text from generate_series(1, 50) n;
        create table uses (id int primary key, a int, b text, foreign key (a, b) references pairs match full);
        insert into uses select n, n, n::text from generate_series(1, 50) n; insert into uses values (99, null, null);
        create table visits (at date, user_id int references users) partition by range (at);
        create table visits_1 partition of visits for values from ('2026-01-01') to ('2026-02-01');
        create table visits_2 partition of visits for values from ('2026-02-01') to ('2026-03-01') partition by list (user_id);
        create table \"Visits 2 'x'\" partition of visits_2 default;
        insert into visits select date '2026-01-01' + n % 50, case when n % 50 < 31 then 1 + n % 6 else 7 end from generate_series(1, 100) n;
        {UNNOTICED} delete from users where id = 7; delete from pairs where a in (3, 4); reset session_replication_role;

        create table tags (id int primary key, name text, kind int);
        insert into tags select n, 'qwzx tag ' || n % 99, n from generate_series(1, 100) n;
        create index tags_name on tags (lower(name)) where kind > 0; create index tags_kind on tags (kind);
        comment on index tags_name is 'unique, they say';
        update pg_index set indisunique = true where indexrelid = 'tags_name'::regclass;

        create table scores (id int primary key, n int, name text);
        insert into scores select n, n, case when n = 9 then null else 'x' end from generate_series(1, 50) n;
        alter table scores add constraint positive check (n > 3) not valid;
        update pg_constraint set convalidated = true where conname = 'positive';
        update pg_attribute set attnotnull = true where attrelid = 'scores'::regclass and attname = 'name';

        create materialized view ratios as select 100 / (select count(*) - 100 from tags) as ratio with no data;
        create materialized view above as select ratio + 1 as n from ratios with no data;
        create unique index on above (n);
        create view between_them as select * from above;
        create materialized view top as select count(*) from between_them with no data;
        create materialized view fine as select count(*) as n from tags;
        update pg_class set relispopulated = true where relname in ('ratios', 'above', 'top');"
    ));
    Tool::new(["plan", &source.url(), "1"])
        .run()
        .succeeded()
        .saying(
            "not valid: foreign key orders_user_id_fkey of public.orders: 5 rows reference nothing",
        )
        .saying("foreign key uses_a_b_fkey of public.uses: 2 rows");
    Tool::new(["plan", &source.url(), "0.995"])
        .run()
        .succeeded()
        .saying("not valid: foreign key orders_user_id_fkey of public.orders")
        .saying("of chosen rows reference");
    let target = Target::empty();
    let said = Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .succeeded()
        .saying("orders_user_id_fkey: 5 rows reference nothing, as in the source")
        .saying("orders_code_fkey: 5 rows")
        .saying("uses_a_b_fkey: 2 rows")
        .saying("rows break check positive of public.scores: beginning again without it")
        .saying("not valid: check positive of public.scores: 3 rows of the target do not meet it")
        .saying("left out: NOT NULL of public.scores.name: rows of the source have NULL there")
        .saying("visits_user_id_fkey: 38 rows")
        .saying("NOT VALID on public.\"Visits 2 'x'\"")
        .saying("left out: index public.tags_name: the source's own index is damaged")
        .saying("from public.tags where (kind > 0) group by lower(name) having count(*) > 1")
        .saying("not populated: public.ratios: division by zero (SQLSTATE 22012)")
        .saying("not populated: public.above: needs the rows of public.ratios")
        .saying("not populated: public.top: needs the rows of public.above")
        .not_saying("tag 1");
    for (name, on, valid) in [
        ("orders_user_id_fkey", "orders", "f"),
        ("orders_code_fkey", "orders", "f"),
        ("uses_a_b_fkey", "uses", "f"),
        ("visits_user_id_fkey", "\"Visits 2 'x'\"", "f"),
        ("visits_user_id_fkey", "visits_1", "t"),
    ] {
        let of = format!("select convalidated from pg_constraint where conname = '{name}'");
        assert_eq!(target.ask(&format!("{of} and conrelid = $${on}$$::regclass")), valid, "{said}");
    }
    let kept = "select confdeltype::text || (select condeferrable from pg_constraint where conname = 'orders_code_fkey')
        from pg_constraint where conname = 'orders_user_id_fkey'";
    assert_eq!(target.ask(kept), "ctrue");
    assert_eq!(target.ask("select count(*) from orders"), "1000");
    assert_eq!(target.ask("select count(*) from pg_class where relname = 'tags_name'"), "0");
    assert_eq!(target.ask("select n from fine"), "100");
}

#[test]
fn a_damaged_key_that_a_foreign_key_needs_stops_the_load_with_the_query_that_finds_the_duplicates()
{
    let source = Source::from_sql(
        "create table users (id int primary key, email text unique);
        insert into users select n, 'qwzx_u' || n from generate_series(1, 50) n;
        create table orders (id int primary key, email text references users (email));
        insert into orders select n, 'qwzx_u' || n from generate_series(1, 50) n;
        update pg_index set indisready = false, indislive = false where indexrelid = 'users_email_key'::regclass;
        set session_replication_role = replica; insert into users values (1001, 'qwzx_u7'); reset session_replication_role;
        update pg_index set indisready = true, indislive = true where indexrelid = 'users_email_key'::regclass;",
    );
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .failed(1)
        .saying("the source's own index is damaged")
        .saying("from public.users group by email having count(*) > 1")
        .not_saying("u7")
        .not_saying("fault of review-data");
    assert_eq!(target.contents(), Vec::<String>::new());
}

/// The policy is forced on the owner, too, and the role cannot read the sequence.
#[test]
fn row_level_security_hides_nothing_from_the_load() {
    let source = Source::from_sql(
        "create table notes (id bigint generated by default as identity primary key, tenant text, body text);
        insert into notes (tenant, body) select 'a', 'n' || n from generate_series(1, 300) n;
        create table parts (id serial primary key, note bigint references notes, n int);
        insert into parts (note, n) select n, n from generate_series(1, 300) n;
        create materialized view totals as select count(*) as n from notes;
        create materialized view sums as select t.n + (select count(*) from parts) as n from totals t;
        alter table notes enable row level security; alter table notes force row level security;
        alter table parts enable row level security; alter table parts force row level security;
        create policy own on notes using (tenant = current_setting('app.tenant', true));
        create policy everybody on notes for select using (true);
        create policy never on parts as restrictive using (true);
        create policy see on parts for select using (true);
        comment on policy own on notes is 'a tenant''s';
        alter policy everybody on notes using (true);",
    );
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1").run().succeeded();
    assert_eq!(target.ask("select n from totals"), "300");
    assert_eq!(target.ask("select n from sums"), "600");
    assert_eq!(
        target.ask("select nextval('notes_id_seq') > 300 and nextval('parts_id_seq') > 300"),
        "t"
    );
    assert_eq!(target.ask("select count(*) from pg_policy"), "4");
    assert_eq!(
        target.ask("select obj_description(oid, 'pg_policy') from pg_policy where polname = 'own'"),
        "a tenant's"
    );
    assert_eq!(
        target.ask("select bool_and(relrowsecurity and relforcerowsecurity) from pg_class where relname in ('notes', 'parts')"),
        "t"
    );
    assert_eq!(target.ask("select bool_and(last_analyze is not null) from pg_stat_user_tables where relname in ('notes', 'parts')"), "t");
}

#[test]
fn a_partition_whose_detach_was_interrupted_is_named() {
    let source = Source::from_sql(
        "create table logs (id int, at date) partition by range (at);
        create table logs_1 partition of logs for values from ('2026-01-01') to ('2026-02-01');
        create table logs_2 partition of logs for values from ('2026-02-01') to ('2026-03-01');
        insert into logs select n, date '2026-01-01' + n % 50 from generate_series(1, 500) n;
        do $$ begin
            if current_setting('server_version_num')::int >= 140000 then
                execute 'update pg_inherits set inhdetachpending = true
                    where inhrelid = ''logs_1''::regclass';
            end if;
        end $$;",
    );
    let target = Target::empty();
    let outcome = Tool::subset(&source.url(), &target.url(), "1").run().succeeded();
    assert_eq!(target.ask("select count(*) from logs_2"), "190");
    if target.ask("select count(*) from logs_1") != "310" {
        outcome.saying("left out: the rows of public.logs_1: ");
        let plan = Tool::new(["plan", &source.url(), "1"]).run().succeeded();
        plan.saying("left out: the rows of public.logs_1: ");
    }
}
