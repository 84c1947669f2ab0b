//! The buildpack: what an app's files say, the decisions that follow, and the two ways in,
//! Cloud Native Buildpacks and classic Heroku.

mod app;
mod app_json;
mod build;
mod causes;
mod classic;
mod decide;
mod decision;
mod default_types;
mod detect;
mod monorepo;
mod ours;
mod output;
mod pg_dump;
mod procfile;
mod script;
mod scripts;
mod steps;
mod surroundings;
mod warning;
mod warnings;

pub use app_json::{AppJson, Postdeploy, Variable};
pub use build::ReviewData;
pub use causes::{Causes, causes};
pub use procfile::{Dialect, OddLine, Process, Procfile, calls_us};
pub use script::{Effect, Part, Reading};

use output::Output;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

/// Runs the phase that the caller means: `detect` and `build` by the program's own name, as the
/// lifecycle calls it; else `compile BUILD_DIR CACHE_DIR ENV_DIR`, as `bin/compile` calls it.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let name = arguments.first().map(Path::new).and_then(Path::file_name);
    if name.is_some_and(|name| name == "detect" || name == "build") {
        // ends the process itself
        libcnb::libcnb_runtime(&ReviewData);
        return ExitCode::FAILURE;
    }
    let words: Vec<&OsStr> = arguments.iter().skip(1).map(OsString::as_os_str).collect();
    match words.as_slice() {
        [command, build_dir, _cache_dir, env_dir] if *command == "compile" => {
            compile(Path::new(build_dir), Path::new(env_dir))
        }
        _ => {
            eprintln!("usage: review-data-buildpack compile BUILD_DIR CACHE_DIR ENV_DIR");
            eprintln!("       (or by the name detect or build, as the Buildpack API says)");
            ExitCode::from(2)
        }
    }
}

/// The tool stands beside this program.
fn compile(build_dir: &Path, env_dir: &Path) -> ExitCode {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("review-data")))
        .unwrap_or_else(|| "review-data".into());
    match classic::compile(build_dir, Some(env_dir), &beside) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failures) => {
            Output::Classic.failures(&failures);
            ExitCode::FAILURE
        }
    }
}
