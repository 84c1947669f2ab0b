//! Addresses within a text, in whatever way it spells them. A config var may hold several URLs, a JSON
//! document, percent-encoded text, or the pairs of another driver. This is only for recognising a
//! database.

use super::parameters;
use super::url::Address;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

/// What frameworks write before `://` for PostgreSQL, without a driver's name behind a `+`.
const SCHEMES: [&str; 7] = ["postgres", "postgresql", "pgsql", "psql", "postgis", "ecto", "pg"];

/// At most this many addresses of one text are recognised.
const MOST: usize = 32;

/// The words of .NET and PHP for what libpq calls by another name.
const PAIRS: [(&str, &str); 17] = [
    ("host", "host"),
    ("server", "host"),
    ("data source", "host"),
    ("datasource", "host"),
    ("hostaddr", "hostaddr"),
    ("port", "port"),
    ("database", "dbname"),
    ("initial catalog", "dbname"),
    ("db", "dbname"),
    ("dbname", "dbname"),
    ("username", "user"),
    ("user name", "user"),
    ("user id", "user"),
    ("uid", "user"),
    ("user", "user"),
    ("password", "password"),
    ("pwd", "password"),
];

/// The text as it stands, and as JSON, percent-encoding and base64 hide it.
#[must_use]
pub fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![text.to_owned()];
    let mut add = |reading: String| {
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    };
    let unescaped = text.replace("\\/", "/").replace("\\u0026", "&").replace("\\\"", "\"");
    if text.contains('%')
        && let Ok(decoded) = percent_decode_str(&unescaped).decode_utf8()
    {
        add(decoded.into_owned());
    }
    add(unescaped);
    let bare = text.trim().trim_end_matches('=');
    // shorter ones are words
    if bare.len() >= 16 {
        for decoded in [STANDARD_NO_PAD.decode(bare), URL_SAFE_NO_PAD.decode(bare)] {
            if let Some(decoded) = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
                add(decoded);
            }
        }
    }
    readings
}

impl Address {
    /// The addresses of PostgreSQL databases that a text holds.
    #[must_use]
    pub fn within(text: &str) -> Vec<Address> {
        let mut found: Vec<Address> = Vec::new();
        for reading in readings(text) {
            for spelling in urls(&reading).into_iter().chain(pairs(&reading)) {
                let known = |other: &Address| other.original.expose() == spelling;
                if found.len() < MOST
                    && !found.iter().any(known)
                    && let Ok(parameters) = parameters::read(&spelling)
                    && let Ok(address) = Address::of(parameters, &spelling)
                {
                    found.push(address);
                }
            }
        }
        found
    }
}

/// Each URL of PostgreSQL in a text, with the scheme that we read.
fn urls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (separator, _) in text.match_indices("://") {
        let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
        let before = &text[..separator];
        let begin = before.trim_end_matches(is_of_scheme).len();
        let scheme = before[begin..].to_ascii_lowercase();
        let kind = scheme.split('+').next().unwrap_or_default();
        if !SCHEMES.contains(&kind) {
            continue;
        }
        let rest = &text[separator + "://".len()..];
        let ends = |c: char| c.is_whitespace() || "\"'`<>\\".contains(c);
        let mut rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if let Some(next) = rest.find("://") {
            // another URL follows: what separates the two belongs to neither
            let until = rest[..next].trim_end_matches(|c: char| is_of_scheme(c) || c == ':');
            rest = until.trim_end_matches([',', ';', '|']);
        }
        found.push(format!("postgres://{rest}"));
        // a password may hold these, and a document may go on with them
        if let Some(end) = rest.find([';', '|', '}', ')', ',']) {
            found.push(format!("postgres://{}", &rest[..end]));
        }
    }
    found
}

/// Connection strings of pairs, as libpq reads them: libpq's own, also between quotes,
/// .NET's and PHP's.
fn pairs(text: &str) -> Vec<String> {
    let names_host =
        |part: &&str| !part.contains("://") && part.contains('=') && part.contains("host");
    let quoted = text.split(['"', '\'', '`']);
    let mut found: Vec<String> =
        std::iter::once(text).chain(quoted).filter(names_host).map(ToOwned::to_owned).collect();
    let mut known = Vec::new();
    for part in text.trim().trim_start_matches("pgsql:").split(';') {
        let Some((name, value)) = part.split_once('=') else { continue };
        let name = name.trim().to_ascii_lowercase();
        if let Some((_, ours)) = PAIRS.iter().find(|(theirs, _)| *theirs == name) {
            let value = value.trim().trim_matches(['"', '\'']);
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            known.push(format!("{ours}='{value}'"));
        }
    }
    if known.iter().any(|pair| pair.starts_with("host")) {
        found.push(known.join(" "));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_each_spelling() {
        let encoded = STANDARD_NO_PAD.encode("x postgres://ann:pw@far:6543/shop");
        for text in [
            "postgres://ann:pw@far:6543/shop",
            "jdbc:postgresql://far:6543/shop?user=ann&password=pw",
            "r2dbc:postgresql://ann:pw@far:6543/shop",
            "PostgreSQL+asyncpg://ann:pw@far:6543/shop",
            "postgis://ann:pw@far:6543/shop",
            "host=far port=6543 dbname=shop user=ann password=pw",
            "psql 'host=far port=6543 dbname=shop user=ann password=pw' -c 'select 1'",
            "Host=far;Port=6543;Database=shop;Username=ann;Password=pw",
            "Server=far;Port=6543;Initial Catalog=shop;User Id=ann;Pwd='pw'",
            "pgsql:host=far;port=6543;dbname=shop;user=ann;password=pw",
            "postgres://o:x@own/review,postgres://ann:pw@far:6543/shop",
            "postgres://ann:pw@far:6543/shop postgres://o:x@own/review",
            "postgres://ann:pw@far:6543/shop|redis://r:6379",
            "{\"db\":{\"url\":\"postgres://ann:pw@far:6543/shop\"}}",
            "{\"db\":\"postgres:\\/\\/ann:pw@far:6543\\/shop\"}",
            "{url: postgres://ann:pw@far:6543/shop}",
            "url=postgres%3A%2F%2Fann%3Apw%40far%3A6543%2Fshop",
            &encoded,
        ] {
            let found = Address::within(text);
            let is_it = |address: &Address| address.display() == "ann@far:6543/shop";
            let it = found.iter().find(|address| is_it(address));
            let password = it.and_then(Address::password);
            assert_eq!(password.as_deref(), Some("pw"), "{text}: {found:?}");
        }
    }

    #[test]
    fn other_text_holds_no_address() {
        for text in [
            "redis://far:6379",
            "https://far/shop",
            "a=b",
            "far",
            "",
            "mysql://ann:pw@far/shop",
            "Server=far",
        ] {
            let found = Address::within(text);
            let known = text.starts_with("Server");
            assert_eq!(found.is_empty(), !known, "{text}: {found:?}");
        }
    }
}
