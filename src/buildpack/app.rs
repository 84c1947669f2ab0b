//! An app as its own files describe it.

use super::app_json::AppJson;
use super::procfile::{Dialect, Procfile};
use super::script::{Reading, read};
use super::steps::{Step, steps};
use super::surroundings::ProcfileBuildpack;
use super::warning::Warning;
use crate::config::{Config, FILE_NAME};
use crate::failure::Failure;
use crate::migrate::frameworks::{AppFiles, FileProblem, Found, VARIABLES, recognise_each};
use std::path::Path;

/// What the build may rely on.
pub(super) struct App {
    pub(super) files: AppFiles,
    pub(super) config: Config,
    /// `None` without a Procfile.
    pub(super) procfile: Option<Procfile>,
    /// `None` where there is no `app.json`.
    pub(super) manifest: Option<AppJson>,
    pub(super) frameworks: Vec<Found>,
    /// `app.json`'s postdeploy, read as a command line.
    pub(super) postdeploy: Option<Reading>,
    /// What changes the database besides release and postdeploy.
    pub(super) steps: Vec<Step>,
    /// Files that cannot be read and that no decision needs.
    pub(super) warnings: Vec<Warning>,
}

/// Who reads the app's Procfile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    pub(super) dialect: Dialect,
    pub(super) procfile_buildpack: ProcfileBuildpack,
}

impl App {
    /// Reads `review-data.toml`, `Procfile`, `app.json` and the frameworks' files. `variable` gives
    /// the build's variables.
    ///
    /// # Errors
    /// Everything that is wrong in `review-data.toml` and in a Procfile that the platform itself
    /// would refuse, in this order.
    pub(super) fn read(
        directory: &Path,
        reader: Reader,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<App, Vec<Failure>> {
        let set: Vec<(&str, String)> =
            VARIABLES.iter().filter_map(|name| Some((*name, variable(name)?))).collect();
        let set = set.iter().map(|(name, value)| (*name, value.as_str()));
        let files = AppFiles::new(directory).with_variables(set);
        let mut failures = Vec::new();
        let mut warnings = Vec::new();
        // a directory of that name is reported as for the other files
        let config = match files.text(FILE_NAME) {
            Ok(_) => Config::of_directory(directory),
            Err(problem) => Err(problem.into()),
        };
        let config = config.map_err(|failure| match failure.remedy {
            Some(_) => failure,
            None => failure
                .remedy("correct it there; review-data's docs/configuration.md lists every key"),
        });
        let config = kept(config, &mut failures);
        let procfile = kept(read_procfile(&files, reader, &mut warnings), &mut failures);
        let manifest = AppJson::read(&files);
        let (frameworks, problems) = recognise_each(&files);
        warnings.extend(problems.iter().map(unreadable));
        match (config, procfile) {
            (Some(config), Some(procfile)) => {
                let postdeploy =
                    manifest.as_ref().and_then(|manifest| manifest.postdeploy.as_ref());
                let postdeploy = postdeploy.map(|postdeploy| read(&postdeploy.script, &files));
                let steps = steps(&files, procfile.as_ref(), manifest.as_ref(), reader.dialect);
                Ok(App {
                    files,
                    config,
                    procfile,
                    manifest,
                    frameworks,
                    postdeploy,
                    steps,
                    warnings,
                })
            }
            _ => Err(failures),
        }
    }
}

impl App {
    /// Which of two postdeploys a review app runs.
    pub(super) fn overridden_postdeploy(&self) -> Option<String> {
        let postdeploy = self.manifest.as_ref()?.postdeploy.as_ref()?;
        let overridden = postdeploy.overridden?;
        Some(format!(
            "Postdeploy: environments.review's (app.json:{}) wins over the top level's (line {})",
            postdeploy.place.line, overridden.line
        ))
    }
}

fn unreadable(problem: &FileProblem) -> Warning {
    let consequence = format!("The build goes on without what {} would say.", problem.file);
    Warning::of_file(problem, &consequence)
}

/// The Procfile as its reader reads it. Where nobody reads it, a mistake in it is a warning.
fn read_procfile(
    files: &AppFiles,
    reader: Reader,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Procfile>, FileProblem> {
    let read = files.text("Procfile");
    match reader.dialect {
        Dialect::Classic => {
            let problem = match read {
                Ok(text) => {
                    return text.map(|text| Procfile::parse(&text, Dialect::Classic)).transpose();
                }
                Err(problem) => problem,
            };
            // of a file that is there and can be read, only the encoding is wrong
            let Ok(bytes) = std::fs::read(files.path("Procfile")) else { return Err(problem) };
            warnings.push(Warning::of_file(&problem, "The build goes on: its ASCII is read."));
            Ok(Some(Procfile::classic_of_bytes(&bytes)))
        }
        Dialect::CloudNative => {
            let parsed = read.and_then(|text| {
                text.map(|text| Procfile::parse(&text, Dialect::CloudNative)).transpose()
            });
            match parsed {
                Err(problem) if reader.procfile_buildpack == ProcfileBuildpack::Absent => {
                    let none = "No Procfile buildpack is in the group: the Procfile is not used.";
                    warnings.push(Warning::of_file(&problem, none));
                    Ok(None)
                }
                parsed => parsed,
            }
        }
    }
}

fn kept<T, E: Into<Failure>>(result: Result<T, E>, failures: &mut Vec<Failure>) -> Option<T> {
    result.map_err(|error| failures.push(error.into())).ok()
}
