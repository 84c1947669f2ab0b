//! Lines that a warning asks people to write.

use crate::buildpack::decision::{Migration, Origin};
use crate::config::Config;
use crate::migrate::COMMAND_VARIABLE;

/// Things told in one line, at most.
const MOST_TOLD: usize = 4;

/// `a, b and 3 more`
pub(super) fn list(items: &[String]) -> String {
    let mut told: Vec<String> = Vec::new();
    for item in items {
        if !told.contains(item) {
            told.push(item.clone());
        }
    }
    if told.len() > MOST_TOLD {
        let more = told.len() - (MOST_TOLD - 1);
        told.truncate(MOST_TOLD - 1);
        return format!("{} and {more} more", told.join(", "));
    }
    told.join(", ")
}

/// `[postdeploy] after` of review-data.toml, with what it has already.
pub(super) fn after_lines(config: &Config, wanted: &[String]) -> Vec<String> {
    let mut all = config.postdeploy.after.clone();
    all.extend(wanted.iter().filter(|command| !config.postdeploy.after.contains(command)).cloned());
    let all: Vec<String> = all.into_iter().map(|command| quoted(&command)).collect();
    vec!["[postdeploy]".to_owned(), format!("after = [{}]", all.join(", "))]
}

/// Where a migration command is written, and how it is written there.
pub(super) fn written(migration: &Migration, command: &str) -> Vec<String> {
    match &migration.origin {
        Origin::Procfile { .. } | Origin::Postdeploy { .. } | Origin::Framework { .. } => {
            vec!["Write in the Procfile:".to_owned(), format!("release: {command}")]
        }
        Origin::Config => vec![
            "Write in review-data.toml:".to_owned(),
            format!("[migrate]\ncommand = {}", quoted(command)),
        ],
        Origin::Variable => {
            vec![format!("Set the config var {COMMAND_VARIABLE} to:"), command.to_owned()]
        }
        Origin::BuildPlan => vec!["The command that fits is:".to_owned(), command.to_owned()],
    }
}

/// What a migration command is called.
pub(super) fn named(origin: &Origin) -> &'static str {
    match origin {
        Origin::Procfile { .. } => "The release command",
        _ => "The migration command",
    }
}

/// A string of TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
