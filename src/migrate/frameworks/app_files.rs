//! Reading the app's own files, with errors that name the file.

use super::problem::{FileProblem, Place};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// An app's directory. Paths are relative to it and written with `/`.
#[derive(Clone, Debug)]
pub struct AppFiles {
    root: PathBuf,
    /// Variables of the build that change what it leaves, by name.
    variables: Vec<(String, String)>,
}

/// A file that we read for a fact or two may have at most this many bytes; past it, it is not the
/// hand-written file that we think it is.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// Where a word is looked for, it is in this many bytes or not at all: a migration may hold data.
const ENOUGH_FOR_A_WORD: u64 = 256 * 1024;

/// This number of a directory's files says enough where each migration bears the tool's mark.
pub(super) const FILES_LOOKED_INTO: usize = 20;

impl AppFiles {
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        AppFiles { root: root.into(), variables: Vec::new() }
    }

    /// The same files, built under these variables.
    #[must_use]
    pub fn with_variables<'a>(
        self,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let owned = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        AppFiles { variables: owned.collect(), ..self }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is a file (not a directory) of this name.
    #[must_use]
    pub fn has(&self, relative: &str) -> bool {
        self.path(relative).is_file()
    }

    /// The first of these that is there.
    #[must_use]
    pub fn first_of(&self, candidates: &[&'static str]) -> Option<&'static str> {
        candidates.iter().copied().find(|candidate| self.has(candidate))
    }

    /// A file's text, `None` if it does not exist.
    ///
    /// # Errors
    /// Where the file cannot be read, is far too large, or is not UTF-8.
    pub fn text(&self, relative: &str) -> Result<Option<String>, FileProblem> {
        let Some(bytes) = self.bytes(relative)? else { return Ok(None) };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let place = Place::of_offset(&lossy, valid);
                Err(FileProblem::at(
                    relative,
                    &lossy,
                    place,
                    "not UTF-8 text",
                    format!("save {relative} in the encoding UTF-8"),
                ))
            }
        }
    }

    /// The text of a file's beginning, for looking for a word: what is not UTF-8 in it is replaced.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn rough_text(&self, relative: &str) -> Result<Option<String>, FileProblem> {
        let Some(file) = self.open(relative)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(ENOUGH_FOR_A_WORD)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(relative, &error))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn bytes(&self, relative: &str) -> Result<Option<Vec<u8>>, FileProblem> {
        let Some(mut file) = self.open(relative)? else { return Ok(None) };
        let length = file.metadata().map_err(|error| unreadable(relative, &error))?.len();
        if length > LARGEST_FILE {
            return Err(FileProblem::whole_file(
                relative,
                format!("too large to be read ({length} bytes)"),
                format!("keep {relative} under {LARGEST_FILE} bytes"),
            ));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| unreadable(relative, &error))?;
        Ok(Some(bytes))
    }

    /// `None` if it does not exist.
    fn open(&self, relative: &str) -> Result<Option<File>, FileProblem> {
        let path = self.path(relative);
        match std::fs::metadata(&path) {
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                // A dangling symbolic link is there and cannot be read; that is not absence.
                match path.symlink_metadata() {
                    Ok(_) => Err(unreadable(relative, &error)),
                    Err(_) => Ok(None),
                }
            }
            Err(error) => Err(unreadable(relative, &error)),
            Ok(metadata) if metadata.is_dir() => Err(FileProblem::whole_file(
                relative,
                "is a directory where a file is expected",
                format!("make {relative} a file, or rename the directory"),
            )),
            // a pipe would be waited for, and a device may never end
            Ok(metadata) if !metadata.is_file() => Err(FileProblem::whole_file(
                relative,
                "is not a regular file",
                format!("make {relative} a file"),
            )),
            Ok(_) => File::open(&path).map(Some).map_err(|error| unreadable(relative, &error)),
        }
    }

    /// The names of the files in a directory, sorted; empty if it does not exist.
    #[must_use]
    pub fn names_in(&self, directory: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path(directory)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// The names in a directory, sorted, each with whether it is a directory: a symbolic link to one
    /// is not, since it may lead round in a circle.
    pub(super) fn entries_in(&self, directory: &str) -> Vec<(String, bool)> {
        let Ok(entries) = std::fs::read_dir(self.path(directory)) else { return Vec::new() };
        let mut found: Vec<(String, bool)> = entries
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let is_directory = entry.file_type().ok()?.is_dir();
                Some((entry.file_name().into_string().ok()?, is_directory))
            })
            .collect();
        found.sort();
        found
    }

    /// A JSON file, `None` if it does not exist.
    ///
    /// # Errors
    /// Where it cannot be read or is not JSON.
    pub fn json(&self, relative: &str) -> Result<Option<serde_json::Value>, FileProblem> {
        let Some(text) = self.text(relative)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            FileProblem::at(
                relative,
                &text,
                Place { line: error.line(), column: error.column().max(1) },
                json_reason(&error),
                format!("make {relative} valid JSON"),
            )
        })
    }

    /// A TOML file, `None` if it does not exist.
    ///
    /// # Errors
    /// Where it cannot be read or is not TOML.
    pub fn toml(&self, relative: &str) -> Result<Option<toml::Table>, FileProblem> {
        let Some(text) = self.text(relative)? else { return Ok(None) };
        toml::from_str(&text).map(Some).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            FileProblem::at(
                relative,
                &text,
                Place::of_offset(&text, offset),
                error.message(),
                format!("make {relative} valid TOML"),
            )
        })
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> FileProblem {
    FileProblem::whole_file(
        file,
        format!("cannot be read ({error})"),
        format!("make {file} a file that the build may read, or remove it"),
    )
}

/// Whether a file's name ends with this extension, in this case of letters.
pub(crate) fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

/// `serde_json`'s message without the place, which we tell in our own way.
#[must_use]
pub fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_not_an_error_and_a_directory_is() {
        let app = tempfile::tempdir().unwrap();
        std::fs::create_dir(app.path().join("Procfile")).unwrap();
        let files = AppFiles::new(app.path());
        assert_eq!(files.text("nothing").unwrap(), None);
        assert_eq!(
            files.text("Procfile").unwrap_err().to_string(),
            "Procfile: is a directory where a file is expected"
        );
    }

    #[test]
    fn a_dangling_link_is_an_error() {
        let app = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("nowhere", app.path().join("app.json")).unwrap();
        assert!(AppFiles::new(app.path()).text("app.json").is_err());
    }

    #[test]
    fn a_large_file_is_searched_at_its_beginning_and_is_no_manifest() {
        let app = tempfile::tempdir().unwrap();
        let large = format!("-- migrate:up\n{}", "x".repeat(5 * 1024 * 1024));
        std::fs::write(app.path().join("1.sql"), large).unwrap();
        let files = AppFiles::new(app.path());
        assert!(files.rough_text("1.sql").unwrap().unwrap().starts_with("-- migrate:up"));
        assert!(files.text("1.sql").unwrap_err().problem.starts_with("too large"));
    }

    #[test]
    fn broken_manifests_name_the_place() {
        let app = tempfile::tempdir().unwrap();
        std::fs::write(app.path().join("package.json"), "{\n  \"a\": 1,\n}\n").unwrap();
        std::fs::write(app.path().join("Cargo.toml"), "[package]\nname = \n").unwrap();
        std::fs::write(app.path().join("latin"), b"a\nb\xe4\n").unwrap();
        let files = AppFiles::new(app.path());
        assert_eq!(
            files.json("package.json").unwrap_err().to_string(),
            "package.json:3:1: trailing comma"
        );
        assert_eq!(files.toml("Cargo.toml").unwrap_err().place.unwrap().line, 2);
        assert_eq!(files.text("latin").unwrap_err().place, Some(Place { line: 2, column: 2 }));
    }
}
