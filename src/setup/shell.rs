//! The environment of a review app's commands. `DATABASE_URL` leads to the target, whatever its
//! value was, and so do the variables that JVM apps use. No variable leads to the source.

use crate::config::{Config, DEFAULT_TARGET, Environment, MASK_KEY_VARIABLE, SOURCE_VARIABLE};
use crate::migrate::{OPTIONS_VARIABLE, Shell, limits};
use crate::postgres::{Address, SourceUrl, TargetUrl, readings};
use std::fmt::Write as _;
use std::path::Path;

/// Heroku's own names for a JVM app's database, and Spring's.
const JVM_PREFIXES: [&str; 2] = ["JDBC_DATABASE", "SPRING_DATASOURCE"];

/// What libpq takes a place from where a command names none.
pub(super) const LIBPQ: [&str; 8] = [
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
        let addresses = Address::within(value);
        let others: Vec<&Address> =
            addresses.iter().filter(|address| !address.is_same_place(&target.0)).collect();
        if others.is_empty() && !addresses.is_empty() {
            continue;
        }
        let by_address = others.iter().any(|address| {
            source.0.is_same_place(address)
                || source.0.has_same_credentials(address)
                || source.0.shares_database(address)
        });
        let readings = readings(value);
        let holds = |part: &dyn Fn(&str) -> bool| readings.iter().any(|text| part(text));
        // an address says which database it is, other text only which server
        let by_host = Address::parse_any(value).is_err() || others.is_empty();
        let by_host = by_host && hosts.iter().any(|host| holds(&|text: &str| names(text, host)));
        let by_password =
            passwords.iter().any(|password| holds(&|text: &str| text.contains(password.as_str())));
        if by_address || by_host || by_password {
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

/// Whether a text names the host, in capitals too.
pub(super) fn names(text: &str, host: &str) -> bool {
    let text = text.to_lowercase();
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
pub(super) fn libpq_place(environment: &Environment) -> Option<Address> {
    let host = environment.get("PGHOST").or(environment.get("PGHOSTADDR"))?;
    let word = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
    let mut text = format!("host={}", word(host));
    let pairs = [
        ("port", "PGPORT"),
        ("dbname", "PGDATABASE"),
        ("user", "PGUSER"),
        ("password", "PGPASSWORD"),
        ("sslmode", "PGSSLMODE"),
    ];
    for (key, name) in pairs {
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
                ("BOTH_URLS", "postgres://owner:x@own:6432/review,postgres://a:b@follower/shop"),
                (
                    "JSON",
                    "{\"own\":\"postgres://a@own/x\",\"of\":\"postgres:\\/\\/a@follower\\/shop\"}",
                ),
                ("NET", "Host=FOLLOWER;Database=shop;Username=app;Password=x"),
                ("PARTLY_ENCODED", "key: long%2Denough-@"),
                ("WHOLE", "cG9zdGdyZXM6Ly9hcHA6eEBmb2xsb3dlci9zaG9w"),
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
