//! The environment: whether this is a review app, and which config vars hold the two URLs. Messages
//! name variables and never say their values.

use super::model::{Config, Located};
use super::secret::Secret;
use crate::failure::{Failure, visible};
use std::collections::BTreeMap;
use std::path::Path;

/// The config var for the source where the file names no other.
pub const SOURCE_VARIABLE: &str = "REVIEW_DATA_SOURCE_URL";
/// The config var for the target where the file names no other.
pub const DEFAULT_TARGET: &str = "DATABASE_URL";

/// The name of the app that we run in, where the platform says it.
pub const APP_VARIABLE: &str = "HEROKU_APP_NAME";
/// The config vars for the token of Heroku's API where the file names no other: the name of 2019,
/// then Heroku's own.
pub const TOKEN_VARIABLE: &str = "MIGRATE_API_SECRET_HEROKU";
pub const API_KEY_VARIABLE: &str = "HEROKU_API_KEY";

/// The environment variables of this process.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

/// Whether this is a review app, and how we know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewApp {
    pub is_one: bool,
    /// `REVIEWAPP is set`, for messages.
    pub because: String,
}

/// A config var that was chosen, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub variable: String,
    pub url: Secret,
    /// For messages, such as `named by [source] url`.
    pub because: &'static str,
}

impl Environment {
    /// This process's environment. Variables that are not UTF-8 are skipped: ours are.
    #[must_use]
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable's value; an empty one counts as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// All variables, by name; their values may be secrets.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.trim()))
    }

    /// `REVIEWAPP` decides where it is set; else `HEROKU_PR_NUMBER` says yes.
    #[must_use]
    pub fn review_app(&self) -> ReviewApp {
        if let Some(value) = self.variables.get("REVIEWAPP") {
            let value = value.trim().to_ascii_lowercase();
            let is_one = !["", "0", "false"].contains(&value.as_str());
            let because =
                if is_one { "REVIEWAPP is set" } else { "REVIEWAPP is empty, 0 or false" };
            return ReviewApp { is_one, because: because.to_owned() };
        }
        let is_one = self.get("HEROKU_PR_NUMBER").is_some();
        let because = if is_one {
            "HEROKU_PR_NUMBER is set"
        } else {
            "neither REVIEWAPP nor HEROKU_PR_NUMBER is set"
        };
        ReviewApp { is_one, because: because.to_owned() }
    }

    /// The app's name for messages: the platform's, else the directory's.
    #[must_use]
    pub fn app_name(&self, directory: &Path) -> String {
        self.get(APP_VARIABLE).map_or_else(
            || {
                directory.file_name().map_or_else(
                    || "this app".to_owned(),
                    |name| visible(&name.to_string_lossy()).into_owned(),
                )
            },
            |name| visible(name).into_owned(),
        )
    }

    /// The target: the config var that `[target] url` names, else `DATABASE_URL`.
    ///
    /// # Errors
    /// Where that config var is not set.
    pub fn target(&self, config: &Config) -> Result<Chosen, Failure> {
        if let Some(name) = &config.target.url {
            return self.named(config, name, "named by [target] url", "the target");
        }
        self.chosen(DEFAULT_TARGET, "the app's own database").ok_or_else(|| {
            Failure::wrong_use("cannot find the target: DATABASE_URL is not set").remedy(
                "attach a database to the app, or name the config var that holds the URL: [target] \
                 url in review-data.toml",
            )
        })
    }

    /// The source: the config var that `[source] url` names, else `REVIEW_DATA_SOURCE_URL`, else
    /// the only `HEROKU_POSTGRESQL_*_URL` that is not the app's own database.
    ///
    /// # Errors
    /// If no source is found, or several are.
    pub fn source(&self, config: &Config) -> Result<Chosen, Failure> {
        self.source_besides(config, &[])
    }

    /// The same; `own`: config vars of databases that belong to the app itself.
    ///
    /// # Errors
    /// As [`Environment::source`].
    pub fn source_besides(&self, config: &Config, own: &[String]) -> Result<Chosen, Failure> {
        if let Some(name) = &config.source.url {
            return self.named(config, name, "named by [source] url", "the source");
        }
        if let Some(chosen) = self.chosen(SOURCE_VARIABLE, "it is set") {
            return Ok(chosen);
        }
        let mut attached = self.attached(config);
        attached.retain(|name| !own.iter().any(|own| own == name));
        match (attached.pop(), attached.pop()) {
            (Some(only), None) => self.chosen(only, "the only other database that is attached"),
            (Some(last), Some(other)) => {
                attached.extend([other, last]);
                return Err(Failure::wrong_use("several sources are attached; cannot tell which one to copy from")
                    .because(attached.join(", "))
                    .remedy(
                        "choose one in review-data.toml, such as\n[source]\nurl = \
                         \"HEROKU_POSTGRESQL_PINK_URL\"",
                    ));
            }
            (None, _) => None,
        }
        .ok_or_else(|| {
            Failure::wrong_use("cannot find a source to copy from")
                .because(
                    "REVIEW_DATA_SOURCE_URL is not set, and no HEROKU_POSTGRESQL_…_URL leads to \
                     another database than DATABASE_URL",
                )
                .remedy(
                    "set the config var REVIEW_DATA_SOURCE_URL to the URL of production's follower, \
                     or name another config var: [source] url in review-data.toml",
                )
        })
    }

    /// The token for Heroku's API: the config var that `[migrate.production] token` names, else the
    /// first of the usual variables that is set.
    ///
    /// # Errors
    /// If none of them is set.
    pub fn token(&self, config: &Config) -> Result<(String, Secret), Failure> {
        let named = config.migrate.production.token.as_ref();
        let usual = [TOKEN_VARIABLE, API_KEY_VARIABLE];
        let variables = match named {
            Some(name) => vec![name.value.as_str()],
            None => usual.to_vec(),
        };
        let set = variables.iter().find_map(|name| Some((*name, self.get(name)?)));
        if let Some((name, token)) = set {
            return Ok((name.to_owned(), Secret::new(token.trim())));
        }
        let why = match named {
            Some(name) => {
                config.point_at(name.location, &format!("the config var {} is not set", name.value))
            }
            None => format!("neither {TOKEN_VARIABLE} nor {API_KEY_VARIABLE} is set"),
        };
        Err(Failure::wrong_use("cannot find a token for Heroku's API")
            .because(why)
            .because("maintenance mode and dynos cannot be changed without it; nothing was changed")
            .remedy(format!(
                "make one, and put it into the app's config var {}:\n heroku authorizations:create",
                variables[0]
            )))
    }

    /// `HEROKU_POSTGRESQL_*_URL` of databases other than the app's own, each once.
    #[must_use]
    pub fn attached(&self, config: &Config) -> Vec<&str> {
        let target = config.target.url.as_ref().map_or(DEFAULT_TARGET, |url| url.value.as_str());
        let mut seen = vec![self.get(DEFAULT_TARGET), self.get(target)];
        let mut attached = Vec::new();
        for name in self.variables.keys().map(String::as_str) {
            let right_name = name.starts_with("HEROKU_POSTGRESQL_")
                && name.ends_with("_URL")
                && !is_connection_pool(name);
            let value = self.get(name);
            if right_name && value.is_some() && !seen.contains(&value) {
                seen.push(value);
                attached.push(name);
            }
        }
        attached
    }

    fn named(
        &self,
        config: &Config,
        name: &Located<String>,
        because: &'static str,
        side: &str,
    ) -> Result<Chosen, Failure> {
        self.chosen(&name.value, because).ok_or_else(|| {
            let variable = &name.value;
            let near = super::nearest(variable, self.url_variables());
            let hint = near.map_or_else(String::new, |right| format!("; did you mean {right}?"));
            let message = format!("the config var {variable} is not set{hint}");
            Failure::wrong_use(format!("cannot find the URL of {side}"))
                .because(config.point_at(name.location, &message))
                .remedy(format!("set the config var {variable}, or name another one"))
        })
    }

    fn url_variables(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str).filter(|name| name.ends_with("_URL"))
    }

    fn chosen(&self, variable: &str, because: &'static str) -> Option<Chosen> {
        let url = Secret::new(self.get(variable)?.trim());
        Some(Chosen { variable: variable.to_owned(), url, because })
    }
}

/// True for the config vars in which Heroku puts the URL of a connection pool.
#[must_use]
pub fn is_connection_pool(variable: &str) -> bool {
    variable.ends_with("_CONNECTION_POOL_URL")
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(variables: T) -> Self {
        Environment { variables: variables.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn source(variables: &[(&str, &str)], file: &str) -> String {
        let config = Config::parse("review-data.toml", file).unwrap();
        match environment(variables).source(&config) {
            Ok(chosen) => format!("{}: {}", chosen.variable, chosen.because),
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn reviewapp_decides_where_it_is_set() {
        for (value, expected) in [
            ("", false),
            ("0", false),
            ("false", false),
            ("FALSE", false),
            ("1", true),
            ("true", true),
            ("yes", true),
        ] {
            let app = environment(&[("REVIEWAPP", value), ("HEROKU_PR_NUMBER", "7")]).review_app();
            assert_eq!(app.is_one, expected, "REVIEWAPP={value:?}: {}", app.because);
        }
    }

    #[test]
    fn else_a_pull_requests_number_says_yes() {
        assert!(environment(&[("HEROKU_PR_NUMBER", "7")]).review_app().is_one);
        assert!(!environment(&[("HEROKU_PR_NUMBER", "")]).review_app().is_one);
        assert!(!environment(&[]).review_app().is_one);
    }

    #[test]
    fn the_source_is_the_one_that_the_file_names() {
        let file = "[source]\nurl = \"PROD\"\n";
        assert_eq!(
            source(&[("PROD", "postgres://p"), ("REVIEW_DATA_SOURCE_URL", "postgres://x")], file),
            "PROD: named by [source] url"
        );
    }

    #[test]
    fn else_review_data_source_url() {
        assert_eq!(
            source(
                &[
                    ("REVIEW_DATA_SOURCE_URL", "postgres://x"),
                    ("HEROKU_POSTGRESQL_PINK_URL", "postgres://y")
                ],
                ""
            ),
            "REVIEW_DATA_SOURCE_URL: it is set"
        );
    }

    #[test]
    fn else_the_only_other_database_that_is_attached() {
        assert_eq!(
            source(
                &[
                    ("DATABASE_URL", "postgres://own"),
                    ("HEROKU_POSTGRESQL_BLUE_URL", "postgres://own"),
                    ("HEROKU_POSTGRESQL_PINK_URL", "postgres://y"),
                    ("HEROKU_POSTGRESQL_ROSE_URL", "postgres://y"),
                    ("HEROKU_POSTGRESQL_PINK_CONNECTION_POOL_URL", "postgres://pool"),
                    ("REVIEW_DATA_SOURCE_URL", ""),
                ],
                ""
            ),
            "HEROKU_POSTGRESQL_PINK_URL: the only other database that is attached"
        );
    }

    #[test]
    fn several_sources_are_not_guessed_from() {
        insta::assert_snapshot!(source(
            &[
                ("HEROKU_POSTGRESQL_PINK_URL", "postgres://secret1"),
                ("HEROKU_POSTGRESQL_BLUE_URL", "postgres://secret2"),
                ("HEROKU_POSTGRESQL_RED_URL", "postgres://secret3"),
            ],
            ""
        ));
    }

    #[test]
    fn no_source() {
        insta::assert_snapshot!(source(&[("DATABASE_URL", "postgres://own")], ""));
    }

    #[test]
    fn a_named_source_that_is_not_set() {
        insta::assert_snapshot!(source(
            &[("HEROKU_POSTGRESQL_PINK_URL", "postgres://secret")],
            "[source]\nurl = \"HEROKU_POSTGRESQL_PNIK_URL\"\n"
        ));
    }

    #[test]
    fn no_target() {
        let failure = environment(&[]).target(&Config::default()).unwrap_err();
        insta::assert_snapshot!(failure);
    }

    #[test]
    fn the_app_is_called_by_the_platforms_name_or_the_directorys() {
        let directory = Path::new("/srv/shop");
        assert_eq!(environment(&[]).app_name(directory), "shop");
        assert_eq!(
            environment(&[("HEROKU_APP_NAME", "shop-pr-7")]).app_name(directory),
            "shop-pr-7"
        );
    }
}
