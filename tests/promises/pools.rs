//! Several servers behind one address: all sessions of a load reach one of them, or nothing is
//! touched.

use crate::support::{
    AppDir, Forwarder, Outcome, OwnProduction, READER, Target, Tool, clients, fingerprint,
};
use std::os::unix::fs::PermissionsExt;
use std::sync::OnceLock;

const SHOP: &str = "
    create table orders (id int primary key, placed date not null);
    create table items (id int primary key, order_id int not null references orders, note text);
    create index on items (order_id);
    insert into orders select i, date '2020-01-01' + i % 1000 from generate_series(1, 20000) i;
    insert into items select i, 1 + i % 20000, repeat(md5(i::text), 10)
        from generate_series(1, 100000) i
";

/// The tests only read from it.
fn production() -> &'static OwnProduction {
    static PRODUCTION: OnceLock<OwnProduction> = OnceLock::new();
    PRODUCTION.get_or_init(|| {
        let production = OwnProduction::with_standbys(2, "30s");
        production.create("shop", SHOP);
        production
    })
}

/// A URL at another port.
fn through(production: &OwnProduction, port: u16) -> String {
    let standby = &production.standbys[0];
    standby.url(&READER, "shop").replace(&standby.port.to_string(), &port.to_string())
}

fn ports(production: &OwnProduction) -> [u16; 2] {
    [production.standbys[0].port, production.standbys[1].port]
}

/// Lines are broken at 80 columns.
fn words(outcome: &Outcome) -> String {
    outcome.all.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_pool_behind_a_forwarder_is_loaded_from() {
    let production = production();
    let ports = ports(production);
    let direct = Target::reused();
    Tool::subset(&through(production, ports[0]), &direct.url(), "0.5").run().succeeded();
    let rows = fingerprint(&direct);
    // one after the other, and in pairs: whichever connection is the first one
    for spread in [|n: usize| n % 2, |n: usize| n / 2 % 2, |n: usize| n.div_ceil(2) % 2] {
        let forwarder = Forwarder::new(move |n| ports[spread(n)]);
        let target = Target::reused();
        let source = through(production, forwarder.port);
        let outcome = Tool::subset(&source, &target.url(), "0.5").run().succeeded();
        assert!(forwarder.came() >= 3, "sessions were spread:\n{outcome}");
        assert_eq!(fingerprint(&target), rows, "{outcome}");
        outcome.not_saying("begins again (retry");
        target.drop();
    }
}

#[test]
fn an_address_with_several_hosts_is_resolved_once() {
    let production = production();
    let [one, other] = ports(production);
    let password = READER.encoded_password();
    let source = format!(
        "postgres://{}:{password}@127.0.0.1:{one},127.0.0.1:{other}/shop?load_balance_hosts=random",
        READER.name
    );
    for _ in 0..4 {
        let target = Target::reused();
        Tool::subset(&source, &target.url(), "0.1").run().succeeded();
        assert_eq!(target.ask("select count(*) from items"), "10000");
        target.drop();
    }
}

#[test]
fn a_forwarder_that_never_leads_back_is_told_with_what_was_seen() {
    let production = production();
    let ports = ports(production);
    let forwarder = Forwarder::new(move |n| ports[usize::from(n > 0)]);
    let target = Target::reused();
    let source = through(production, forwarder.port);
    let outcome = Tool::subset(&source, &target.url(), "0.5").run().failed(1);
    assert_eq!(target.contents(), Vec::<String>::new());
    let told = words(&outcome);
    for part in [
        format!("the snapshot is on the server 127.0.0.1:{}, up since 20", ports[0]),
        "pg_dump reached another server 10 times".to_owned(),
        format!("other servers at this address: 127.0.0.1:{}, up since 20", ports[1]),
        "nothing was touched".to_owned(),
        "give the URL of one server".to_owned(),
    ] {
        assert!(told.contains(&part), "{part}:\n{outcome}");
    }
}

/// Another server may know a snapshot of the same identifier, of another moment.
#[test]
fn a_pg_dump_that_succeeds_elsewhere_is_not_believed() {
    let production = production();
    production.primary.superuser("postgres").run("create database elsewhere");
    production.primary.superuser("elsewhere").run("create table wrong (id int)");
    production.primary.superuser("elsewhere").run("grant select on wrong to reader");
    let misled = AppDir::empty().with(
        "pg_dump",
        &format!(
            "#!/bin/bash\n\
             case $* in *--version*) exec {0}/pg_dump --version;; esac\n\
             count=$(cat {1}/count 2>/dev/null || echo 0)\n\
             echo $((count + 1)) > {1}/count\n\
             if [ $count -ge $(cat {1}/misled) ]; then exec {0}/pg_dump \"$@\"; fi\n\
             args=()\n\
             for arg; do case $arg in --snapshot=*) ;; *) args+=(\"$arg\");; esac; done\n\
             PGPORT={2} PGDATABASE=elsewhere exec {0}/pg_dump \"${{args[@]}}\"\n",
            clients().display(),
            "$(dirname \"$0\")",
            production.primary.port,
        ),
    );
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(misled.path().join("pg_dump"), executable).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", misled.path().display());
    let source = through(production, production.standbys[0].port);
    for (misled_times, succeeds) in [("2", true), ("99", false)] {
        std::fs::write(misled.path().join("count"), "0").expect("a file");
        std::fs::write(misled.path().join("misled"), misled_times).expect("a file");
        let target = Target::reused();
        let tool = Tool::subset(&source, &target.url(), "0.1");
        let outcome = tool.env("PATH", path.clone()).run();
        if succeeds {
            outcome.succeeded();
            assert_eq!(target.ask("select to_regclass('wrong') is null"), "t");
            assert_eq!(target.ask("select count(*) from items"), "10000");
        } else {
            let outcome = outcome.failed(1);
            let unseen = "10 times the first server did not see its session";
            assert!(words(&outcome).contains(unseen), "{outcome}");
            assert_eq!(target.contents(), Vec::<String>::new());
        }
        target.drop();
    }
}

/// A role that is switched to another one by its own settings does not see its sessions' names.
#[test]
fn a_role_that_sees_no_session_can_load() {
    let production = production();
    let admin = production.primary.superuser("shop");
    admin.run("create role readers; create role switched login password 'switched'");
    admin.run("grant readers to switched; alter role switched set role = readers");
    admin.run("grant select on all tables in schema public to readers");
    production.replayed();
    let target = Target::reused();
    let source =
        format!("postgres://switched:switched@127.0.0.1:{}/shop", production.standbys[0].port);
    Tool::subset(&source, &target.url(), "0.1").run().succeeded();
    assert_eq!(target.ask("select count(*) from items"), "10000");
}
