//! The apps that are built: fixtures, and small ones made in a test.

use crate::package::{ROOT, copy_tree};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A copy of an app's directory.
pub(crate) struct App {
    home: tempfile::TempDir,
}

/// An `app.json` that there is nothing to say about.
pub(crate) const GOOD_APP_JSON: &str = r#"{
  "buildpacks": [{ "url": "https://example.com/review-data.tgz" }, { "url": "heroku/python" }],
  "scripts": { "postdeploy": "review-data postdeploy" },
  "env": { "REVIEW_DATA_SOURCE_URL": { "required": true } }
}
"#;

impl App {
    pub(crate) fn empty() -> Self {
        let app = App { home: tempfile::tempdir().unwrap() };
        fs::create_dir(app.path()).unwrap();
        app
    }

    /// A fixture, by its directory's name.
    pub(crate) fn fixture(name: &str) -> Self {
        let app = App { home: tempfile::tempdir().unwrap() };
        copy_tree(&fixtures().join(name), &app.path());
        app
    }

    /// One of no language, that names its migration command.
    pub(crate) fn plain_without_language() -> Self {
        App::empty().with("app.json", GOOD_APP_JSON)
    }

    /// One that migrates by alembic, with nothing to warn of.
    pub(crate) fn plain() -> Self {
        App::fixture("alembic").with("app.json", GOOD_APP_JSON)
    }

    pub(crate) fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        if file.starts_with("bin/") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        self
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join("app")
    }
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(ROOT).join("tests/fixtures/apps")
}
