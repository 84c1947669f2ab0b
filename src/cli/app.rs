//! The app that we run in: its directory, configuration and environment, read once.

use super::say;
use crate::config::{Chosen, Config, Environment, SOURCE_VARIABLE};
use crate::failure::Failure;
use crate::migrate::{MigrationCommand, OPTIONS_VARIABLE, Shell, limits, migration_command};
use crate::postgres::{Address, SourceUrl, TargetUrl, UrlError, refuse_pooler};
use crate::setup::lock::Claim;
use std::path::PathBuf;

/// In which Heroku tells a dyno its name, such as `run.4711`.
const DYNO_VARIABLE: &str = "DYNO";

/// The app's directory, what its file says, and its environment.
pub(super) struct App {
    pub(super) directory: PathBuf,
    pub(super) config: Config,
    pub(super) environment: Environment,
}

impl App {
    /// # Errors
    /// Where the configuration has mistakes.
    pub(super) fn here() -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::new("the current directory cannot be found").because(error.to_string())
        })?;
        let config = Config::of_directory(&directory)?;
        Ok(App { directory, config, environment: Environment::of_process() })
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        self.environment.app_name(&self.directory)
    }

    pub(super) fn migration_command(&self) -> Result<MigrationCommand, Failure> {
        migration_command(&self.config, &self.environment)
    }

    /// The source's address; says which config var it is from.
    pub(super) fn source(&self) -> Result<SourceUrl, Failure> {
        let chosen = self.environment.source(&self.config)?;
        let address = self.address(&chosen, "source")?;
        say(&format!("source: {address}, from {} ({})", chosen.variable, chosen.because));
        Ok(SourceUrl(address))
    }

    /// The target's address.
    pub(super) fn target(&self) -> Result<TargetUrl, Failure> {
        let chosen = self.environment.target(&self.config)?;
        self.address(&chosen, "target").map(TargetUrl)
    }

    fn address(&self, chosen: &Chosen, side: &str) -> Result<Address, Failure> {
        self.parse(chosen.url.expose(), &format!("the {side}'s URL in {}", chosen.variable))
    }

    /// Reads a connection string that comes from `whose`.
    pub(super) fn parse(&self, text: &str, whose: &str) -> Result<Address, Failure> {
        let address = Address::parse(text).map_err(|error| error.failure(whose))?;
        for (variable, value) in self.environment.variables() {
            if value == address.original.expose() {
                refuse_pooler(variable).map_err(|pooler| UrlError::from(pooler).failure(whose))?;
            }
        }
        for warning in &address.warnings {
            say(&format!("warning: {whose}: {warning}"));
        }
        Ok(address)
    }

    /// The lock on the target for this command.
    pub(super) fn claim(&self, command: &str, target: &TargetUrl) -> Claim {
        let dyno = self.environment.get(DYNO_VARIABLE).map(|dyno| format!(" {dyno}"));
        let run = format!("{command} {}{}", self.name(), dyno.unwrap_or_default());
        Claim { target: target.clone(), run, wait: self.config.postdeploy.wait }
    }

    /// Where the commands of a review app run. They must not be able to reach production: every
    /// variable that leads to the source is hidden from them, but none that leads to the target.
    pub(super) fn shell(&self, source: Option<&SourceUrl>, target: &TargetUrl) -> Shell {
        let leads_to_source = |name: &str, address: Option<&Address>| {
            name == SOURCE_VARIABLE
                || source.zip(address).is_some_and(|(source, other)| source.0.is_same_place(other))
        };
        let hidden = self
            .environment
            .variables()
            .map(|(name, value)| (name, Address::parse(value).ok()))
            .filter(|(_, address)| {
                !address.as_ref().is_some_and(|address| address.is_same_place(&target.0))
            })
            .filter(|(name, address)| leads_to_source(name, address.as_ref()))
            .map(|(name, _)| name.to_owned())
            .collect();
        self.shell_without(hidden)
    }

    fn shell_without(&self, hidden: Vec<String>) -> Shell {
        let existing = self.environment.get(OPTIONS_VARIABLE);
        let variables = limits(&self.config.migrate, existing).into_iter().collect();
        Shell { directory: self.directory.clone(), hidden, variables, grace: None }
    }

    /// Where production's commands run: with all that the app has but what is only ours.
    pub(super) fn production_shell(&self) -> Shell {
        self.shell_without(vec![SOURCE_VARIABLE.to_owned()])
    }

    /// The source's address where it is clear; a mistake in it is told when it is needed.
    pub(super) fn source_if_known(&self) -> Option<SourceUrl> {
        let chosen = self.environment.source(&self.config).ok()?;
        SourceUrl::parse(chosen.url.expose()).ok()
    }
}
