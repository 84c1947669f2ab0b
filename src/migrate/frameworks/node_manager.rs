//! The package manager of a Node.js app.

use super::app_files::AppFiles;
use serde_json::Value;

/// Which package manager installs the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manager {
    Npm,
    Yarn,
    Pnpm,
}

impl Manager {
    /// By `packageManager`, else by the lockfile.
    pub(super) fn of(app: &AppFiles, manifest: Option<&Value>) -> Self {
        let declared = manifest.and_then(|manifest| manifest.get("packageManager")?.as_str());
        let is = |name: &str, lockfile: &str| {
            declared.map_or_else(|| app.has(lockfile), |manager| manager.starts_with(name))
        };
        if is("pnpm", "pnpm-lock.yaml") {
            Manager::Pnpm
        } else if is("yarn", "yarn.lock") {
            Manager::Yarn
        } else {
            Manager::Npm
        }
    }

    /// The command that runs a script, with further arguments.
    pub(super) fn run(self, script: &str, arguments: &str) -> String {
        let (manager, dashes) = match self {
            Manager::Npm => ("npm", " --"),
            Manager::Yarn => ("yarn", ""),
            Manager::Pnpm => ("pnpm", ""),
        };
        if arguments.is_empty() {
            format!("{manager} run {script}")
        } else {
            format!("{manager} run {script}{dashes} {arguments}")
        }
    }

    pub(super) fn add(self) -> &'static str {
        match self {
            Manager::Npm => "npm install --save-prod",
            Manager::Yarn => "yarn add",
            Manager::Pnpm => "pnpm add --save-prod",
        }
    }

    /// The config var by which Heroku keeps `devDependencies`.
    pub(super) fn keeping(self) -> &'static str {
        match self {
            Manager::Npm => "NPM_CONFIG_PRODUCTION=false",
            Manager::Yarn => "YARN_PRODUCTION=false",
            Manager::Pnpm => "PNPM_SKIP_PRUNING=true",
        }
    }
}
