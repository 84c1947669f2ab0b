//! The review app whose database is set up.

use super::attached::own_databases;
use super::lock::Claim;
use crate::config::{Config, Environment};
use crate::failure::Failure;
use crate::load::Existing;
use crate::migrate::{MigrationCommand, Shell};
use crate::postgres::{Address, SourceUrl, TargetUrl, UrlError, refuse_pooler};
use crate::report::{Format, say};
use std::path::Path;

/// The app, as its commands see it.
pub struct App<'a> {
    /// For messages.
    pub name: String,
    /// The name that the platform gives, where it gives one.
    pub platform_name: Option<&'a str>,
    /// Which of our commands this is.
    pub run: &'static str,
    pub directory: &'a Path,
    pub config: &'a Config,
    pub environment: &'a Environment,
    pub target: TargetUrl,
    /// The config var that the target's URL is from.
    pub target_variable: String,
    /// `None` where nothing migrates.
    pub command: Option<MigrationCommand>,
    pub app_json: AppJson,
    /// Of the load's result. As JSON, it has standard output for itself.
    pub format: Format,
    /// Reads the app's files for causes; called only where a message needs them.
    pub causes: fn(&Path) -> Causes,
}

/// What the app's own files show about a database that is not as a set-up expects it, a line each.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// Steps that make tables before the load.
    pub not_empty: Vec<String>,
    /// Commands that empty the database after the load.
    pub emptied: Vec<String>,
}

/// What `app.json` says about the set-up.
#[derive(Clone, Copy, Debug, Default)]
pub struct AppJson {
    /// Its postdeploy calls review-data.
    pub calls_us: bool,
    /// Its `env` names the target's config var: the platform then copies the parent's value.
    pub names_target: bool,
}

impl App<'_> {
    /// The source's address; `own`: config vars that hold databases of the app itself.
    ///
    /// # Errors
    /// Where no source is named, or its URL cannot be used.
    pub fn source(&self, own: &[String]) -> Result<SourceUrl, Failure> {
        source(self.environment, self.config, own)
    }

    /// Where the app's commands run.
    #[must_use]
    pub fn shell(&self, source: Option<&SourceUrl>) -> Shell {
        let (config, target) = (self.config, Some(&self.target));
        let shell = super::shell::shell(self.directory, config, self.environment, source, target);
        Shell { run: self.run, to_stderr: self.format == Format::Json, ..shell }
    }

    /// The lock on the target for this command.
    #[must_use]
    pub fn claim(&self, command: &str) -> Claim {
        claim(command, &self.name, self.environment, self.config, &self.target)
    }

    /// The command that completes a set-up by hand, to be shown on a separate line.
    #[must_use]
    pub fn by_hand(&self, command: &str) -> String {
        match self.platform_name {
            Some(name) => format!(" heroku run {command} --app {name}"),
            None => format!(" {command}"),
        }
    }
}

/// In which Heroku tells a dyno its name, such as `run.4711`.
const DYNO_VARIABLE: &str = "DYNO";

/// The lock on a target for a command of the app of this name.
#[must_use]
pub fn claim(
    command: &str,
    app: &str,
    environment: &Environment,
    config: &Config,
    target: &TargetUrl,
) -> Claim {
    let dyno = environment.get(DYNO_VARIABLE).map(|dyno| format!(" {dyno}"));
    let run = format!("{command} {app}{}", dyno.unwrap_or_default());
    let (wait, patience) = (config.postdeploy.wait, config.source.patience);
    Claim { target: target.clone(), run, wait, patience }
}

/// What may become of a target that is not empty.
#[must_use]
pub fn existing(environment: &Environment, config: &Config, replace: bool) -> Existing {
    Existing {
        replace,
        others: config.target.replace_existing,
        review_app: environment.review_app().is_one,
    }
}

/// The source's address; says which config var it is from.
///
/// # Errors
/// Where no source is named, or its URL cannot be used.
fn source(
    environment: &Environment,
    config: &Config,
    own: &[String],
) -> Result<SourceUrl, Failure> {
    let chosen = environment.source_besides(config, own)?;
    let whose = format!("the source's URL in {}", chosen.variable);
    let address = parse(environment, chosen.url.expose(), &whose)?;
    say(&format!("source: {address}, from {} ({})", chosen.variable, chosen.because));
    Ok(SourceUrl(address))
}

/// The same, for a command that does not know yet which databases belong to the app itself.
///
/// # Errors
/// Where no source is named, or its URL cannot be used.
pub async fn find_source(environment: &Environment, config: &Config) -> Result<SourceUrl, Failure> {
    let own = own_databases(environment, config).await;
    source(environment, config, &own)
}

/// Reads a connection string that comes from `whose`.
///
/// # Errors
/// Where it cannot be used.
pub fn parse(environment: &Environment, text: &str, whose: &str) -> Result<Address, Failure> {
    let address = Address::parse(text).map_err(|error| error.failure(whose))?;
    for (variable, value) in environment.variables() {
        if value == address.original.expose() {
            refuse_pooler(variable).map_err(|pooler| UrlError::from(pooler).failure(whose))?;
        }
    }
    for warning in &address.warnings {
        say(&format!("warning: {whose}: {warning}"));
    }
    Ok(address)
}
