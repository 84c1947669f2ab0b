//! The environment of a review app's commands. `DATABASE_URL` leads to the target, whatever its
//! value was, and so do the variables that JVM apps use. No variable leads to the source.

use crate::config::{Config, DEFAULT_TARGET, Environment, MASK_KEY_VARIABLE, SOURCE_VARIABLE};
use crate::migrate::{OPTIONS_VARIABLE, Shell, limits};
use crate::postgres::{Address, SourceUrl, TargetUrl};
use std::fmt::Write as _;
use std::path::Path;

/// Heroku's own names for a JVM app's database, and Spring's.
const JVM_PREFIXES: [&str; 2] = ["JDBC_DATABASE", "SPRING_DATASOURCE"];

/// What libpq takes a place from where a command names none.
const LIBPQ: [&str; 8] = [
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGDATABASE",
    "PGUSER",
    "PGPASSWORD",
    "PGSERVICE",
    "PGPASSFILE",
];

/// A shorter password may be a word that other values hold by chance.
const SHORTEST_PASSWORD: usize = 8;

/// Where commands run; without a target, with what the app has.
#[must_use]
pub fn shell(
    directory: &Path,
    config: &Config,
    environment: &Environment,
    source: Option<&SourceUrl>,
    target: Option<&TargetUrl>,
) -> Shell {
    let existing = environment.get(OPTIONS_VARIABLE);
    let mut variables: Vec<(String, String)> =
        limits(&config.migrate, existing).into_iter().collect();
    // whoever has the key can try which value became which
    let mut hidden = vec![SOURCE_VARIABLE.to_owned(), MASK_KEY_VARIABLE.to_owned()];
    if let Some(target) = target {
        hidden.extend(leading_to_source(config, environment, source, target));
        variables.push((DEFAULT_TARGET.to_owned(), target.0.original.expose().to_owned()));
        for prefix in JVM_PREFIXES {
            let names = [format!("{prefix}_URL"), format!("{prefix}_USERNAME")]
                .into_iter()
                .chain([format!("{prefix}_PASSWORD")]);
            match target.0.jdbc() {
                Some(jdbc) => variables.extend(names.zip([jdbc.url, jdbc.user, jdbc.password])),
                // a JVM app cannot reach such a target, and nothing else may take its place
                None => hidden.extend(names),
            }
        }
    }
    let is_set = |name: &String| variables.iter().any(|(other, _)| other == name);
    hidden.retain(|name| !is_set(name));
    Shell { directory: directory.to_owned(), hidden, variables, ..Shell::default() }
}

/// The variables that lead to the source: by their URL, or by a password that only it has.
fn leading_to_source(
    config: &Config,
    environment: &Environment,
    source: Option<&SourceUrl>,
    target: &TargetUrl,
) -> Vec<String> {
    let named = config.source.url.as_ref().map(|url| url.value.clone());
    let mut hidden: Vec<String> = named.into_iter().collect();
    let Some(source) = source else {
        return hidden;
    };
    let passwords = own_password(source, target).unwrap_or_default();
    let hosts = own_hosts(source, target);
    for (name, value) in environment.variables().filter(|(_, value)| !value.is_empty()) {
        let address = Address::parse_any(value).ok();
        if address.as_ref().is_some_and(|address| address.is_same_place(&target.0)) {
            continue;
        }
        let by_address = match &address {
            // other text may be read as a setting and its value, without a host
            Some(address) if value.contains("://") || value.contains("host") => {
                source.0.is_same_place(address)
                    || source.0.has_same_credentials(address)
                    || source.0.shares_database(address)
            }
            _ => hosts.iter().any(|host| names(value, host)),
        };
        if by_address || passwords.iter().any(|password| value.contains(password.as_str())) {
            hidden.push(name.to_owned());
            if let Some(prefix) = name.strip_suffix("URL") {
                hidden.extend(["USERNAME", "PASSWORD"].map(|part| format!("{prefix}{part}")));
            }
        }
    }
    if libpq_place(environment).is_some_and(|address| source.0.is_same_place(&address)) {
        hidden.extend(LIBPQ.map(ToOwned::to_owned));
    }
    hidden
}

/// The source's hosts that say which server it is: not this machine, and not the target's.
fn own_hosts(source: &SourceUrl, target: &TargetUrl) -> Vec<String> {
    let of_target = target.0.host_names();
    let is_local = |host: &String| {
        ["localhost", "::1"].contains(&host.as_str())
            || host.starts_with("127.")
            || host.starts_with('/')
    };
    let mut hosts = source.0.host_names();
    hosts.retain(|host| !is_local(host) && !of_target.contains(host));
    hosts
}

/// Whether a text names the host, in capitals or percent-encoded too.
fn names(text: &str, host: &str) -> bool {
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy().to_lowercase();
    let part_of_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(host).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + host.len()..].chars().next();
        !before.is_some_and(|c| part_of_name(c) || c == '.') && !after.is_some_and(part_of_name)
    })
}

/// The source's password as values may hold it: plain, or encoded for a URL.
fn own_password(source: &SourceUrl, target: &TargetUrl) -> Option<Vec<String>> {
    let password = source.0.password()?;
    let telling =
        password.len() >= SHORTEST_PASSWORD && target.0.password() != Some(password.clone());
    let encoded =
        percent_encoding::utf8_percent_encode(&password, percent_encoding::NON_ALPHANUMERIC)
            .to_string();
    telling.then(|| vec![password, encoded])
}

/// The database to which libpq's variables lead.
fn libpq_place(environment: &Environment) -> Option<Address> {
    let host = environment.get("PGHOST").or(environment.get("PGHOSTADDR"))?;
    let word = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
    let mut text = format!("host={}", word(host));
    for (key, name) in [("port", "PGPORT"), ("dbname", "PGDATABASE"), ("user", "PGUSER")] {
        if let Some(value) = environment.get(name) {
            let _ = write!(text, " {key}={}", word(value));
        }
    }
    Address::parse(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SOURCE: &str = "postgres://reader:long-enough-%40@follower:5432/shop?sslmode=require";
    const TARGET: &str = "postgres://owner:of%2Fthe-target@own:6432/review?sslmode=require";

    fn seen(variables: &[(&str, &str)], file: &str, target: &str) -> BTreeMap<String, String> {
        let config = Config::parse("review-data.toml", file).unwrap();
        let environment: Environment =
            variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let (source, target) =
            (SourceUrl::parse(SOURCE).unwrap(), TargetUrl::parse(target).unwrap());
        let shell = shell(Path::new("/app"), &config, &environment, Some(&source), Some(&target));
        let mut seen: BTreeMap<String, String> = environment
            .variables()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .filter(|(name, _)| !shell.hidden.contains(name))
            .collect();
        seen.extend(shell.variables);
        seen
    }

    #[test]
    fn commands_get_the_target_whatever_the_variables_were() {
        let production = "jdbc:postgresql://primary:5432/shop?user=u&password=p";
        let seen = seen(
            &[
                ("DATABASE_URL", "postgres://u:p@primary/shop"),
                ("JDBC_DATABASE_URL", production),
                ("SPRING_DATASOURCE_URL", production),
                ("SPRING_DATASOURCE_PASSWORD", "p"),
            ],
            "",
            TARGET,
        );
        assert_eq!(seen["DATABASE_URL"], TARGET);
        for prefix in JVM_PREFIXES {
            assert_eq!(
                seen[&format!("{prefix}_URL")],
                "jdbc:postgresql://own:6432/review?user=owner&password=of%2Fthe-target&sslmode=require"
            );
            assert_eq!(seen[&format!("{prefix}_USERNAME")], "owner");
            assert_eq!(seen[&format!("{prefix}_PASSWORD")], "of/the-target");
        }
    }

    #[test]
    fn nothing_that_leads_to_the_source_is_visible() {
        let seen = seen(
            &[
                ("REVIEW_DATA_SOURCE_URL", SOURCE),
                ("HEROKU_POSTGRESQL_PINK_URL", "postgres://other:x@FOLLOWER/shop"),
                (
                    "HEROKU_POSTGRESQL_PINK_JDBC_URL",
                    "jdbc:postgresql://follower:5432/shop?user=reader&password=long-enough-%40",
                ),
                ("HEROKU_POSTGRESQL_PINK_JDBC_USERNAME", "reader"),
                ("HEROKU_POSTGRESQL_PINK_JDBC_PASSWORD", "long-enough-@"),
                ("LEADER_URL", "postgres://reader:long-enough-%40@leader:5432/shop"),
                ("SCRIPT", "psql 'host=follower password=long-enough-@'"),
                ("ASYNC_URL", "postgresql+asyncpg://app:other@Follower:5432/shop"),
                ("REPLICA_HOST", "follower"),
                ("ENCODED", "url=postgres%3A%2F%2Fapp%3Ax%40follower%2Fshop"),
                ("SEVERAL_URL", "postgres://app:other@leader,follower/shop"),
                ("OTHER_URL", "postgres://app:other@follower/accounts"),
                ("NOTE", "our followers"),
                ("PGHOST", "follower"),
                ("PGDATABASE", "shop"),
                ("PGPASSWORD", "another"),
                ("OWN_URL", TARGET),
                ("HOME", "/app"),
                ("EMPTY", ""),
            ],
            "",
            TARGET,
        );
        let kept: Vec<&str> = seen
            .keys()
            .map(String::as_str)
            .filter(|name| !JVM_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
            .collect();
        assert_eq!(kept, ["DATABASE_URL", "EMPTY", "HOME", "NOTE", "OTHER_URL", "OWN_URL"]);
    }

    #[test]
    fn a_variable_that_the_file_names_as_the_source_is_hidden() {
        let seen = seen(&[("PROD", "odd"), ("A", "b")], "[source]\nurl = \"PROD\"\n", TARGET);
        assert!(!seen.contains_key("PROD") && seen.contains_key("A"));
    }

    #[test]
    fn a_target_that_jvm_apps_cannot_reach_leaves_them_without_one() {
        let seen = seen(
            &[("JDBC_DATABASE_URL", "jdbc:postgresql://primary/shop")],
            "",
            "postgres:///review?host=/tmp",
        );
        assert!(!seen.contains_key("JDBC_DATABASE_URL"));
    }
}
