//! Names of people, by the words that they consist of.

use super::super::lists::{is_family, is_given, is_town};
use super::super::words::fold;

/// A value that is written as names are: a few capitalised words.
#[expect(clippy::struct_excessive_bools, reason = "signs, each on its own")]
pub(super) struct Named {
    /// Words, without titles and particles.
    pub(super) words: usize,
    /// A word is a given name.
    pub(super) given: bool,
    /// Each word is.
    pub(super) all_given: bool,
    /// The last word, or the one before a comma, is a family name.
    pub(super) family: bool,
    pub(super) town: bool,
    /// `Dr.`, `Frau`, an initial, or the comma of `Family, Given`.
    pub(super) marked: bool,
}

const PARTICLES: &[&str] = &[
    "de", "da", "do", "dos", "das", "di", "del", "della", "dello", "du", "des", "la", "le", "les",
    "lo", "van", "von", "der", "den", "zu", "zum", "zur", "ter", "ten", "op", "'t", "y", "e", "i",
    "el", "al", "bin", "ibn", "het",
];

/// Months and days, which are written as names are.
const CALENDAR: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "januar",
    "februar",
    "marz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "janeiro",
    "fevereiro",
    "marco",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "januari",
    "februari",
    "maart",
    "mei",
    "augustus",
    "styczen",
    "luty",
    "marzec",
    "kwiecien",
    "maj",
    "czerwiec",
    "lipiec",
    "sierpien",
    "wrzesien",
    "pazdziernik",
    "listopad",
    "grudzien",
    "marec",
    "junij",
    "julij",
    "avgust",
    "oktober",
    "sijecanj",
    "veljaca",
    "ozujak",
    "travanj",
    "svibanj",
    "lipanj",
    "srpanj",
    "kolovoz",
    "rujan",
    "studeni",
    "prosinac",
];

const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "hr", "fr", "m", "mme", "mlle", "me",
    "sr", "sra", "srta", "don", "dona", "dhr", "mevr", "mw", "drs", "pan", "pani", "g", "ga",
    "gdc", "gosp", "dott", "dottssa", "sig", "sigra", "ing", "dipl", "mag", "lic", "eng", "arq",
    "jr",
];

pub(super) fn look(value: &str) -> Option<Named> {
    if value.len() < 2 || value.len() > 70 {
        return None;
    }
    let plain = |c: char| c.is_alphabetic() || " -'’.,".contains(c);
    if !value.chars().all(plain) || value.matches(',').count() > 1 || value.ends_with([',', '-']) {
        return None;
    }
    let folded = fold(value);
    if CALENDAR.contains(&folded.as_str()) {
        return None;
    }
    let own: Vec<&str> = value.split_whitespace().collect();
    let all: Vec<&str> = folded.split_whitespace().collect();
    if own.len() != all.len() || own.len() > 7 {
        return None;
    }
    let mut named = Named {
        words: 0,
        given: false,
        all_given: true,
        family: false,
        town: false,
        marked: value.contains(", "),
    };
    let town = folded.replace([' ', '-', '\''], "_").replace('.', "");
    named.town = is_town(town.trim_start_matches('_'));
    let mut small = 0;
    let mut last_is_family = false;
    for (own, word) in own.iter().zip(&all) {
        let before_comma = word.ends_with(',');
        let bare = word.trim_end_matches([',', '.']);
        let dotted = word.ends_with('.');
        if TITLES.contains(&bare) && (dotted || bare.len() > 2) && !is_given(bare) {
            named.marked = true;
            continue;
        }
        if dotted && bare.len() <= 3 {
            // an initial, or several
            named.marked = true;
            continue;
        }
        if PARTICLES.contains(&bare) && named.words + small < all.len() {
            small += 1;
            continue;
        }
        let capital = own.chars().next().is_some_and(|c| c.is_uppercase() || c == '\'' || c == '’')
            || own
                .strip_prefix("d'")
                .or(own.strip_prefix("d’"))
                .is_some_and(|rest| rest.starts_with(char::is_uppercase));
        let in_hyphens: Vec<&str> = bare.split('-').filter(|part| !part.is_empty()).collect();
        let given = in_hyphens.iter().any(|part| is_given(part));
        let joined = bare.replace('\'', "");
        let family =
            is_family(bare) || is_family(&joined) || in_hyphens.iter().any(|part| is_family(part));
        if !(capital || given || family) {
            return None;
        }
        named.words += 1;
        named.given |= given;
        named.all_given &= given;
        if before_comma {
            named.family |= family;
        }
        last_is_family = family;
    }
    named.family |= last_is_family;
    named.all_given &= named.words > 0;
    (named.words > 0 || named.marked).then_some(named)
}

/// At the end of a domain.
const DOMAINS: &[&str] = &[
    "com", "net", "org", "info", "biz", "de", "at", "ch", "fr", "es", "pt", "br", "it", "nl", "be",
    "pl", "si", "hr", "mx", "uk", "eu", "io", "edu", "gov",
];

/// A name for signing in that is made of a person's: `jsmith`, `anna.k92`.
pub(super) fn is_username(value: &str) -> bool {
    if !(4..=30).contains(&value.len())
        || !value.is_ascii()
        || !value.as_bytes()[0].is_ascii_lowercase()
    {
        return false;
    }
    if !value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b)) {
        return false;
    }
    if value.bytes().filter(|b| b"._-".contains(b)).count() > 1 {
        return false;
    }
    if value.rsplit_once('.').is_some_and(|(_, last)| DOMAINS.contains(&last)) {
        return false;
    }
    let parts: Vec<&str> =
        value.split(|c: char| !c.is_ascii_lowercase()).filter(|part| part.len() > 2).collect();
    let known =
        |word: &str| word.len() >= 3 && (is_given(word) || (word.len() >= 4 && is_family(word)));
    let separated =
        value.contains(['.', '_', '-']) || value.ends_with(|c: char| c.is_ascii_digit());
    parts.iter().any(|part| {
        (separated && known(part))
            || known(&part[1..])
            || (4..part.len().saturating_sub(2)).any(|at| known(&part[..at]) && known(&part[at..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_from_what_is_written_alike() {
        let full = |value: &str| look(value).is_some_and(|named| named.words > 1 && named.given);
        for good in [
            "Jean-Pierre Lefebvre",
            "Müller, Jürgen",
            "Dr. Ana Kovač",
            "JAN DE VRIES",
            "María José García López",
        ] {
            assert!(full(good), "{good}");
        }
        for bad in [
            "Wireless Mouse M220",
            "Oak Dining Chair",
            "Getting started with containers",
            "New York",
            "users.read",
        ] {
            assert!(!full(bad), "{bad}");
        }
        assert!(is_username("jsmith") && is_username("anna.k92") && is_username("mueller_th"));
        assert!(!is_username("enabled") && !is_username("web-shop") && !is_username("in_progress"));
    }
}
