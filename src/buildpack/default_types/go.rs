//! The Procfile that Go's buildpack writes if an app has no Procfile: a type for each main package of
//! the module, or `web` for a single one.

use crate::migrate::frameworks::AppFiles;
use std::path::Path;

/// Directories that are looked at: an app has fewer.
const MOST_DIRECTORIES: usize = 20_000;

/// Operating systems whose files Go leaves out on Linux.
const OTHER_SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "illumos",
    "ios",
    "js",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
];

pub(super) fn is_there(files: &AppFiles) -> bool {
    ["go.mod", "Gopkg.lock", "Godeps/Godeps.json", "vendor/vendor.json", "glide.yaml"]
        .iter()
        .any(|file| files.has(file))
}

/// `None` where the packages are not known exactly: an older way to name dependencies, or a main
/// package that is there under a condition.
pub(super) fn types(files: &AppFiles) -> Option<Vec<(String, String)>> {
    let module = files.rough_text("go.mod").ok()??;
    let module = module.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let module = module.trim().trim_matches('"');
    let mut names = Vec::new();
    let mut open = vec![files.root().to_path_buf()];
    let mut seen = 0;
    while let Some(directory) = open.pop() {
        seen += 1;
        if seen > MOST_DIRECTORIES {
            return None;
        }
        let mut main = false;
        for entry in std::fs::read_dir(&directory).ok()?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(['.', '_']) {
                continue;
            }
            if entry.file_type().ok()?.is_dir() {
                let nested = entry.path().join("go.mod").exists();
                if !nested && name != "vendor" && name != "testdata" {
                    open.push(entry.path());
                }
            } else if is_source(&name) {
                match Package::of(&entry.path())? {
                    Package::Main => main = true,
                    Package::MainOnCondition => return None,
                    Package::Other => {}
                }
            }
        }
        if main {
            let relative = directory.strip_prefix(files.root()).ok()?;
            let last = relative.file_name().map(|name| name.to_string_lossy().into_owned());
            let path = relative.to_string_lossy().into_owned();
            let last = last.or_else(|| module.rsplit('/').next().map(ToOwned::to_owned))?;
            names.push((path, last));
        }
    }
    names.sort();
    let command = |name: &str| format!("bin/{name}");
    Some(match names.as_slice() {
        [(_, only)] => vec![("web".to_owned(), command(only))],
        several => several.iter().map(|(_, name)| (name.clone(), command(name))).collect(),
    })
}

fn is_source(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".go") else { return false };
    let mut parts = stem.split('_').skip(1);
    !stem.ends_with("_test") && !parts.any(|part| OTHER_SYSTEMS.contains(&part))
}

enum Package {
    Main,
    /// With a build constraint before the package's name.
    MainOnCondition,
    Other,
}

impl Package {
    fn of(file: &Path) -> Option<Self> {
        let text = std::fs::read(file).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut condition = false;
        let mut in_comment = false;
        for line in text.lines().map(str::trim) {
            if in_comment {
                in_comment = !line.contains("*/");
            } else if line.starts_with("//go:build") || line.starts_with("// +build") {
                condition = true;
            } else if line.starts_with("/*") {
                in_comment = !line.contains("*/");
            } else if let Some(name) = line.strip_prefix("package ") {
                let name = name.split(|c: char| c.is_whitespace() || c == ';').next()?;
                return Some(match (name, condition) {
                    ("main", true) => Package::MainOnCondition,
                    ("main", false) => Package::Main,
                    _ => Package::Other,
                });
            }
        }
        Some(Package::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        types(&AppFiles::new(app.path()))
    }

    fn pair(name: &str, command: &str) -> (String, String) {
        (name.to_owned(), command.to_owned())
    }

    const MODULE: (&str, &str) = ("go.mod", "module example.com/shop\n\ngo 1.25\n");

    #[test]
    fn one_main_package_is_web_and_several_have_their_names() {
        let main = "// Starts it.\npackage main\n";
        assert_eq!(of(&[MODULE, ("main.go", main)]), Some(vec![pair("web", "bin/shop")]));
        let files = [
            MODULE,
            ("cmd/worker/main.go", main),
            ("cmd/api/main.go", "/* of\npackage x */\npackage main // yes\n"),
            ("api/api.go", "package api\n"),
            ("vendor/x/main.go", main),
            ("tool/go.mod", "module tool\n"),
            ("tool/main.go", main),
            ("cmd/dos/main_windows.go", main),
            ("api/main_test.go", main),
        ];
        assert_eq!(of(&files), Some(vec![pair("api", "bin/api"), pair("worker", "bin/worker")]));
        assert_eq!(of(&[MODULE]), Some(vec![]));
    }

    #[test]
    fn what_is_not_certain_is_not_known() {
        let sometimes = "//go:build tools\n\npackage main\n";
        assert_eq!(of(&[MODULE, ("main.go", "package main"), ("gen.go", sometimes)]), None);
        assert_eq!(of(&[("Gopkg.lock", ""), ("main.go", "package main\n")]), None);
    }
}
