//! Apps as people write them: small ones of each kind, in `tests/fixtures/kinds/`, with what the build
//! is to say beside them. Each is built on both platforms.
//!
//! A file holds one app: `-- path --` begins a file of it, and `-- expected --` the expectations:
//!
//! - `command: X`: the migration command that the build gives (`-` for none)
//! - `says: X`, `says not: X`: a part of the output (`classic says:`, `cnb says:`: on one platform)
//! - `quiet`: no warning
//! - `nothing`: the build adds nothing and prints one line
//! - `snapshot`: the whole output is compared with a snapshot
//! - `cnb fails: X`: a Cloud Native build fails and says X, as its Procfile buildpack would
//! - `database: X`: the value of `DATABASE_URL` in the build

use crate::apps::App;
use crate::package::{Lifecycle, ROOT, Run, Slug, light_package};
use std::path::{Path, PathBuf};

struct Case {
    name: String,
    files: Vec<(String, String)>,
    expected: Vec<String>,
}

/// A build's output with what it has left behind.
struct Outcome {
    platform: &'static str,
    output: String,
    command: Option<String>,
    written: usize,
}

/// A warning has at most this many lines, its title included.
const LONGEST_WARNING: usize = 6;

/// The decisions of an app without problems take at most this many lines.
const MOST_DECISIONS: usize = 8;

fn cases() -> Vec<Case> {
    let directory = Path::new(ROOT).join("tests/fixtures/kinds");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Case::read(path)).collect()
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut files: Vec<(String, String)> = Vec::new();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let begins = line.strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
            if let Some(file) = begins {
                files.push((file.to_owned(), String::new()));
            } else if let Some((_, text)) = files.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        }
        let (last, expected) = files.pop().unwrap();
        assert_eq!(last, "expected", "{name}");
        let expected =
            expected.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
        Case { name, files, expected }
    }

    fn app(&self) -> App {
        self.files.iter().fold(App::empty(), |app, (file, text)| app.with(file, text))
    }

    fn has(&self, expectation: &str) -> bool {
        self.expected.iter().any(|line| line == expectation)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.expected.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
    }

    fn classic(&self) -> Outcome {
        let slug = Slug::of(&self.app());
        let slug = match self.value("database") {
            Some(url) => slug.with_config_var("DATABASE_URL", url),
            None => slug,
        };
        let before = slug.files().len();
        let mut compile = slug.script(&light_package().classic, "compile");
        let output = Run::of(&mut compile).succeeded().output;
        let command = slug.read(".profile.d/review-data.sh").and_then(|script| {
            let (_, command) = script.split_once("REVIEW_DATA_MIGRATE_COMMAND='")?;
            Some(command.rsplit_once('\'')?.0.replace(r"'\''", "'"))
        });
        let written = slug.files().len() - before;
        Outcome { platform: "classic", output, command, written }
    }

    fn cloud_native(&self) -> Option<Outcome> {
        let lifecycle = Lifecycle::new()
            .from(&light_package().cnb)
            .with_group(&["heroku/procfile", "review-data/review-data"]);
        let lifecycle = match self.value("database") {
            Some(url) => lifecycle.with_variable("DATABASE_URL", url),
            None => lifecycle,
        };
        let built = lifecycle.build(&self.app());
        if let Some(why) = self.value("cnb fails") {
            built.run.failed(1).saying(why);
            return None;
        }
        let built = built.succeeded();
        let written = built.written().keys().filter(|name| name.contains("bin/")).count();
        let command = built.default_command();
        Some(Outcome { platform: "cnb", output: built.run.output, command, written })
    }

    fn check(&self, outcome: &Outcome) {
        let Outcome { platform, output, .. } = outcome;
        let context = format!("{} on {platform}:\n{output}", self.name);
        for line in &self.expected {
            let (key, value) = line.split_once(": ").unwrap_or((line, ""));
            let key = key.strip_prefix(platform).map_or(key, str::trim_start);
            match key {
                "says" => assert!(plain(output).contains(value), "should say {value:?}: {context}"),
                "says not" => assert!(!plain(output).contains(value), "says {value:?}: {context}"),
                "command" => {
                    let command = outcome.command.as_deref().unwrap_or("-");
                    assert_eq!(command, value, "{context}");
                }
                "quiet" => {
                    assert!(warnings(output).is_empty(), "{context}");
                    // without the title and the last line
                    let decisions = output.trim().lines().count() - 2;
                    assert!(decisions <= MOST_DECISIONS, "{decisions} lines: {context}");
                }
                "nothing" => {
                    assert_eq!(outcome.written, 0, "{context}");
                    assert_eq!(output.trim().lines().count(), 2, "{context}");
                }
                "snapshot" => {
                    let suffix = format!("{}_{platform}", self.name);
                    insta::with_settings!({ snapshot_suffix => suffix }, {
                        insta::assert_snapshot!("whole", output.trim());
                    });
                }
                "database" | "fails" => {}
                _ if key.starts_with("classic ") || key.starts_with("cnb ") => {}
                _ => panic!("{}: what is {line:?}?", self.name),
            }
        }
        for warning in warnings(output) {
            let lines = warning.lines().count();
            assert!(lines <= LONGEST_WARNING, "{lines} lines: {warning}\n{context}");
        }
    }
}

/// The output without what the platforms put before each line.
fn plain(output: &str) -> String {
    output.lines().map(|line| line.trim_start_matches(" !").trim()).collect::<Vec<_>>().join("\n")
}

/// The warnings, each with its title.
fn warnings(output: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in output.lines() {
        let classic = line.strip_prefix(" !").map(str::trim);
        let begins =
            line.starts_with("[Warning: ") || classic.is_some_and(|line| !line.is_empty()) && !open;
        if begins {
            found.push(String::new());
            open = true;
        }
        if line.trim().is_empty() || classic == Some("") || line.starts_with("Done") {
            open = false;
        }
        if open && let Some(warning) = found.last_mut() {
            warning.push_str(line);
            warning.push('\n');
        }
    }
    found
}

#[test]
fn every_app_of_every_kind_is_understood_on_both_platforms() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    // each case waits for its builds most of the time
    let part = cases.len().div_ceil(4);
    std::thread::scope(|scope| {
        for cases in cases.chunks(part) {
            scope.spawn(move || {
                for case in cases {
                    case.check(&case.classic());
                    if let Some(outcome) = case.cloud_native() {
                        case.check(&outcome);
                    }
                }
            });
        }
    });
}

#[test]
fn ten_apps_have_their_whole_output_in_a_snapshot() {
    let snapshots = cases().iter().filter(|case| case.has("snapshot")).count();
    assert!(snapshots >= 10, "{snapshots}");
}
