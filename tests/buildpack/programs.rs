//! Where the classic buildpack gets its programs: the tarball, the release, cargo.

use crate::apps::App;
use crate::package::{ROOT, Run, Slug, classic_tree, script};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of the buildpack, and a place that stands for the releases' page.
struct Checkout {
    home: tempfile::TempDir,
}

const PROGRAMS: [(&str, &str); 2] = [
    ("review-data", env!("CARGO_BIN_EXE_review-data")),
    ("review-data-buildpack", env!("CARGO_BIN_EXE_review-data-buildpack")),
];

impl Checkout {
    fn new() -> Self {
        let checkout = Checkout { home: tempfile::tempdir().unwrap() };
        classic_tree(&checkout.buildpack());
        for file in ["Cargo.toml", "Cargo.lock", "src/main.rs"] {
            let path = checkout.buildpack().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        fs::create_dir(checkout.home.path().join("path")).unwrap();
        checkout
    }

    fn buildpack(&self) -> PathBuf {
        self.home.path().join("buildpack")
    }

    fn asset() -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("review-data-tools-{version}-{}.tgz", std::env::consts::ARCH)
    }

    /// A release with both programs; its checksum.
    fn release(&self) -> String {
        let directory = self.home.path().join(format!("releases/v{}", env!("CARGO_PKG_VERSION")));
        fs::create_dir_all(&directory).unwrap();
        let staged = tempfile::tempdir().unwrap();
        for (name, program) in PROGRAMS {
            fs::copy(program, staged.path().join(name)).unwrap();
        }
        let asset = directory.join(Self::asset());
        let mut tar = Command::new("tar");
        tar.arg("-czf").arg(&asset).arg("-C").arg(staged.path()).arg(".");
        Run::of(&mut tar).succeeded();
        let sum = Run::of(Command::new("sha256sum").arg(&asset)).succeeded().output;
        sum.split(' ').next().unwrap().to_owned()
    }

    fn sums(&self, text: &str) {
        fs::write(self.buildpack().join("tools.sha256"), text).unwrap();
    }

    /// A `cargo` that notes its call and makes the programs by copying ours.
    fn cargo(&self) {
        let calls = self.home.path().join("calls");
        let copy = PROGRAMS
            .map(|(name, program)| format!("cp '{program}' \"$CARGO_TARGET_DIR/release/{name}\""));
        script(
            &self.home.path().join("path/cargo"),
            &format!(
                "echo \"$@\" >>'{}'\nmkdir -p \"$CARGO_TARGET_DIR/release\"\n{}",
                calls.display(),
                copy.join("\n")
            ),
        );
    }

    fn cargo_calls(&self) -> usize {
        fs::read_to_string(self.home.path().join("calls")).unwrap_or_default().lines().count()
    }

    fn compile(&self, slug: &Slug) -> Run {
        let mut command = slug.script(&self.buildpack(), "compile");
        command.env("REVIEW_DATA_RELEASES", file_url(&self.home.path().join("releases")));
        command.env("PATH", format!("{}:/usr/bin:/bin", self.home.path().join("path").display()));
        Run::of(&mut command)
    }
}

fn file_url(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[test]
fn the_versions_agree() {
    let descriptor = fs::read_to_string(format!("{ROOT}/buildpack.toml")).unwrap();
    let descriptor: toml::Table = descriptor.parse().unwrap();
    let version = descriptor["buildpack"]["version"].as_str();
    assert_eq!(version, Some(env!("CARGO_PKG_VERSION")), "buildpack.toml and Cargo.toml");
}

#[test]
fn a_releases_programs_are_taken_when_their_checksum_is_right_and_kept() {
    let checkout = Checkout::new();
    let sum = checkout.release();
    checkout.sums(&format!("{sum}  {}\n", Checkout::asset()));
    let slug = Slug::of(&App::plain());
    checkout.compile(&slug).succeeded().saying("checked");
    assert!(slug.path().join(".review-data/bin/review-data").exists());
    fs::remove_dir_all(checkout.home.path().join("releases")).unwrap();
    checkout.compile(&slug).succeeded().not_saying("cargo");
    // what an earlier build left unpacked does not count, only what the checksum is of
    let kept = cached(&slug, "programs").join("review-data");
    script(&kept, "echo other");
    checkout.compile(&slug).succeeded();
    assert_eq!(fs::read(&kept).unwrap(), fs::read(PROGRAMS[0].1).unwrap());
    checkout.cargo();
    fs::write(cached(&slug, &Checkout::asset()), "other").unwrap();
    checkout.compile(&slug).succeeded().saying("building it with cargo");
}

/// A file of the cache by the beginning of its name.
fn cached(slug: &Slug, name: &str) -> PathBuf {
    let cache = slug.cache().join("review-data");
    let mut entries = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path());
    let found = entries.find(|path| path.file_name().unwrap().to_string_lossy().starts_with(name));
    found.unwrap_or_else(|| panic!("{} has no {name}", cache.display()))
}

#[test]
fn a_wrong_or_missing_checksum_stops_the_build() {
    let checkout = Checkout::new();
    checkout.cargo();
    checkout.release();
    let slug = Slug::of(&App::plain());
    let before = slug.files();
    checkout.compile(&slug).failed(1).saying("has no checksum in tools.sha256");
    checkout.sums(&format!("{}  {}\n", "0".repeat(64), Checkout::asset()));
    checkout.compile(&slug).failed(1).saying("is not what was released");
    assert_eq!(slug.files(), before);
    assert_eq!(checkout.cargo_calls(), 0, "a doubtful release is not papered over");
}

#[test]
fn without_a_release_cargo_builds_once() {
    let checkout = Checkout::new();
    checkout.cargo();
    let slug = Slug::of(&App::plain());
    checkout.compile(&slug).succeeded().saying("building it with cargo");
    checkout.compile(&slug).succeeded().not_saying("building it");
    assert_eq!(checkout.cargo_calls(), 1);
    let damaged = cached(&slug, "built-").join("review-data");
    let whole = fs::read(&damaged).unwrap();
    fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    checkout.compile(&slug).succeeded();
    assert_eq!(checkout.cargo_calls(), 2, "a program that was cut short");
    fs::write(checkout.buildpack().join("src/main.rs"), "// changed\n").unwrap();
    checkout.compile(&slug).succeeded();
    assert_eq!(checkout.cargo_calls(), 3, "other source, other programs");
}

#[test]
fn a_build_that_fails_says_what_to_do() {
    let checkout = Checkout::new();
    script(&checkout.home.path().join("path/cargo"), "echo 'error: no' >&2; exit 101");
    let slug = Slug::of(&App::plain());
    checkout.compile(&slug).failed(1).saying("could not be built").saying("release tarball");
}

#[test]
fn every_action_of_the_workflows_is_pinned_by_its_commit() {
    let mut seen = 0;
    for file in fs::read_dir(format!("{ROOT}/.github/workflows")).unwrap() {
        let path = file.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let Some((_, action)) = line.split_once("uses: ") else { continue };
            let commit = action.split_once('@').map(|(_, at)| at.split(' ').next().unwrap());
            let pinned = commit.is_some_and(|commit| {
                commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            assert!(pinned, "{}: {line}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "actions: {seen}");
}

#[test]
fn every_download_of_the_classic_build_pins_its_protocol() {
    let text = fs::read_to_string(format!("{ROOT}/bin/programs")).unwrap();
    let downloads: Vec<_> = text.lines().filter(|line| line.contains("curl ")).collect();
    assert_eq!(downloads.len(), 2, "{downloads:?}");
    for download in downloads {
        assert!(download.contains("--proto ") && download.contains("--tlsv1.2"), "{download}");
    }
}
