//! CHECKs that look outside their row, policies for roles that the target's server lacks, and what
//! only a superuser may create.

use crate::support::{Source, Target, Tool};

#[test]
fn checks_that_look_outside_their_row_come_after_the_rows() {
    let source = Source::from_sql(
        "create schema ref; create table ref.codes (kind text, code text, primary key (kind, code));
        insert into ref.codes select k, k || n from unnest(array['color', 'size']) k, generate_series(1, 200) n;
        create function ref.is_code(k text, c text) returns boolean language sql stable as
          $$ select exists (select from ref.codes where kind = k and code = c) $$;
        create domain color as text constraint known check (ref.is_code('color', value) or value = 'VALUE');
        create type pair as (c color);
        create table items (id int primary key, color text not null check (ref.is_code('color', color)));
        insert into items select n, 'color' || 1 + n % 200 from generate_series(1, 2000) n;
        create function ref.item_ok(i items) returns boolean language plpgsql stable as
          $$ begin return exists (select from ref.codes where code = i.color); end $$;
        alter table items add constraint whole_row check (ref.item_ok(items));
        create table paints (id int primary key, c color, more color[], p pair);
        insert into paints select n, 'color' || 1 + n % 200, array['color1']::color[], row('color2')::pair from generate_series(1, 200) n;
        create table coupons (id int primary key, ends date not null, body text check (body <> ''), n int) partition by range (id);
        create table coupons_1 partition of coupons for values from (0) to (1000);
        insert into coupons select n, date '2020-01-01' + n, 'x', n from generate_series(1, 300) n;
        alter table coupons add constraint still_valid check (ends >= current_date) not valid;
        comment on constraint still_valid on coupons is 'when it was written';
        alter table coupons add constraint in_time check (n > extract(year from now()) - 9999);
        alter table coupons add constraint of_setting check (n < coalesce(current_setting('app.most', true), '100')::int) not valid;
        update pg_constraint set convalidated = true where contype = 'c';",
    );
    let plan = Tool::new(["plan", &source.url(), "0.3"]).run().succeeded();
    for name in ["items_color_check", "known", "still_valid", "of_setting"] {
        assert!(plan.says(&format!("check {name} of ")), "{plan}");
    }
    assert!(!plan.says("coupons_body_check"), "{plan}");
    let target = Target::empty();
    let said = Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .succeeded()
        .saying(
            "not valid: check still_valid of public.coupons: 300 rows of the target do not meet it",
        )
        .saying("not valid: check of_setting of public.coupons: 201 rows")
        .saying("check known of public.color: all rows of the target meet it; the server cannot")
        .not_saying("check in_time of")
        .not_saying("check items_color_check of");
    drop(said);
    let valid = "select string_agg(conname || convalidated, ' ' order by conname) from pg_constraint
        where contype = 'c' and conrelid in (0, 'items'::regclass, 'coupons'::regclass) and connamespace = 'public'::regnamespace";
    assert_eq!(
        target.ask(valid),
        "coupons_body_checktrue in_timetrue items_color_checktrue knownfalse of_settingfalse still_validfalse whole_rowtrue"
    );
    assert_eq!(target.ask("select obj_description(oid, 'pg_constraint') from pg_constraint where conname = 'still_valid' and coninhcount = 0"), "when it was written");
    let cut = Target::empty();
    let said = Tool::subset(&source.url(), &cut.url(), "0.05")
        .run()
        .succeeded()
        .saying("not valid: check items_color_check of public.items: ")
        .saying("not valid: check whole_row of public.items: ");
    let paints = "select count(*) from paints where not ref.is_code('color', c) or not ref.is_code('color', (p).c)
        or not ref.is_code('color', more[1])";
    let breaking = cut.ask(paints);
    said.saying(&format!("not valid: check known of public.color: {breaking} row"));
    assert_eq!(cut.ask("select count(*) >= 100 from items"), "t");
    let breaking = cut.ask("select count(*) from items where not ref.is_code('color', color)");
    assert_ne!(breaking, "0");
}

#[test]
fn policies_for_missing_roles_and_objects_of_superusers_are_left_out_and_named() {
    let source = Source::from_sql(
        "do $$ begin create role absent_one; create role absent_two; exception when duplicate_object then null; end $$;
        create table notes (id int primary key, owner text, body text); insert into notes select n, 'o', 'note ' || n from generate_series(1, 300) n;
        alter table notes enable row level security;
        create policy everybody_reads on notes for select using (true);
        create policy own on notes for update to absent_one using (owner = current_user);
        create policy \"two TO one\" on notes as restrictive for delete to app_owner, absent_one, absent_two using (owner <> ' TO x');
        create policy narrow on notes as restrictive to absent_two using (false) with check (false);
        comment on policy own on notes is 'gone, too';

        create function cmp(text, text) returns int language sql immutable as
          'select case when lower($1) < lower($2) then -1 when lower($1) > lower($2) then 1 else 0 end';
        create operator class lower_ops for type text using btree as
          operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 cmp(text, text);
        create index notes_lower on notes (body lower_ops);
        create function in_c(int) returns int language internal immutable as 'int4abs';
        create policy shut on notes as restrictive for update using (in_c(id) > 0);
        create function leaks() returns int language sql leakproof as 'select 1';
        create function replica() returns int language sql set session_replication_role = replica as 'select 1';
        create cast (text as bytea) without function;
        create view of_c as select in_c(id) from notes; create view of_view as select * from of_c;",
    );
    let plan = Tool::new(["plan", &source.url(), "1"]).run().succeeded();
    assert!(
        plan.says("policy public.notes own, unless")
            && plan.says("unless the target's role is a superuser"),
        "{plan}"
    );
    let target = Target::empty();
    let said = Tool::subset(&source.url(), &target.url(), "1").run().succeeded();
    for line in [
        "policy public.notes narrow: the target's server has no role absent_two",
        "policy public.notes own: the target's server has no role absent_one",
        "roles of policy public.notes two TO one: the target's server has no role absent_one and no role absent_two; the policy is for app_owner only",
        "operator class public.lower_ops: only a superuser may create it",
        "index public.notes_lower: needs operator class public.lower_ops",
        "function public.in_c(integer): only a superuser may create it: its language, internal, is not trusted",
        "function public.leaks(): only a superuser may create it: it is LEAKPROOF",
        "function public.replica(): only a superuser may create it: it changes a setting",
        "condition of policy public.notes shut: needs what is left out, and lets no row through",
        "view public.of_c: needs function public.in_c(integer)",
        "view public.of_view: needs view public.of_c",
        "cast CAST (text AS bytea): only a superuser may create it",
    ] {
        assert!(said.says(line), "{line}: {said}");
    }
    assert_eq!(
        target.ask("select string_agg(polname || polpermissive || polcmd::text || polroles::regrole[]::text, ' ' order by polname) from pg_policy"),
        "everybody_readstruer{-} shutfalsew{-} two TO onefalsed{app_owner}"
    );
    assert_eq!(target.ask("select count(*) from notes"), "300");
    assert_eq!(target.ask("select relrowsecurity from pg_class where relname = 'notes'"), "t");
    let needed = Source::from_sql(
        "create function in_c(int) returns int language internal immutable as 'int4abs';
        create table t (id int primary key, a int default in_c(-1)); insert into t values (1);",
    );
    let target = Target::empty();
    Tool::subset(&needed.url(), &target.url(), "1")
        .run()
        .failed(1)
        .saying("table public.t needs function public.in_c(integer)")
        .saying("only a superuser may create it");
    assert_eq!(target.contents(), Vec::<String>::new());
}

#[test]
fn rows_are_read_and_written_where_the_server_looks_into_functions_of_indexes() {
    let source = Source::from_sql(
        "create function short(bytea) returns text language sql immutable as $$ select encode($1, 'hex') $$;
        create function short(uuid) returns text language sql immutable as $$ select short(decode(replace($1::text, '-', ''), 'hex')) $$;
        create table links (id uuid primary key, code text generated always as (short(id)) stored unique, name regtype);
        insert into links select md5(n::text)::uuid from generate_series(1, 200) n;
        create table clicks (id int primary key, link uuid references links, code text references links (code));
        insert into clicks select n, md5((1 + n % 200)::text)::uuid, md5((1 + n % 200)::text) from generate_series(1, 300) n;
        alter table links drop column name;
        create index on links (short(id)); create index on clicks (short(link));
        create function letter(text) returns text language sql immutable as $$ select left($1, 1) $$;
        create function part(text) returns text language sql immutable as $$ select letter(lower($1)) $$;
        create table words (id int, word text) partition by list (part(word));
        create table words_a partition of words for values in ('a');
        create table words_b (word text, id int); alter table words attach partition words_b for values in ('b');
        insert into words select n, case when n % 2 = 0 then 'Ant' else 'Bee' end || n from generate_series(1, 200) n;

        create function plain(text) returns text language sql immutable set search_path = public as $$ select letter($1) $$;
        create table tagged (id int primary key, tags int[], name text);
        insert into tagged select n, array[n, 1], 'n' || n from generate_series(1, 200) n;
        create index tagged_plain on tagged (plain(name)) where tags @> '{1}'::int[];
        create function never(int[], int[]) returns boolean language sql immutable as 'select false';
        create operator @> (leftarg = int[], rightarg = int[], function = never);
        set session_replication_role = replica; delete from links where id = md5('7')::uuid;",
    );
    for size in ["1", "0.3"] {
        Tool::new(["plan", &source.url(), size]).run().succeeded();
        let target = Target::empty();
        let said = Tool::subset(&source.url(), &target.url(), size).run().succeeded();
        assert!(size != "1" || said.says("clicks_link_fkey: 2 rows reference nothing"), "{said}");
        assert_eq!(target.ask("select count(*) from links where code <> short(id)"), "0");
        assert_eq!(
            target.ask(
                "select count(*) > 20 and count(*) filter (where word !~ '^A') = 0 from words_a"
            ),
            "t"
        );
        // the server's own operator, and not the database's
        let operators = "select count(*) from pg_depend where objid = 'tagged_plain'::regclass and refclassid = 'pg_operator'::regclass";
        assert_eq!(target.ask(operators), "0");
        assert_eq!(
            target.ask("select count(*) > 20 and count(*) filter (where c.code <> l.code) = 0 from clicks c join links l on l.id = c.link"),
            "t"
        );
    }
}
