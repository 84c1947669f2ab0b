//! `[migrate]` and `[migrate.production]`, key by key.

use super::file::is_variable;
use super::model::{Located, Migrate, OnFailure, Production, ScaleDown};
use super::reader::{Reader, Section};
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Limits for statements: zero would mean none, and a day is longer than any release.
const STATEMENT_LIMITS: RangeInclusive<Duration> =
    Duration::from_millis(1)..=Duration::from_secs(24 * 60 * 60);

/// Heroku itself gives a dyno 30 s to stop and 60 s to start, and a release an hour.
const WAITS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(30 * 60);

impl Reader<'_> {
    pub(super) fn migrate(&mut self, root: &DeTable<'_>) -> Migrate {
        let Some(section) = self.section(root, "migrate") else {
            return Migrate::default();
        };
        Migrate {
            command: self.text(section, "command").map(|command| command.value),
            framework: self.text(section, "framework"),
            on_failure: match self.word(section, "on_failure", &["fail", "warn"], "") {
                Some("warn") => OnFailure::Warn,
                _ => OnFailure::Fail,
            },
            check: self.text(section, "check").map(|check| check.value),
            lock_timeout: self.duration(section, "lock_timeout", STATEMENT_LIMITS),
            statement_timeout: self.duration(section, "statement_timeout", STATEMENT_LIMITS),
            production: self.production(section),
        }
    }

    fn production(&mut self, migrate: Section<'_, '_>) -> Production {
        let defaults = Production::default();
        let Some(section) = self.section(migrate.table, "migrate.production") else {
            return defaults;
        };
        let maintenance = self.boolean(section, "maintenance");
        let scale_down = self.scale_down(section);
        if let Some(value) = section.get("scale_down")
            && section.get("maintenance").is_none()
            && scale_down != ScaleDown::None
        {
            self.mistake(value.span(), "scale_down needs maintenance = true beside it");
        }
        Production {
            maintenance: maintenance.unwrap_or(defaults.maintenance),
            scale_down,
            keep: self.texts(section, "keep"),
            app: self.text(section, "app"),
            token: self.token(section),
            wait: self.duration(section, "wait", WAITS).unwrap_or(defaults.wait),
        }
    }

    /// `true`, `false` or process types.
    fn scale_down(&mut self, section: Section<'_, '_>) -> ScaleDown {
        match section.get("scale_down").map(Spanned::get_ref) {
            None | Some(DeValue::Boolean(true)) => ScaleDown::All,
            Some(DeValue::Boolean(false)) => ScaleDown::None,
            Some(DeValue::Array(_)) => ScaleDown::Types(self.texts(section, "scale_down")),
            Some(other) => {
                const EXPECTED: &str = "true, false or an array of process types";
                let span = section.get("scale_down").map_or(0..0, Spanned::span);
                self.wrong_type(span, "scale_down", EXPECTED, other);
                ScaleDown::All
            }
        }
    }

    /// The name of a config var; never the token itself.
    fn token(&mut self, section: Section<'_, '_>) -> Option<Located<String>> {
        let name = self.text(section, "token")?;
        // names are upper case by custom; a token has small letters and dashes
        let custom = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if is_variable(&name.value) && name.value.chars().all(custom) {
            return Some(name);
        }
        let span = section.get("token").map_or(0..0, Spanned::span);
        self.mistake(
            span,
            "token must be the name of a config var in capitals, such as \"HEROKU_API_KEY\", not \
             the token itself: a token that was committed is no secret any more, revoke it",
        );
        None
    }
}
