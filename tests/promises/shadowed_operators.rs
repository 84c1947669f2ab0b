//! A database in which each operator and function that we use has another of the same name and
//! types, in a schema that the `search_path` names first. Ours never runs one of them.

use crate::support::{AppDir, OWNER, READER, Source, Target, Tool};

const PATH: &str = "set search_path to shadow, public, pg_catalog";

/// Each of them fails when it runs.
const SHADOWS: &str = r#"
do $do$
declare
    o record; types text; made int := 0;
begin
    create schema shadow;
    for o in
        select op.oprname, l.oid::regtype as l, r.oid::regtype as r,
               op.oprresult::regtype as result
        from pg_catalog.pg_operator op
        join pg_catalog.pg_type l on l.oid = op.oprleft
        join pg_catalog.pg_type r on r.oid = op.oprright
        where op.oprname in ('=', '<>', '<', '<=', '>', '>=', '||', '+', '-', '*', '/', '%', '~', '!~',
                             '~~', '!~~', '->', '->>', '#>>', '@>', '<@', '&&', '?')
          and l.typname in ('bool', 'char', 'int2', 'int4', 'int8', 'oid', 'text', 'name', 'bpchar',
                            'uuid', 'tid', 'xid', 'timestamptz', 'date', 'numeric', 'float8', 'jsonb',
                            'anyarray', 'pg_lsn', 'interval', 'oidvector')
          and r.typtype in ('b', 'p')
        union all
        select op.name, 'varchar', t.other::regtype, 'boolean'
        from unnest(array['=', '<>', '<', '>']) op(name),
             unnest(array['varchar', 'text']) t(other)
    loop
        execute format('create function shadow.f%s(%s, %s) returns %s language plpgsql as
            $f$ begin raise exception ''shadowed operator %s (%s, %s)''; end $f$',
            made, o.l, o.r, o.result, replace(o.oprname, '%', '%%'), o.l, o.r);
        execute format('create operator shadow.%s (leftarg = %s, rightarg = %s, function = shadow.f%s)',
            o.oprname, o.l, o.r, made);
        made := made + 1;
    end loop;
    assert made > 150, made;
    for o in
        select p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments,
               p.prorettype::regtype as result, p.proretset
        from pg_catalog.pg_proc p
        where p.prokind = 'f' and p.pronamespace = 'pg_catalog'::regnamespace
          and p.provariadic = 0 and p.proname !~ '^(pg_(try_)?advisory|shadow)'
          and (p.proname in ('current_setting', 'set_config', 'length', 'lower', 'upper', 'replace',
                  'substr', 'left', 'right', 'split_part', 'strpos', 'now', 'clock_timestamp', 'md5',
                  'hashtext', 'hashtextextended', 'unnest', 'array_length', 'cardinality', 'to_char',
                  'format_type', 'current_database', 'version', 'quote_ident', 'quote_literal',
                  'array_position', 'array_to_string', 'string_to_array', 'abs', 'mod', 'floor',
                  'generate_series', 'random', 'btrim', 'encode', 'decode', 'convert_to', 'ascii')
               or p.proname ~ '^pg_(get|is|last|export|backend|total|table|relation|database|stat)')
          and not exists (select from unnest(p.proargtypes) a where a = 'internal'::regtype)
          and p.prorettype not in ('internal'::regtype, 'record'::regtype, 'trigger'::regtype)
          and coalesce(p.proargmodes, '{i}') <@ array['i']::"char"[]
          and (p.prorettype <> 'anyelement'::regtype or p.pronargs > 0)
    loop
        execute format('create function shadow.%I(%s) returns %s %s language plpgsql as
            $f$ begin raise exception ''shadowed function %s''; end $f$',
            o.proname, o.arguments, case when o.proretset then 'setof' end, o.result, o.proname);
        made := made + 1;
    end loop;
    assert made > 220, made;
    grant usage on schema shadow to reader;
end $do$
"#;

const TABLES: &str = "
    create table public.tenants (id int primary key, name text not null unique);
    create table public.users (id bigint primary key, tenant_id int references public.tenants,
        login varchar(20) unique, active boolean not null, boss bigint references public.users,
        born date, about jsonb, email varchar(60) unique check (email ~ '^[^@]+@' and length(email) < 60),
        full_name text not null, token text);
    create table public.codes (code varchar(10), part varchar(10), small smallint,
        primary key (code, part));
    create table public.posts (id uuid primary key, author bigint not null references public.users,
        code varchar(10), part varchar(10), seen boolean not null,
        foreign key (code, part) references public.codes);
    create table public.comments (id serial primary key, commentable_id bigint,
        commentable_type varchar not null, tags text[]);
    create table public.parts (day date not null, user_id bigint references public.users, n int)
        partition by range (day);
    create table public.parts_1 partition of public.parts
        for values from ('2026-01-01') to ('2026-07-01');
    create table public.parts_2 partition of public.parts
        for values from ('2026-07-01') to ('2027-01-01');
    create table public.loose (a varchar, b numeric);
    insert into public.tenants select n, 'tenant ' || n from generate_series(1, 10) n;
    insert into public.users select n, n % 10 + 1, 'user' || n, n % 2 = 0,
        case when n > 5 then n / 5 end, '2000-01-01', '{\"a\": 1, \"email\": \"a@qwzx.test\"}',
        'ann' || n || '@qwzx.test', 'Qwzx Miller', 'sk_live_qwzx' || md5(n::text)
        from generate_series(1, 500) n;
    insert into public.codes select 'c' || n, 'p' || n, n from generate_series(1, 30) n;
    insert into public.posts select pg_catalog.gen_random_uuid(), n % 500 + 1, 'c' || n % 30 + 1,
        'p' || n % 30 + 1, n % 3 = 0 from generate_series(1, 2000) n;
    insert into public.comments (commentable_id, commentable_type, tags)
        select n, case when n % 2 = 0 then 'User' else 'Tenant' end, '{x,y}'
        from generate_series(1, 10) n;
    insert into public.parts select '2026-01-01'::date + n % 300, n % 500 + 1, n
        from generate_series(1, 1000) n;
    insert into public.loose select 'x' || n % 7, n from generate_series(1, 300) n;
    analyze";

#[test]
fn no_operator_or_function_of_the_database_runs_in_our_questions() {
    let source = Source::from_sql(&format!("{TABLES};\n{SHADOWS}"));
    source.change(&format!("alter role {} in database {} {PATH}", READER.name, source.name));
    let target = Target::empty();
    let shadowed = format!("alter role {} in database {} {PATH}", OWNER.name, target.name);
    target.superuser().run(&shadowed);
    let app = AppDir::empty().with(
        "review-data.toml",
        "[[foreign_keys]]\ntable = \"comments\"\npolymorphic = \"commentable\"\n\
         [tables.users]\nwhere = \"active\"\norder = \"newest\"\n\
         [tables.posts]\nalways = [\"seen and false\"]\n\
         [[only]]\ncolumn = \"tenant_id\"\nvalues = [1, 2, 3]\n",
    );
    let plain = AppDir::empty();
    let ran = |tool: Tool| {
        let run = tool.run();
        assert!(!run.all.contains("shadowed") && !run.all.contains("own code"), "{run}");
        run.succeeded()
    };
    let (from, to) = (source.url(), target.url());
    ran(Tool::new(["plan", &from]).in_dir(&app));
    ran(Tool::subset(&from, &to, "0.1").in_dir(&app));
    ran(Tool::new(["status", "--target", &to]));
    for arguments in [
        vec![
            "subset",
            &from,
            &to,
            "0.3",
            "--replace",
            "--force",
            "users:7",
            "--force",
            "codes:c3,p3",
        ],
        vec!["subset", &from, &to, "--max-size", "20MB", "--replace"],
        vec!["why", "users", "7", "--source", &from, "--target", &to],
    ] {
        ran(Tool::new(arguments).in_dir(&plain));
    }
    // with masks, which look at values and try the CHECKs
    ran(Tool::new(["plan", &from, "0.3", "--masks"]).in_dir(&plain).masked());
    let key = "a key of masks for shadowed operators";
    for size in [["--max-size", "20MB"], ["--seed", "2"]] {
        let load = Tool::new(["subset", &from, &to, "--yes", "--replace"]).argument(size[0]);
        let load = load.argument(size[1]).masked().env("REVIEW_DATA_MASK_KEY", key).in_dir(&plain);
        ran(load);
        assert_eq!(
            target
                .ask("select pg_catalog.count(*) from public.users where email !~ 'example.com$'"),
            "0"
        );
    }
    assert_eq!(target.ask("select pg_catalog.count(*) from public.codes"), "30");
}
