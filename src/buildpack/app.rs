//! An app as its own files describe it, all of them checked.

use super::app_json::AppJson;
use super::procfile::Procfile;
use crate::config::{Config, FILE_NAME};
use crate::failure::Failure;
use crate::migrate::frameworks::{AppFiles, Found, recognise_all};
use std::path::Path;

/// What the build may rely on.
pub(super) struct App {
    pub(super) files: AppFiles,
    pub(super) config: Config,
    /// `None` where there is no Procfile.
    pub(super) procfile: Option<Procfile>,
    /// `None` where there is no `app.json`.
    pub(super) manifest: Option<AppJson>,
    pub(super) frameworks: Vec<Found>,
}

impl App {
    /// Reads `review-data.toml`, `Procfile`, `app.json` and the frameworks' files.
    ///
    /// # Errors
    /// Everything that is wrong in any of them, in this order.
    pub(super) fn read(directory: &Path) -> Result<App, Vec<Failure>> {
        let files = AppFiles::new(directory);
        let mut failures = Vec::new();
        // A directory or an unreadable file of that name is told in the same way as for the others.
        let config = match files.text(FILE_NAME) {
            Ok(_) => Config::of_directory(directory),
            Err(problem) => Err(problem.into()),
        };
        let config = config.map_err(|failure| match failure.remedy {
            Some(_) => failure,
            None => failure.remedy("correct it there; the README lists every key"),
        });
        let config = kept(config, &mut failures);
        let procfile = files
            .text("Procfile")
            .and_then(|text| text.map(|text| text.parse::<Procfile>()).transpose());
        let procfile = kept(procfile, &mut failures);
        let manifest = kept(AppJson::read(&files), &mut failures);
        let frameworks = kept(recognise_all(&files), &mut failures);
        match (config, procfile, manifest, frameworks) {
            (Some(config), Some(procfile), Some(manifest), Some(frameworks)) => {
                Ok(App { files, config, procfile, manifest, frameworks })
            }
            _ => Err(failures),
        }
    }
}

fn kept<T, E: Into<Failure>>(result: Result<T, E>, failures: &mut Vec<Failure>) -> Option<T> {
    result.map_err(|error| failures.push(error.into())).ok()
}
