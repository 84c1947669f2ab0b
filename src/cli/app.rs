//! The app that we run in: its directory, configuration and environment, read once.

use super::app_json;
use crate::config::{APP_VARIABLE, Chosen, Config, Environment, MigrationTable};
use crate::failure::Failure;
use crate::migrate::frameworks::AppFiles;
use crate::migrate::{
    COMMAND_VARIABLE, Clues, MigrationCommand, Shell, migration_command, own_tables,
    refuse_recursion,
};
use crate::postgres::{Address, SourceUrl, TargetUrl};
use crate::report::Format;
use crate::setup;
use std::path::{Path, PathBuf};

/// The app's directory, what its file says, and its environment.
pub(super) struct App {
    pub(super) directory: PathBuf,
    pub(super) config: Config,
    pub(super) environment: Environment,
    /// Which of our commands this is, where it runs the app's commands.
    run: &'static str,
}

impl App {
    /// The same for a command of ours that runs the app's commands.
    ///
    /// # Errors
    /// If a command of ours has started this process, and as [`App::here`].
    pub(super) fn to_run(run: &'static str) -> Result<Self, Failure> {
        refuse_recursion(&Environment::of_process(), run)?;
        Ok(App { run, ..App::here()? })
    }

    /// The same app; `--no-mask` masks nothing, whatever the configuration says.
    pub(super) fn masked_unless(mut self, no_mask: bool) -> Self {
        if no_mask {
            self.config = self.config.without_masks();
        }
        self
    }

    /// # Errors
    /// Where the configuration has mistakes.
    pub(super) fn here() -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::new("the current directory cannot be found").because(error.to_string())
        })?;
        let mut config = Config::of_directory(&directory)?;
        let environment = Environment::of_process();
        config.masking.take_secrets(&environment);
        config.migration_tables = own_migration_tables(&directory, &config, &environment);
        Ok(App { directory, config, environment, run: "" })
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        self.environment.app_name(&self.directory)
    }

    /// `None` where nothing migrates.
    pub(super) fn migration_command(&self) -> Option<MigrationCommand> {
        migration_command(&self.config, &self.environment)
    }

    /// The source's address; says which config var it is from.
    pub(super) fn source(&self) -> Result<SourceUrl, Failure> {
        let found = async { setup::find_source(&self.environment, &self.config).await };
        setup::stop::block_on(found)
    }

    /// The target's address.
    pub(super) fn target(&self) -> Result<TargetUrl, Failure> {
        let chosen = self.environment.target(&self.config)?;
        self.target_in(&chosen)
    }

    fn target_in(&self, chosen: &Chosen) -> Result<TargetUrl, Failure> {
        let whose = format!("the target's URL in {}", chosen.variable);
        self.parse(chosen.url.expose(), &whose).map(TargetUrl)
    }

    /// Reads a connection string that comes from `whose`.
    pub(super) fn parse(&self, text: &str, whose: &str) -> Result<Address, Failure> {
        setup::parse(&self.environment, text, whose)
    }

    /// The app as the set-up of its database sees it.
    pub(super) fn to_set_up(&self) -> Result<setup::App<'_>, Failure> {
        let chosen = self.environment.target(&self.config)?;
        Ok(self.with_target(self.target_in(&chosen)?, &chosen.variable))
    }

    /// The same, with a target that comes from `variable`.
    pub(super) fn with_target(&self, target: TargetUrl, variable: &str) -> setup::App<'_> {
        setup::App {
            name: self.name(),
            platform_name: self.environment.get(APP_VARIABLE),
            run: self.run,
            directory: &self.directory,
            config: &self.config,
            environment: &self.environment,
            target,
            app_json: app_json::read(&self.directory, variable),
            causes: app_json::causes,
            target_variable: variable.to_owned(),
            command: self.migration_command(),
            format: Format::default(),
        }
    }

    /// Where production's commands run: with all that the app has but what is only ours.
    pub(super) fn production_shell(&self) -> Shell {
        let shell = setup::shell(&self.directory, &self.config, &self.environment, None, None);
        Shell { run: self.run, ..shell }
    }
}

/// The migration tables that the app's files, its commands and its environment name.
fn own_migration_tables(
    directory: &Path,
    config: &Config,
    environment: &Environment,
) -> Vec<MigrationTable> {
    let found = environment.get(COMMAND_VARIABLE);
    let own = config.postdeploy.before.iter().chain(&config.postdeploy.after);
    let own = own.chain(&config.migrate.command).map(String::as_str);
    let commands: Vec<&str> = own.chain(found).collect();
    let variables: Vec<(&str, &str)> = environment.variables().collect();
    let files = &AppFiles::new(directory);
    own_tables(&Clues { files, commands: &commands, variables: &variables })
}
