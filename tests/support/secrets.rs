//! No run of any test may show a secret, whatever it is about: what the tool prints, what it records,
//! and what the servers log is searched for the passwords and tokens that tests use.

use super::servers::{OWNER, READER, logged};
use super::session::Session;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};

/// Variables that hold nothing but a secret.
const TOKENS: [&str; 3] = ["MIGRATE_API_SECRET_HEROKU", "HEROKU_API_KEY", "REVIEW_DATA_MASK_KEY"];

/// Shorter ones may be parts of words.
const SHORTEST: usize = 8;

/// The tokens that runs have had.
static USED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes the secrets of a run that is about to start.
pub(super) fn note(environment: &BTreeMap<OsString, OsString>) {
    let tokens = TOKENS.iter().filter_map(|name| environment.get(&OsString::from(name)));
    let tokens = tokens.filter_map(|token| token.to_str()).filter(|token| token.len() >= SHORTEST);
    USED.lock().unwrap_or_else(PoisonError::into_inner).extend(tokens.map(ToOwned::to_owned));
}

fn all() -> Vec<String> {
    let passwords =
        [&READER, &OWNER].map(|role| [role.password.to_owned(), role.encoded_password()]);
    let used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    passwords.into_iter().flatten().chain(used.iter().cloned()).collect()
}

/// Searches a text. The message does not repeat the secret's neighbourhood.
#[track_caller]
fn search(text: &str, what: &str) {
    for secret in all() {
        assert!(!text.contains(&secret), "{what} shows the secret {secret:?}");
    }
}

/// Searches what a run has printed, and what the servers have logged since the last search.
#[track_caller]
pub(super) fn are_kept_by(output: &str) {
    search(output, &format!("the output\n{output}\n"));
    search(&logged(), "a server's log");
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
        let rows = target.column(&format!("select t::text from {table} t"));
        search(&rows.join("\n"), &format!("the record in {table}"));
    }
}

#[test]
fn a_secret_is_found_where_it_is_shown() {
    let shown = |output: &str| std::panic::catch_unwind(|| are_kept_by(output)).is_err();
    assert!(shown(&format!("error: {} is wrong", OWNER.password)));
    let token = "the-token-of-an-app";
    assert!(!shown(token));
    note(&BTreeMap::from([("HEROKU_API_KEY".into(), token.into())]));
    assert!(shown(token));
}
