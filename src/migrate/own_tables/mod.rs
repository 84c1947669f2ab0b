//! Migration tables under the app's own names, from the configuration of its migration tool.
//!
//! The files are searched for the settings of [`settings`], commands and scripts for the flags of
//! [`flags`], and the environment for variables. No file is executed, so a name that is put together
//! at run time is not found: the table's shape may still tell (`subset::rules`). A wrong name does no
//! harm, because only a table of the source with a column that names a migration is taken for one.

mod flags;
mod settings;
#[cfg(test)]
mod tests;
mod text;

use super::frameworks::AppFiles;
use crate::load::MigrationTable;
use std::collections::VecDeque;

/// Where an app may name its migration tables.
pub struct Clues<'a> {
    pub files: &'a AppFiles,
    /// Shell commands: the migration command and others of the configuration.
    pub commands: &'a [&'a str],
    pub variables: &'a [(&'a str, &'a str)],
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A row for each migration.
    Migrations,
    /// A lock, or other state of the tool: it has no column that names a migration.
    State,
    /// A schema of the tool's own.
    Schema,
}

/// Files that are searched, at most: those nearest to the app's root.
const MOST_FILES: usize = 5_000;

/// Bytes that are searched, at most: each command of ours waits for this.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// Names in directories that are looked at, at most.
const MOST_NAMES: usize = 50_000;

/// Directories below the root that are entered, at most.
const DEEPEST: usize = 6;

/// Directories of packages, builds and data: the app does not configure anything there.
const SKIPPED: &[&str] = &[
    "node_modules",
    "vendor",
    "target",
    "deps",
    "_build",
    "dist",
    "build",
    "venv",
    "log",
    "tmp",
    "public",
    "assets",
    "static",
    "coverage",
    "__pycache__",
];

/// The tables that the app's own files, commands and variables name.
#[must_use]
pub fn own_tables(clues: &Clues<'_>) -> Vec<MigrationTable> {
    let mut names = Vec::new();
    let mut rails = settings::Rails::default();
    let mut left = MOST_BYTES;
    for path in files(clues.files) {
        // a file that cannot be read names no table; the tool that needs it says so
        let Ok(Some(text)) = clues.files.rough_text(&path) else { continue };
        if text.len() > left {
            break;
        }
        left -= text.len();
        settings::read(&path, &text, clues.variables, &mut names);
        rails.read(&path, &text);
        if flags::may_hold_commands(&path) {
            flags::read(&text, &mut names);
        }
    }
    for command in clues.commands {
        flags::read(command, &mut names);
    }
    flags::read_variables(clues.variables, &mut names);
    rails.finish(&mut names);
    let mut tables: Vec<MigrationTable> = Vec::new();
    for table in names.iter().filter_map(table) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    tables
}

/// `schema.table`, or a table in any schema.
fn table(name: &Name) -> Option<MigrationTable> {
    let bare = name.text.trim().replace(['"', '`'], "");
    let is_name = |part: &str| {
        !part.is_empty()
            && part.len() <= 63
            && part.chars().all(|c| c.is_alphanumeric() || "_- $".contains(c))
    };
    let parts: Vec<&str> = bare.split('.').collect();
    if !parts.iter().all(|part| is_name(part)) {
        return None;
    }
    let owned = |part: &str| Some(part.to_owned().into());
    let (schema, table) = match (name.kind, &parts[..]) {
        (Kind::Schema, [schema]) => (owned(schema), None),
        (Kind::Migrations | Kind::State, [table]) => (None, owned(table)),
        (Kind::Migrations | Kind::State, [schema, table]) => (owned(schema), owned(table)),
        _ => return None,
    };
    Some(MigrationTable { schema, table, if_plausible: name.kind == Kind::Migrations })
}

/// The app's files that may hold a setting or a command, the nearest to the root first.
fn files(app: &AppFiles) -> Vec<String> {
    let mut found = Vec::new();
    let mut names = 0;
    let mut directories = VecDeque::from([(String::new(), 0)]);
    while let Some((directory, depth)) = directories.pop_front() {
        for name in app.names_in(&directory) {
            names += 1;
            if names > MOST_NAMES {
                return found;
            }
            let path =
                if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
            // a symbolic link may lead round in a circle
            let Ok(kind) = app.path(&path).symlink_metadata() else { continue };
            if kind.is_dir() {
                let enters = depth < DEEPEST
                    && !SKIPPED.contains(&name.as_str())
                    && (!name.starts_with('.') || name == ".config");
                if enters {
                    directories.push_back((path, depth + 1));
                }
            } else if kind.is_file()
                && (settings::may_hold_settings(&path) || flags::may_hold_commands(&path))
            {
                found.push(path);
                if found.len() == MOST_FILES {
                    return found;
                }
            }
        }
    }
    found
}
