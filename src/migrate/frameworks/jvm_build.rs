//! The build file of a Java app.

use super::app_files::AppFiles;
use super::problem::FileProblem;

/// The file and its text.
pub(super) fn jvm_build(app: &AppFiles) -> Result<Option<(&'static str, String)>, FileProblem> {
    for file in ["pom.xml", "build.gradle", "build.gradle.kts"] {
        if let Some(text) = app.rough_text(file)? {
            return Ok(Some((file, text)));
        }
    }
    Ok(None)
}
