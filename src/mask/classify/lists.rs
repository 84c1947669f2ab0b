//! Given names, family names and towns that are common where our ten languages are spoken.

use std::collections::HashSet;
use std::sync::OnceLock;

fn set(
    cell: &'static OnceLock<HashSet<&'static str>>,
    file: &'static str,
) -> &'static HashSet<&'static str> {
    cell.get_or_init(|| file.split_whitespace().collect())
}

/// All three take folded words.
pub(super) fn is_given(word: &str) -> bool {
    static GIVEN: OnceLock<HashSet<&'static str>> = OnceLock::new();
    set(&GIVEN, include_str!("lists/given.txt")).contains(word)
}

pub(super) fn is_family(word: &str) -> bool {
    static FAMILY: OnceLock<HashSet<&'static str>> = OnceLock::new();
    set(&FAMILY, include_str!("lists/family.txt")).contains(word) || ends_like_a_family(word)
}

/// The words are joined by `_`.
pub(super) fn is_town(words: &str) -> bool {
    static TOWNS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    set(&TOWNS, include_str!("lists/towns.txt")).contains(words)
}

const ENDINGS: &[&str] = &[
    "ovic", "evic", "avic", "sic", "cic", "nic", "ric", "lic", "tic", "dic", "bic", "jic", "zic",
    "vic", "wski", "wska", "nski", "nska", "cki", "cka", "wicz", "czyk", "czak", "ijsen", "sson",
    "ssen", "rsen", "nsen", "dsen", "mann", "meier", "meyer", "huber", "berger", "hofer", "bauer",
    "oglu", "escu", "ashvili", "stra", "ucci", "enko",
];

fn ends_like_a_family(word: &str) -> bool {
    const BEGINNINGS: &[&str] = &["mcd", "mack", "o'"];
    word.len() >= 6 && ENDINGS.iter().any(|ending| word.ends_with(ending))
        || word.len() >= 5 && BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}
