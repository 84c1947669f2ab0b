//! The two ways to write a connection string, taken apart into named parameters. No parameter is
//! understood here, and no error repeats what was written: it may be a password.

use super::url_error::UrlError;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

/// Parameter names and values; a later one replaces an earlier one, as in libpq.
pub(super) type Parameters = BTreeMap<String, String>;

const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

pub(super) fn read(text: &str) -> Result<Parameters, UrlError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(UrlError::Malformed("it is empty".to_owned()));
    }
    let scheme = scheme_of(text);
    // SQLAlchemy's URLs may name a driver of Python's: postgresql+psycopg2://
    let kind = scheme.map(|scheme| scheme.split_once('+').map_or(scheme, |(kind, _)| kind));
    if let (Some(scheme), Some(kind)) = (scheme, kind)
        && SCHEMES.contains(&kind)
    {
        return read_url(&text[scheme.len() + "://".len()..]);
    }
    if let Some(scheme) = scheme {
        return Err(UrlError::Malformed(format!(
            "it starts with {scheme}:// where postgres:// or postgresql:// is needed"
        )));
    }
    if !text.contains('=') {
        return Err(UrlError::Malformed(
            "it is neither a postgres:// URL nor key=value pairs".to_owned(),
        ));
    }
    read_pairs(text)
}

/// `postgres` of `postgres://…`; nothing where the text before `://` is not a scheme but perhaps a secret.
fn scheme_of(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once("://")?;
    let mut letters = scheme.chars();
    let starts_well = letters.next().is_some_and(|first| first.is_ascii_lowercase());
    let goes_on_well =
        letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+.-".contains(c));
    (starts_well && goes_on_well).then_some(scheme)
}

/// `user:password@host:port,host:port/database?name=value&…`
fn read_url(rest: &str) -> Result<Parameters, UrlError> {
    let mut parameters = Parameters::new();
    let end_of_authority = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end_of_authority);
    refuse_what_is_not_encoded(authority, rest)?;

    // the last @, so that a password with an unencoded @ works
    let hosts = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => {
            let (user, password) = match credentials.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (credentials, None),
            };
            if !user.is_empty() {
                parameters.insert("user".to_owned(), decode(user, "the user")?);
            }
            if let Some(password) = password.filter(|password| !password.is_empty()) {
                parameters.insert("password".to_owned(), decode(password, "the password")?);
            }
            hosts
        }
        None => authority,
    };
    read_hosts(hosts, &mut parameters)?;

    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    let database = path.strip_prefix('/').unwrap_or(path);
    if !database.is_empty() {
        parameters.insert("dbname".to_owned(), decode(database, "the database's name")?);
    }
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(UrlError::Malformed("a parameter after the ? has no =".to_owned()));
        };
        let name = decode(name, "a parameter's name")?;
        let value = decode(value, &format!("the parameter {name}"))?;
        parameters.insert(name, value);
    }
    Ok(parameters)
}

/// A password with a `/` or a `?` ends the authority too early: its rest would be taken for the name
/// of a database or of a parameter, and shown.
fn refuse_what_is_not_encoded(authority: &str, rest: &str) -> Result<(), UrlError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.contains("://") || authority.contains("://") {
        return Err(UrlError::Malformed(
            "it holds :// twice: there seem to be several URLs".to_owned(),
        ));
    }
    let names_user = || query.split('&').any(|pair| pair.starts_with("user="));
    if path.contains('@') || !authority.contains('@') && query.contains('@') && !names_user() {
        return Err(UrlError::Malformed(
            "an @ stands behind a / or a ?, so the password seems to hold one of them".to_owned(),
        ));
    }
    Ok(())
}

/// `host:port,[::1]:port,%2Fsocket%2Fdirectory`
fn read_hosts(text: &str, parameters: &mut Parameters) -> Result<(), UrlError> {
    if text.is_empty() {
        return Ok(());
    }
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for item in text.split(',') {
        let (host, port) = if let Some(rest) = item.strip_prefix('[') {
            let Some((host, after)) = rest.split_once(']') else {
                return Err(UrlError::Malformed("a [ around an address is not closed".to_owned()));
            };
            (host, after.strip_prefix(':').unwrap_or(after))
        } else {
            item.split_once(':').unwrap_or((item, ""))
        };
        hosts.push(decode(host, "the host")?);
        ports.push(decode(port, "the port")?);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        parameters.insert("host".to_owned(), hosts.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.insert("port".to_owned(), ports.join(","));
    }
    Ok(())
}

fn decode(text: &str, what: &str) -> Result<String, UrlError> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| UrlError::Malformed(format!("{what} is not UTF-8 once decoded")))
}

/// `host=localhost password='it''s not so, it is it\'s'`
fn read_pairs(text: &str) -> Result<Parameters, UrlError> {
    let mut parameters = Parameters::new();
    let mut rest = text.chars().peekable();
    loop {
        skip_spaces(&mut rest);
        if rest.peek().is_none() {
            return Ok(parameters);
        }
        let mut name = String::new();
        while let Some(c) = rest.next_if(|c| !c.is_whitespace() && *c != '=') {
            name.push(c);
        }
        skip_spaces(&mut rest);
        if name.is_empty() || rest.next_if_eq(&'=').is_none() {
            return Err(UrlError::Malformed(
                "in key=value pairs, a key or its = is missing (values with spaces need quotes)"
                    .to_owned(),
            ));
        }
        skip_spaces(&mut rest);
        let value = read_value(&mut rest)?;
        parameters.insert(name, value);
    }
}

fn read_value(rest: &mut Peekable<Chars<'_>>) -> Result<String, UrlError> {
    let quoted = rest.next_if_eq(&'\'').is_some();
    let mut value = String::new();
    while let Some(c) = rest.next_if(|c| quoted || !c.is_whitespace()) {
        match c {
            '\'' if quoted => return Ok(value),
            '\\' => value.extend(rest.next()),
            c => value.push(c),
        }
    }
    if quoted {
        return Err(UrlError::Malformed("in key=value pairs, a quote is not closed".to_owned()));
    }
    Ok(value)
}

fn skip_spaces(rest: &mut Peekable<Chars<'_>>) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            Ok(parameters) => parameters
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn urls_are_taken_apart() {
        assert_eq!(
            shown("postgres://ann:p%40ss@db.example.com:5433/shop?sslmode=require&x=%20"),
            "dbname=shop host=db.example.com password=p@ss port=5433 sslmode=require user=ann x= "
        );
        assert_eq!(shown("postgresql://"), "");
        assert_eq!(shown("postgres:///shop"), "dbname=shop");
        assert_eq!(shown("postgres://[::1]:5/d"), "dbname=d host=::1 port=5");
        assert_eq!(
            shown("postgres://a@%2Fvar%2Frun/d"),
            "dbname=d host=/var/run user=a",
            "a socket directory in the host's place"
        );
        assert_eq!(shown("postgres:///d?host=/tmp&port=6"), "dbname=d host=/tmp port=6");
        assert_eq!(shown("postgres://a:b@c@h/d"), "dbname=d host=h password=b@c user=a");
        assert_eq!(shown("postgres://h1,h2:7/d"), "dbname=d host=h1,h2 port=,7");
        assert_eq!(shown("postgres://h1/d?host=h2"), "dbname=d host=h2", "the last one counts");
    }

    #[test]
    fn pairs_are_taken_apart_as_libpq_does() {
        assert_eq!(
            shown(r"host = h  password='it\'s a \\ b' dbname=x\ y user=''"),
            r"dbname=x y host=h password=it's a \ b user="
        );
    }

    #[test]
    fn what_cannot_be_read_is_not_repeated() {
        assert_eq!(shown("  "), "error: not a connection string: it is empty");
        assert_eq!(
            shown("mysql://root:secret@h/d"),
            "error: not a connection string: it starts with mysql:// where postgres:// or \
             postgresql:// is needed"
        );
        for bad in [
            "DATABASE_URL",
            "host=h secret",
            "password='secret",
            "postgres://h/d?secret",
            "postgres://[secret/d",
            "pass word=secret://x",
            "postgres://a:secret%ff@h/d",
            "postgres://a:1/secret@h/d",
            "postgres://a:1?secret=x@h/d",
            "postgres://a:1@h/d,postgres://b:secret@h/d",
            "postgres://a:1@h/d postgres://b:secret@h/d",
            "postgres://a:1@h/d\npostgres://b:secret@h/d",
            "postgres://a:1@h,postgres://b:secret@h/d",
            "postgres://a:x@y/secret@h/d",
        ] {
            let said = shown(bad);
            assert!(said.starts_with("error: "), "{bad}: {said}");
            assert!(!said.contains("secret"), "{bad}: {said}");
        }
    }
}
