//! Classic Heroku: what `bin/compile` does to the build directory.
//!
//! Its API: <https://devcenter.heroku.com/articles/buildpack-api>. The slug is unpacked at `/app`,
//! which is every dyno's home, so what is written here speaks of `$HOME`. Only the last buildpack's
//! default process types count and a Procfile's win over them, so the Procfile itself is edited:
//! that works wherever we stand in the list.

use super::app::{App, Reader};
use super::build::install;
use super::decide::decide;
use super::decision::{Decision, POSTDEPLOY, ProcessChoice, RELEASE};
use super::default_types::{self, DefaultTypes, SCRIPT_FILE};
use super::detect::ASK_VARIABLE;
use super::monorepo;
use super::ours::{Known, nothing_to_add};
use super::output::Output;
use super::pg_dump;
use super::procfile::{Dialect, Procfile};
use super::surroundings::{ProcfileBuildpack, Surroundings};
use super::warnings;
use crate::config::SOURCE_VARIABLE;
use crate::failure::Failure;
use crate::migrate::COMMAND_VARIABLE;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Our directory in the slug.
const DIRECTORY: &str = ".review-data";

/// The app's own release command, kept beside the tool so that a second compile of the same
/// directory wraps the same command and not ourselves.
const WRAPPED_FILE: &str = ".review-data/wrapped-release";

/// What `bin/release` prints.
const RELEASE_FILE: &str = ".review-data/release.yml";

const PROFILE_FILE: &str = ".profile.d/review-data.sh";

/// `bin/compile BUILD_DIR CACHE_DIR ENV_DIR`, given the tool that was found or built before.
///
/// # Errors
/// Everything that is wrong with the app's files; nothing is written then.
pub(super) fn compile(
    build_dir: &Path,
    env_dir: Option<&Path>,
    tool: &Path,
) -> Result<(), Vec<Failure>> {
    let start = Instant::now();
    let out = Output::Classic;
    out.title();
    let variable = |name: &str| env_dir.and_then(|dir| config_var(dir, name));
    for warning in monorepo::check(build_dir, variable) {
        out.warning(&warning);
    }
    let reader =
        Reader { dialect: Dialect::Classic, procfile_buildpack: ProcfileBuildpack::Absent };
    let app = App::read(build_dir, reader, variable)?;
    let known = Known {
        asked: [ASK_VARIABLE, COMMAND_VARIABLE].iter().any(|name| variable(name).is_some()),
        database_url: variable("DATABASE_URL").or_else(|| variable(SOURCE_VARIABLE)),
        plan_command: false,
    };
    if let Some(line) = nothing_to_add(&app, &known) {
        out.line(&line);
        return Ok(());
    }
    let around = Surroundings {
        dialect: Dialect::Classic,
        command_variable: variable(COMMAND_VARIABLE),
        plan_command: None,
        procfile_buildpack: ProcfileBuildpack::Absent,
        wrapped_before: std::fs::read_to_string(build_dir.join(WRAPPED_FILE)).ok(),
    };
    let mut decision = decide(&app, &around).map_err(|failure| vec![failure])?;
    let defaults = default_types::of(&app);
    let edited = edit(&app, &defaults, &mut decision);
    // a review app that builds with us has us
    if variable("HEROKU_PR_NUMBER").is_none() {
        decision.warnings.extend(warnings::buildpacks_without_us(&app));
    }
    decision.warnings.extend(pg_dump::check());
    out.decision(&decision);

    let made = Made { decision: &decision, defaults: &defaults, edited };
    write(build_dir, tool, &app, &around, made).map_err(|failure| vec![failure])?;
    out.line("The tool is in /app/.review-data/bin, on the PATH of every dyno.");
    out.done(start.elapsed());
    Ok(())
}

/// A config var: a file of its name, whose last newline is not a part of it.
fn config_var(env_dir: &Path, name: &str) -> Option<String> {
    let value = std::fs::read_to_string(env_dir.join(name)).ok()?;
    let value = value.strip_suffix('\n').unwrap_or(&value);
    (!value.trim().is_empty()).then(|| value.to_owned())
}

/// The Procfile as it should be; `None` where it should be left as it is.
fn edit(app: &App, defaults: &DefaultTypes, decision: &mut Decision) -> Option<Procfile> {
    decision.told.extend(defaults.told.iter().cloned());
    decision.warnings.extend(defaults.warnings.iter().cloned());
    if defaults.no_procfile {
        return None;
    }
    if app.procfile.is_none() {
        decision.told.push("No Procfile: one is made with these process types".to_owned());
    }
    let mut procfile = app.procfile.clone().unwrap_or_else(Procfile::empty);
    for (name, command) in &defaults.procfile {
        procfile.set(name, command, Dialect::Classic);
    }
    if decision.release == ProcessChoice::Ours {
        procfile.set("release", RELEASE, Dialect::Classic);
    }
    if decision.postdeploy == ProcessChoice::Ours {
        procfile.set("postdeploy", POSTDEPLOY, Dialect::Classic);
    }
    (app.procfile.as_ref() != Some(&procfile)).then_some(procfile)
}

/// What a compile has decided.
struct Made<'a> {
    decision: &'a Decision,
    defaults: &'a DefaultTypes,
    edited: Option<Procfile>,
}

fn write(
    build_dir: &Path,
    tool: &Path,
    app: &App,
    around: &Surroundings,
    made: Made<'_>,
) -> Result<(), Failure> {
    let Made { decision, defaults, edited } = made;
    install(tool, &build_dir.join(DIRECTORY).join("bin"))?;
    // What the Procfile's own line was, from the Procfile or from the compile before.
    let own = app
        .procfile
        .as_ref()
        .and_then(|procfile| procfile.get("release", Dialect::Classic))
        .filter(|process| process.command != RELEASE && decision.release == ProcessChoice::Ours)
        .map(|process| process.command.to_owned());
    if let Some(own) = own.or_else(|| around.wrapped_before.clone()) {
        put(&build_dir.join(WRAPPED_FILE), own.as_bytes())?;
    }
    put(&build_dir.join(RELEASE_FILE), release_yaml(decision, defaults).as_bytes())?;
    put(&build_dir.join(PROFILE_FILE), profile(decision).as_bytes())?;
    if let Some(script) = &defaults.script {
        put(&build_dir.join(SCRIPT_FILE), script.as_bytes())?;
    }
    if let Some(procfile) = edited {
        put(&build_dir.join("Procfile"), &procfile.to_bytes())?;
    }
    Ok(())
}

/// Writes a file whole or not at all.
fn put(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".review-data-new");
    let unfinished = PathBuf::from(unfinished);
    let write = || -> std::io::Result<()> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&unfinished, content)?;
        if let Ok(before) = std::fs::metadata(path) {
            std::fs::set_permissions(&unfinished, before.permissions())?;
        }
        std::fs::rename(&unfinished, path)
    };
    write().map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        Failure::new(format!("{} could not be written", path.display()))
            .because(error.to_string())
            .remedy("make the build directory writable for the build")
    })
}

/// Sourced by every dyno before its process: the tool on PATH, and the migration command where no
/// config var of that name is set.
fn profile(decision: &Decision) -> String {
    let mut script = "export PATH=\"$HOME/.review-data/bin:$PATH\"\n".to_owned();
    if let Some(command) = decision.default_command(Dialect::Classic) {
        let quoted = command.replace('\'', r"'\''");
        let _ = writeln!(script, "if [ -z \"${{{COMMAND_VARIABLE}:-}}\" ]; then");
        let _ = writeln!(script, "  export {COMMAND_VARIABLE}='{quoted}'");
        script.push_str("fi\n");
    }
    script
}

/// Defaults for where the Procfile has no such type: the language's, whose own `bin/release` does not
/// count where ours is the last, and ours. No type that is the app's own is named.
fn release_yaml(decision: &Decision, defaults: &DefaultTypes) -> String {
    let ours =
        [("release", RELEASE, &decision.release), ("postdeploy", POSTDEPLOY, &decision.postdeploy)];
    let mut types = String::new();
    for line in &defaults.release {
        let _ = write!(types, "\n  {line}");
    }
    for (process_type, command, choice) in ours {
        if *choice == ProcessChoice::Ours {
            let _ = write!(types, "\n  {process_type}: {command}");
        }
    }
    if types.is_empty() {
        types.push_str(" {}");
    }
    format!("---\ndefault_process_types:{types}\n")
}
