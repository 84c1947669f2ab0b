//! The app's files near its root.

use super::app_files::AppFiles;

/// Files that are looked into, at most.
const MOST_FILES: usize = 200;

/// Directories that are entered, at most: a repository may have thousands.
const MOST_DIRECTORIES: usize = 500;

/// Directories that hold no code of the app's own.
const SKIPPED: &[&str] = &[
    "node_modules",
    "vendor",
    "target",
    "dist",
    "build",
    "obj",
    "bin",
    "tests",
    "test",
    "docs",
    "public",
    "assets",
    "static",
    "tmp",
    "log",
    "venv",
    "coverage",
];

/// Files of such names at the root and up to two directories below it, in order. The directory `bin`
/// of Rust's `src` is entered.
pub(super) fn files_near_root(app: &AppFiles, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = vec![String::new()];
    let mut entered = 0;
    for _ in 0..3 {
        let mut below = Vec::new();
        for directory in &directories {
            entered += 1;
            if entered > MOST_DIRECTORIES {
                return found;
            }
            for (name, is_directory) in app.entries_in(directory) {
                let path =
                    if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
                if !is_directory {
                    if fits(&name) && found.len() < MOST_FILES {
                        found.push(path);
                    }
                } else if enters(directory, &name) {
                    below.push(path);
                }
            }
        }
        directories = below;
    }
    found
}

fn enters(parent: &str, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    let is_test = last == "test" || last.ends_with("tests");
    let skipped = SKIPPED.contains(&name) && !(parent == "src" && name == "bin");
    !name.starts_with('.') && !skipped && !is_test
}
