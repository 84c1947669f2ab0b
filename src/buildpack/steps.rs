//! What migrates or changes the app's database besides `release` and `postdeploy`: steps of the build
//! and processes that start.

use super::app_json::AppJson;
use super::procfile::{Dialect, Procfile};
use super::script::{Effect, Part, Reading, read, read_composer_script, read_npm_script};
use crate::migrate::frameworks::{AppFiles, at_boot};

/// A step of the app that changes the database before the load, or may do so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) when: When,
    /// Where it is written: `package.json, heroku-postbuild`.
    pub(super) place: String,
    /// What it runs.
    pub(super) command: String,
    /// What is left of the step without the part that changes the database.
    pub(super) rest: Option<String>,
    /// It changes the schema, and does not only write or delete rows.
    pub(super) migrates: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum When {
    Build,
    /// When a process of this type starts; `None` for whichever process starts the app.
    Boot(Option<String>),
}

/// Scripts of package.json that Heroku's Node.js buildpack runs, in its order.
const NPM_BUILD: &[&str] = &["heroku-prebuild", "preinstall", "install", "postinstall", "prepare"];

/// Files that classic buildpacks run: Python's hooks, Go's hooks, Phoenix' assets.
const HOOKS: &[&str] = &[
    "bin/pre_compile",
    "bin/post_compile",
    "bin/go-pre-compile",
    "bin/go-post-compile",
    "bin/compile",
];

/// Settings of classic buildpacks that hold a command.
const HOOK_SETTINGS: &[(&str, &[&str])] = &[
    (
        "elixir_buildpack.config",
        &["hook_pre_compile", "hook_post_compile", "hook_pre_fetch_dependencies"],
    ),
    ("phoenix_static_buildpack.config", &["compile"]),
];

/// The variable of the buildpack that runs Rake tasks at the end of a build.
const DEPLOY_TASKS: &str = "DEPLOY_TASKS";

/// Every such step that the app's files show: the build's steps first.
pub(super) fn steps(
    files: &AppFiles,
    procfile: Option<&Procfile>,
    manifest: Option<&AppJson>,
    dialect: Dialect,
) -> Vec<Step> {
    let mut found = Vec::new();
    let build = |place: String, reading: &Reading, found: &mut Vec<Step>| {
        found.extend(changing(reading).map(|part| step(When::Build, &place, part, reading)));
    };
    let builds = if has_npm_script(files, "heroku-postbuild") {
        &["heroku-postbuild"][..]
    } else {
        &["build"][..]
    };
    for script in NPM_BUILD.iter().chain(builds) {
        if let Some(reading) = read_npm_script(script, files) {
            build(format!("package.json, {script}"), &reading, &mut found);
        }
    }
    for script in ["compile", "post-install-cmd", "post-autoload-dump"] {
        if let Some(reading) = read_composer_script(script, files) {
            build(format!("composer.json, {script}"), &reading, &mut found);
        }
    }
    if dialect == Dialect::Classic {
        for hook in HOOKS.iter().filter(|hook| files.has(hook)) {
            let reading = read(&format!("bash {hook}"), files);
            build((*hook).to_owned(), &reading, &mut found);
        }
        for (file, settings) in HOOK_SETTINGS {
            let text = files.rough_text(file).ok().flatten().unwrap_or_default();
            for (line, setting, command) in hook_settings(&text, settings) {
                build(format!("{file}:{line}, {setting}"), &read(&command, files), &mut found);
            }
        }
        if let Some(variable) = manifest.and_then(|manifest| manifest.variable(DEPLOY_TASKS))
            && let Some(tasks) = &variable.value
        {
            let place = format!("app.json:{}, {DEPLOY_TASKS}", variable.place.line);
            build(place, &read(&format!("bundle exec rake {tasks}"), files), &mut found);
        }
    }
    boot_steps(files, procfile, dialect, &mut found);
    found.extend(at_boot(files).into_iter().map(|at_boot| Step {
        when: When::Boot(None),
        command: at_boot.told(),
        place: at_boot.place,
        rest: None,
        migrates: true,
    }));
    found
}

fn boot_steps(
    files: &AppFiles,
    procfile: Option<&Procfile>,
    dialect: Dialect,
    found: &mut Vec<Step>,
) {
    let mut has_web = false;
    for process in procfile.into_iter().flat_map(Procfile::processes) {
        let name = process.name.to_lowercase();
        has_web |= name == "web";
        let is_ours = ["release", "postdeploy", "post-deploy"].contains(&name.as_str());
        let counts = procfile
            .and_then(|procfile| procfile.get(process.name, dialect))
            .is_some_and(|last| last.line == process.line);
        // other types are started by hand or by a schedule
        let is_long_running = ["web", "worker", "clock", "scheduler", "server"]
            .iter()
            .any(|known| name.starts_with(known));
        if is_ours || !counts && dialect == Dialect::Classic || !is_long_running {
            continue;
        }
        let reading = read(process.command, files);
        let place = format!("Procfile:{}", process.line);
        let when = When::Boot(Some(process.name.to_owned()));
        found.extend(
            changing(&reading).take(1).map(|part| step(when.clone(), &place, part, &reading)),
        );
    }
    if !has_web && let Some(reading) = read_npm_script("start", files) {
        let when = When::Boot(Some("web".to_owned()));
        let place = "package.json, start".to_owned();
        found.extend(
            changing(&reading).take(1).map(|part| step(when.clone(), &place, part, &reading)),
        );
    }
    for file in [".profile"] {
        if let Ok(Some(text)) = files.rough_text(file) {
            let reading = read(&text, files);
            found.extend(
                changing(&reading).take(1).map(|part| step(When::Boot(None), file, part, &reading)),
            );
        }
    }
}

fn has_npm_script(files: &AppFiles, name: &str) -> bool {
    let manifest = files.json("package.json").ok().flatten();
    manifest.is_some_and(|manifest| {
        manifest.get("scripts").is_some_and(|scripts| scripts.get(name).is_some())
    })
}

/// The parts that change the database.
fn changing(reading: &Reading) -> impl Iterator<Item = &Part> {
    reading.with(|effect| {
        effect.changes_schema()
            || matches!(effect, Effect::Fills | Effect::Empties(_) | Effect::Copies)
    })
}

fn step(when: When, place: &str, part: &Part, reading: &Reading) -> Step {
    let place = match &part.place {
        Some(inner) if inner.to_string() != place => format!("{place} ({inner})"),
        _ => place.to_owned(),
    };
    Step {
        when,
        place,
        command: part.command.clone(),
        rest: without_changes(reading),
        migrates: part.effect.changes_schema(),
    }
}

/// The command line without what changes the database, where all of it stands in the line itself
/// and each command runs because the one before has succeeded.
fn without_changes(reading: &Reading) -> Option<String> {
    let plain = reading.parts.iter().all(|part| part.place.is_none() && part.conditions.is_empty());
    if !plain || reading.partial {
        return None;
    }
    let rest: Vec<&str> = reading
        .with(|effect| matches!(effect, Effect::Nothing | Effect::Unknown | Effect::CreatesUser))
        .map(|part| part.command.as_str())
        .collect();
    (!rest.is_empty()).then(|| rest.join(" && "))
}

/// `hook_post_compile="eval mix ecto.migrate"`, with its line.
fn hook_settings(text: &str, settings: &[&'static str]) -> Vec<(usize, &'static str, String)> {
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let (name, value) = line.trim().split_once('=')?;
            let setting = settings.iter().find(|setting| **setting == name.trim())?;
            let value = value.trim().trim_matches(['"', '\'']);
            let value = value.strip_prefix("eval ").unwrap_or(value);
            Some((index + 1, *setting, value.to_owned()))
        })
        .collect()
}
