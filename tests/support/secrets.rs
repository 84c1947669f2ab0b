//! No run of any test may show a secret or a value of a row, whatever it is about. What the tool prints,
//! what it records, what the programs that it starts get as their environment, and what the servers log
//! is searched for the passwords, tokens and canaries that tests use.

use super::servers::{OWNER, READER, logged};
use super::session::Session;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

/// Variables that hold nothing but a secret.
const TOKENS: [&str; 3] = ["MIGRATE_API_SECRET_HEROKU", "HEROKU_API_KEY", MASK_KEY];

const MASK_KEY: &str = "REVIEW_DATA_MASK_KEY";

/// Part of values of rows, and of nothing else. It is in no key that a test names to the tool.
pub(crate) const CANARY: &str = "qwzx";

/// Shorter ones may be parts of words.
const SHORTEST: usize = 8;

/// What a program of PostgreSQL's may get, besides its connection.
const OF_CLIENTS: [&str; 6] = ["PATH", "HOME", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "PERL5LIB"];

/// The tokens that runs have had, and whether each is a key of masks.
static USED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());

/// Notes the secrets of a run that is about to start.
pub(super) fn note(environment: &BTreeMap<OsString, OsString>) {
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    for name in TOKENS {
        let token = environment.get(&OsString::from(name)).and_then(|token| token.to_str());
        if let Some(token) = token.filter(|token| token.len() >= SHORTEST) {
            used.insert(token.to_owned(), name == MASK_KEY);
        }
    }
}

fn passwords() -> impl Iterator<Item = String> {
    let both = [&READER, &OWNER].map(|role| [role.password.to_owned(), role.encoded_password()]);
    both.into_iter().flatten()
}

/// Tokens of the app, and keys of masks.
fn tokens(keys_only: bool) -> Vec<String> {
    let used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    used.iter()
        .filter(|(_, is_key)| **is_key || !keys_only)
        .map(|(token, _)| token.clone())
        .collect()
}

fn has_canary(text: &str) -> bool {
    text.to_ascii_lowercase().contains(CANARY)
}

/// Searches a text. The message does not repeat the secret's neighbourhood.
#[track_caller]
fn search(text: &str, what: &str) {
    for secret in passwords().chain(tokens(false)) {
        assert!(!text.contains(&secret), "{what} shows the secret {secret:?}");
    }
}

#[track_caller]
fn search_for_canaries(text: &str, what: &str) {
    assert!(!has_canary(text), "{what} shows a value of a row");
}

/// Searches what a run has printed, and what the servers have logged since the last search. An owner
/// cannot prevent a server from logging values of rows.
#[track_caller]
pub(super) fn are_kept_by(output: &str) {
    let what = format!("the output\n{output}\n");
    search(output, &what);
    search_for_canaries(output, &what);
    search(&logged(), "a server's log");
}

/// Searches the environment that the tool has given to a program: PostgreSQL's get their connection and
/// nothing else, any other gets no way to the source.
#[track_caller]
pub(super) fn are_kept_from(program: &str, environment: &BTreeMap<String, String>) {
    let is_client = program.starts_with("pg_");
    // production has no source; its commands get what the app has
    let in_production = environment.get("REVIEWAPP").is_some_and(|value| value == "0");
    for (name, value) in environment {
        let what = format!("the variable {name} of {program}");
        search_for_canaries(value, &what);
        if is_client {
            let is_needed = OF_CLIENTS.contains(&name.as_str()) || name.starts_with("PG");
            assert!(is_needed || name.starts_with("SSL") || name.starts_with("OPENSSL"), "{what}");
            if name != "PGPASSWORD" {
                search(value, &what);
            }
            continue;
        }
        for key in tokens(true) {
            assert!(!value.contains(&key), "{what} shows a key of masks");
        }
        let of_source = [READER.password.to_owned(), READER.encoded_password()];
        for password in of_source {
            let shows = value.contains(&password) && !in_production;
            assert!(!shows, "{what} shows the source's password");
        }
        if program == "sh" && !environment.contains_key("DATABASE_URL") {
            // a watcher
            search(value, &what);
        }
    }
}

/// Searches what the tool has recorded in a target.
#[track_caller]
pub(super) fn are_kept_in_record(target: &Session) {
    let tables = target.column(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'review_data' and c.relkind = 'r'",
    );
    for table in tables {
        let rows = target.column(&format!("select t::text from {table} t")).join("\n");
        let what = format!("the record in {table}");
        search(&rows, &what);
        search_for_canaries(&rows, &what);
    }
}

#[test]
fn a_secret_is_found_where_it_is_shown() {
    let shown = |output: &str| std::panic::catch_unwind(|| are_kept_by(output)).is_err();
    assert!(shown(&format!("error: {} is wrong", OWNER.password)));
    assert!(shown("detail: Key (email)=(QWZX@example.com) exists"));
    let token = "the-token-of-an-app";
    assert!(!shown(token));
    note(&BTreeMap::from([("HEROKU_API_KEY".into(), token.into())]));
    assert!(shown(token));
    let given = |program: &str, name: &str, value: &str| {
        let environment = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        std::panic::catch_unwind(|| are_kept_from(program, &environment)).is_err()
    };
    assert!(given("pg_dump", "HEROKU_API_KEY", token) && given("pg_dump", "APP", "x"));
    assert!(given("pg_restore", "PGAPPNAME", OWNER.password));
    assert!(!given("pg_dump", "PGPASSWORD", READER.password));
    assert!(given("bash", "URL", &format!("x {} y", READER.encoded_password())));
    assert!(!given("bash", "DATABASE_URL", OWNER.password) && given("bash", "A", "qwzx"));
}
