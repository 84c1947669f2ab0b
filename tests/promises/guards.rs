//! What is refused: each with one message that says what, why and what to do, and the target
//! untouched. The messages are snapshots, so that their wording is reviewed like code.

use crate::support::{
    AppDir, OWNER, Outcome, READER, Role, Source, Target, Tool, eventually, fingerprint, servers,
};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

const PRODUCTION: &str = "
    create table users (id int primary key, name text not null);
    insert into users select i, 'qwzx user ' || i from generate_series(1, 100) i;
";

fn production() -> Source {
    Source::shared(PRODUCTION)
}

fn subset(source: &str, target: &str) -> Tool {
    Tool::subset(source, target, "0.1")
}

/// The failure as a person reads it, without what differs from run to run.
#[track_caller]
fn message(outcome: &Outcome) -> String {
    assert!(matches!(outcome.code(), Some(1 | 2)), "it should be refused:\n{outcome}");
    let failure = outcome.stderr.find("error: ").map(|start| &outcome.stderr[start..]);
    let failure = failure.unwrap_or_else(|| panic!("it should say why:\n{outcome}"));
    assert!(failure.contains("what to do: "), "it should say what to do:\n{outcome}");
    let mut text = failure.trim_end().to_owned();
    let servers = servers();
    let names =
        [(&servers.primary, "PRIMARY"), (&servers.standby, "STANDBY"), (&servers.target, "TARGET")];
    for (server, name) in names {
        text = text.replace(&server.port.to_string(), &format!("<{name} PORT>"));
    }
    for kind in ["source", "target"] {
        text = without_numbers(&text, kind);
    }
    format!("exit code {}\n{text}", outcome.code().unwrap_or_default())
}

/// `source_0012` becomes `source_N`: databases are numbered as the tests come.
fn without_numbers(text: &str, kind: &str) -> String {
    let prefix = format!("{kind}_");
    let mut parts = text.split(&prefix);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        all += kind;
        all += if rest.len() < part.len() { "_N" } else { "_" };
        all += rest;
    }
    all
}

/// In one line, where what is left out of the message has no fixed length.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Refused, and the target is still empty.
#[track_caller]
fn refused(tool: Tool, target: &Target) -> String {
    let outcome = tool.run();
    assert_eq!(target.contents(), Vec::<String>::new(), "the target is untouched:\n{outcome}");
    message(&outcome)
}

#[test]
fn the_target_may_not_be_the_source_at_another_address() {
    let source = production();
    let target = servers().primary.url(&OWNER, &source.name);
    let outcome = subset(&source.url(), &target).run();
    assert_eq!(source.ask("select count(*) from users"), "100");
    insta::assert_snapshot!(message(&outcome));
}

#[test]
fn the_target_may_not_be_the_source_in_another_spelling() {
    let source = production();
    let primary = &servers().primary;
    let target = format!(
        "host={} port={} user={} password={} dbname={}",
        "127.0.0.1", primary.port, OWNER.name, OWNER.password, source.name
    );
    let outcome = subset(&source.primary_url(), &target).run();
    assert_eq!(source.ask("select count(*) from users"), "100");
    insta::assert_snapshot!(message(&outcome));
}

#[test]
fn another_database_of_the_sources_server_is_a_target_like_any() {
    let source = production();
    let target = Target::empty_on(&servers().primary);
    subset(&source.primary_url(), &target.url()).run().succeeded();
    assert_eq!(target.ask("select count(*) from users"), "10");
}

#[test]
fn a_target_that_is_not_empty_is_left_alone() {
    let source = production();
    let target = Target::reused();
    target.run("create table mine (id int primary key); insert into mine values (1)");
    let before = (target.contents(), fingerprint(&target));
    let outcome = subset(&source.url(), &target.url()).run();
    assert_eq!((target.contents(), fingerprint(&target)), before);
    insta::assert_snapshot!(message(&outcome));
}

#[test]
fn a_target_that_holds_anything_is_not_empty() {
    let things = [
        "create schema app; create table app.users ()",
        "create view numbers as select 1",
        "create sequence numbers",
        "create type mood as enum ('fine')",
        "create function one() returns int language sql return 1",
    ];
    let source = production();
    for thing in things {
        if thing.contains("return 1") && servers().target.major() < 14 {
            continue; // a body without quotes came with PostgreSQL 14
        }
        let target = Target::reused();
        target.run(thing);
        let before = target.contents();
        let outcome = subset(&source.url(), &target.url()).run();
        assert_eq!(target.contents(), before, "{thing}");
        assert!(message(&outcome).contains("empty"), "{thing}: {outcome}");
    }
}

#[test]
fn a_standby_is_no_target() {
    let source = production();
    let other = Source::from_sql(PRODUCTION);
    let target = servers().standby.url(&OWNER, &other.name);
    let outcome = subset(&source.url(), &target).run();
    insta::assert_snapshot!(message(&outcome));
}

#[test]
fn a_target_in_which_the_role_may_create_nothing_is_refused() {
    let source = production();
    let target = Target::reused();
    target.superuser().run(&format!(
        "alter database {} owner to postgres; revoke create on schema public from public",
        target.name
    ));
    insta::assert_snapshot!(refused(subset(&source.url(), &target.url()), &target));
}

/// The platform's environment around `postdeploy`, less what the test is about.
fn postdeploy(app: &AppDir) -> Tool {
    Tool::new(["postdeploy"]).in_dir(app).env("HEROKU_APP_NAME", "shop-pr-7")
}

fn app() -> AppDir {
    AppDir::empty().with("review-data.toml", "[migrate]\ncommand = \"touch migrated\"\n")
}

#[test]
fn postdeploy_does_nothing_outside_a_review_app() {
    let (source, target, app) = (production(), Target::reused(), app());
    let run = postdeploy(&app)
        .env("REVIEW_DATA_SOURCE_URL", source.url())
        .env("DATABASE_URL", target.url());
    insta::assert_snapshot!(refused(run, &target));
    assert_eq!(app.read("migrated"), None);
}

#[test]
fn postdeploy_needs_a_source() {
    let (target, app) = (Target::reused(), app());
    let run = postdeploy(&app).env("HEROKU_PR_NUMBER", "7").env("DATABASE_URL", target.url());
    insta::assert_snapshot!(refused(run, &target));
}

#[test]
fn postdeploy_does_not_guess_between_two_sources() {
    let (source, target, app) = (production(), Target::reused(), app());
    let run = postdeploy(&app)
        .env("HEROKU_PR_NUMBER", "7")
        .env("DATABASE_URL", target.url())
        .env("HEROKU_POSTGRESQL_PINK_URL", source.url())
        .env("HEROKU_POSTGRESQL_ONYX_URL", source.primary_url());
    insta::assert_snapshot!(refused(run, &target));
}

#[test]
fn postdeploy_needs_the_config_var_that_the_configuration_names() {
    let (target, app) = (Target::reused(), app());
    let app = app.with("review-data.toml", "[source]\nurl = \"HEROKU_POSTGRESQL_PINK_URL\"\n");
    let run = postdeploy(&app).env("HEROKU_PR_NUMBER", "7").env("DATABASE_URL", target.url());
    insta::assert_snapshot!(refused(run, &target));
}

#[test]
fn postdeploy_needs_a_target() {
    let (source, app) = (production(), app());
    let run =
        postdeploy(&app).env("HEROKU_PR_NUMBER", "7").env("REVIEW_DATA_SOURCE_URL", source.url());
    insta::assert_snapshot!(message(&run.run()));
}

#[test]
fn a_wrong_password_for_the_source_is_said() {
    let (source, target) = (production(), Target::reused());
    let wrong = Role { name: READER.name, password: "wr0ng-passw0rd" };
    let url = servers().standby.url(&wrong, &source.name);
    let told = refused(subset(&url, &target.url()), &target);
    assert!(!told.contains("wr0ng"), "the password is not shown: {told}");
    insta::assert_snapshot!(told);
}

#[test]
fn a_wrong_password_for_the_target_is_said() {
    let (source, target) = (production(), Target::reused());
    let wrong = Role { name: OWNER.name, password: "wr0ng-passw0rd" };
    let url = servers().target.url(&wrong, &target.name);
    insta::assert_snapshot!(refused(subset(&source.url(), &url), &target));
}

#[test]
fn a_database_that_does_not_exist_is_said() {
    let (source, target) = (production(), Target::reused());
    let url = servers().target.url(&OWNER, "nowhere");
    insta::assert_snapshot!(refused(subset(&source.url(), &url), &target));
}

#[test]
fn a_source_that_is_gone_is_said() {
    let target = Target::reused();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("postgres://reader@127.0.0.1:{port}/production");
    let told = refused(subset(&url, &target.url()), &target);
    insta::assert_snapshot!(told.replace(&port.to_string(), "<CLOSED PORT>"));
}

#[test]
fn a_target_that_is_gone_is_said() {
    let source = production();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("postgres://app_owner@127.0.0.1:{port}/review");
    let told = message(&subset(&source.url(), &url).run());
    insta::assert_snapshot!(told.replace(&port.to_string(), "<CLOSED PORT>"));
}

/// The source's version depends on the machine.
fn without_version(text: &str) -> String {
    let standby = &servers().standby;
    let text = text.replace(&standby.version(), "<VERSION>");
    text.replace(&standby.major().to_string(), "<MAJOR>")
}

/// A directory with a `pg_dump` of the test's making.
fn programs(pg_dump: &str) -> AppDir {
    let dir = AppDir::empty().with("pg_dump", pg_dump);
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(dir.path().join("pg_dump"), executable).expect("permissions");
    dir
}

#[test]
fn a_pg_dump_older_than_the_source_is_refused() {
    let (source, target) = (production(), Target::reused());
    let old = programs("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.0'\n");
    let path = format!("{}:/usr/bin:/bin", old.path().display());
    let told = refused(subset(&source.url(), &target.url()).env("PATH", path), &target);
    let told = told.replace(&old.path().display().to_string(), "<DIR>");
    insta::assert_snapshot!(unwrapped(&without_version(&told)));
}

#[test]
fn a_machine_without_pg_dump_is_told() {
    let (source, target) = (production(), Target::reused());
    let nothing = AppDir::empty();
    let path = nothing.path().as_os_str().to_owned();
    let told = refused(subset(&source.url(), &target.url()).env("PATH", path), &target);
    insta::assert_snapshot!(unwrapped(&without_version(&told)));
}

#[test]
fn a_pg_dump_that_fails_is_quoted() {
    let (source, target) = (production(), Target::reused());
    let failing = programs(
        "#!/bin/sh\ncase $* in *--version*) echo 'pg_dump (PostgreSQL) 99.0'; exit;; esac\n\
         echo 'pg_dump: error: the disk is made of cheese' >&2\nexit 1\n",
    );
    let path = format!("{}:/usr/bin:/bin", failing.path().display());
    let told = refused(subset(&source.url(), &target.url()).env("PATH", path), &target);
    let told = told.replace(&failing.path().display().to_string(), "<DIR>");
    insta::assert_snapshot!(unwrapped(&told));
}

#[test]
fn of_two_runs_at_once_the_second_leaves_the_first_alone() {
    let (source, target) = (Source::from_sql(PRODUCTION), Target::reused());
    source.change(
        "create table many (id int primary key, note text);
        insert into many select i, md5(i::text) from generate_series(1, 200000) i",
    );
    source.grant_select();
    source.replayed();
    let tool = || Tool::subset(&source.url(), &target.url(), "0.9");
    let mut first = tool().start();
    let at_work = "select count(*) from pg_locks
        where database = (select oid from pg_database where datname = current_database())
            and (locktype = 'advisory' or mode = 'AccessExclusiveLock')";
    eventually("the first has begun with the target", || {
        !first.is_running() || target.superuser().ask(at_work) != "0"
    });
    first.signal("STOP");
    let mut second = tool().start();
    eventually("the second leaves, or says that it waits", || {
        !second.is_running() || second.has_said("wait")
    });
    first.signal("CONT");
    first.wait().succeeded();
    let told = message(&second.wait());
    assert_eq!(target.ask("select count(*) from many"), "180000");
    let time = target.ask("select loaded_at::timestamptz(0) from review_data.load");
    insta::assert_snapshot!(told.replace(&time, "<TIME>"));
}

#[test]
fn a_table_that_the_reader_may_not_read_is_named() {
    let (source, target) = (Source::from_sql(PRODUCTION), Target::reused());
    source.change("create table secrets (id int primary key)");
    insta::assert_snapshot!(refused(subset(&source.url(), &target.url()), &target));
}

#[test]
fn an_unknown_table_in_the_configuration_is_named_with_the_nearest() {
    let (source, target) = (production(), Target::reused());
    let app =
        AppDir::empty().with("review-data.toml", "[subset]\nseed = 2\n\n[tables.user]\nrows = 5\n");
    insta::assert_snapshot!(refused(subset(&source.url(), &target.url()).in_dir(&app), &target));
}

#[test]
fn an_unknown_column_in_a_condition_is_named() {
    let (source, target) = (production(), Target::reused());
    let app = AppDir::empty()
        .with("review-data.toml", "[tables.users]\nwhere = \"nmae like 'user 1%'\"\n");
    insta::assert_snapshot!(refused(subset(&source.url(), &target.url()).in_dir(&app), &target));
}

#[test]
fn an_unknown_key_in_the_configuration_is_named_with_the_nearest() {
    let (source, target) = (production(), Target::reused());
    let app = AppDir::empty().with("review-data.toml", "[subset]\nfractoin = 0.5\n");
    insta::assert_snapshot!(refused(subset(&source.url(), &target.url()).in_dir(&app), &target));
}

#[test]
fn a_forced_table_that_is_not_there_is_named_with_the_nearest() {
    let (source, target) = (production(), Target::reused());
    let tool = subset(&source.url(), &target.url()).argument("--force").argument("usres:1");
    insta::assert_snapshot!(refused(tool, &target));
}

#[test]
fn a_fraction_that_is_none_is_wrong_use() {
    let (source, target) = (production(), Target::reused());
    for fraction in ["1.5", "-0.1", "nan", "many"] {
        let outcome =
            Tool::new(["subset", &source.url(), &target.url(), "--yes", "--", fraction]).run();
        assert_eq!(outcome.code(), Some(2), "{fraction}: {outcome}");
        assert_eq!(target.contents(), Vec::<String>::new(), "{fraction}");
    }
    let percent = Tool::new(["subset", &source.url(), &target.url(), "30%", "--yes"]).run();
    percent.failed(2).saying("write 30% as 0.3");
}

#[test]
fn what_the_targets_catalogue_would_refuse_stops_the_load_before_a_row_is_read() {
    let source = Source::from_sql(
        "create table users (id int primary key, name text collate \"C.utf8\");
        create schema shop; create table shop.orders (id int primary key);",
    );
    let target = Target::empty();
    let refuses = |sql: &str, undo: &str, said: &[&str]| {
        let name = target.ask("select current_database()");
        let run = |sql: &str| {
            let elsewhere = if sql.starts_with("alter database") { "postgres" } else { &name };
            servers().target.superuser(elsewhere).run(&sql.replace("{name}", &name));
        };
        run(sql);
        let outcome = subset(&source.url(), &target.url()).run().failed(1);
        for words in said {
            assert!(outcome.says(&words.replace("{name}", &name)), "{words}\n{outcome}");
        }
        assert!(!outcome.says("copying rows"), "{outcome}");
        run(undo);
    };
    refuses(
        "alter database {name} set default_transaction_read_only = on",
        "alter database {name} reset default_transaction_read_only",
        &["read-only", "alter database \"{name}\" reset default_transaction_read_only;"],
    );
    refuses(
        "alter database {name} connection limit 1",
        "alter database {name} connection limit -1",
        &["the target allows too few sessions", "alter database \"{name}\" connection limit 10;"],
    );
    refuses(
        "alter database {name} owner to postgres",
        "alter database {name} owner to app_owner",
        &[
            "may not create all tables of the source",
            "app_owner may not create schema shop in database {name}",
            "grant create on database \"{name}\" to \"app_owner\";",
            "grant usage, create on schema \"public\" to \"app_owner\";",
        ],
    );
    refuses(
        "update pg_collation set collname = 'other' where collname = 'C.utf8'",
        "update pg_collation set collname = 'C.utf8' where collname = 'other'",
        &["no collation C.utf8: column name of table public.users needs it"],
    );
    subset(&source.url(), &target.url()).run().succeeded();
    source.drop();
    target.drop();
}
