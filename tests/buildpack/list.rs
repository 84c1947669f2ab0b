//! A list of classic buildpacks: each compiles in turn, and the last one's release counts.

use crate::apps::App;
use crate::package::{Run, Slug, package, script};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Another buildpack, which does what is known of the real one: two shell scripts, run in the build
/// directory, with `CACHE_DIR` and `ENV_DIR` set.
#[derive(Clone, Copy)]
pub(crate) struct StandIn {
    pub(crate) compile: &'static str,
    pub(crate) release: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Ours,
    Theirs(&'a StandIn),
}

/// What a build leaves.
pub(crate) struct Outcome {
    pub(crate) slug: Slug,
    /// The Procfile's process types, and the last buildpack's default types that the
    /// Procfile lacks.
    pub(crate) types: BTreeMap<String, String>,
    /// What our compile said.
    pub(crate) said: String,
}

/// Builds an app, with these config vars.
pub(crate) fn build(app: &App, config_vars: &[(&str, &str)], steps: &[Step]) -> Outcome {
    let slug = config_vars
        .iter()
        .fold(Slug::of(app), |slug, (name, value)| slug.with_config_var(name, value));
    let home = tempfile::tempdir().unwrap();
    let mut said = String::new();
    let mut defaults = String::new();
    for step in steps {
        match step {
            Step::Ours => {
                said += &slug.compile().succeeded().output;
                let mut release = slug.script(&package().classic, "release");
                defaults = Run::of(&mut release).succeeded().output;
            }
            Step::Theirs(stand_in) => {
                in_build_dir(&slug, home.path(), stand_in.compile).succeeded();
                defaults = in_build_dir(&slug, home.path(), stand_in.release).succeeded().output;
            }
        }
    }
    let mut types = types_of(&defaults);
    types.extend(types_of(&slug.read("Procfile").unwrap_or_default()));
    Outcome { slug, types, said }
}

fn in_build_dir(slug: &Slug, home: &Path, body: &str) -> Run {
    let path = home.join("script");
    script(&path, body);
    let mut command = Command::new(&path);
    command.current_dir(slug.path()).env("CACHE_DIR", slug.cache()).env("ENV_DIR", slug.env_dir());
    Run::of(&mut command)
}

fn types_of(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, command)| (name.trim().to_owned(), command.trim().to_owned()))
        .collect()
}
