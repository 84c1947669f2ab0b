//! Reads command lines as the shell does: which commands run, under which conditions, and what each
//! does to the app's database.
//!
//! The grammar is brush-parser's. A command line is followed into scripts of the app, scripts of
//! package.json and composer.json, targets of a Makefile, recipes of `just` and `task`, tasks of Rake
//! and Mix, and commands that a script in Ruby or JavaScript starts. What is not understood is unknown, and nothing is claimed about it.

mod call;
mod condition;
mod effects;
mod exits;
mod follow;
mod input;
mod javascript;
mod justfile;
mod known;
mod loops;
mod parse;
mod part;
mod paths;
mod recipes;
mod retry;
mod runners;
mod sql;
mod targets;
mod taskfile;
mod walk;
mod words;

pub use part::{Effect, Part, Reading};
pub(super) use part::{Hidden, Truth, shortened};

use crate::migrate::frameworks::AppFiles;
use walk::{Context, Shell, Walker};

/// Reads a command line that runs in the app's directory, by `bash -c`.
#[must_use]
pub(super) fn read(line: &str, files: &AppFiles) -> Reading {
    let mut walker = Walker::new(files);
    walker.text(line, &Context::default(), Shell::default());
    walker.reading
}

/// Reads a script of package.json. `None` where the file does not have it.
#[must_use]
pub(super) fn read_npm_script(name: &str, files: &AppFiles) -> Option<Reading> {
    let mut walker = Walker::new(files);
    let found = walker.npm_script(name, "", &Context::default(), &Shell::default(), true);
    found.then_some(walker.reading)
}

/// Reads a script of composer.json. `None` where the file does not have it.
#[must_use]
pub(super) fn read_composer_script(name: &str, files: &AppFiles) -> Option<Reading> {
    let mut walker = Walker::new(files);
    let found = walker.composer_script(name, &Context::default(), &Shell::default());
    found.then_some(walker.reading)
}

#[cfg(test)]
mod tests;
