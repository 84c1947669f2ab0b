//! The ways to install, as a person takes them: the files that `scripts/package` makes, a checkout of
//! the repository, and the `project.toml` of README. A `.cnb` file needs pack: `tests/pack.rs`.

use crate::apps::App;
use crate::package::{Lifecycle, ROOT, Run, Slug, package};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `scripts/package` makes, of this build's programs: only building them would take longer.
fn packaged() -> &'static Path {
    static PACKAGED: OnceLock<PathBuf> = OnceLock::new();
    PACKAGED.get_or_init(|| {
        let home =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("packaged-{}", std::process::id()));
        let programs = home.join("programs");
        fs::create_dir_all(&programs).unwrap();
        for program in
            [env!("CARGO_BIN_EXE_review-data"), env!("CARGO_BIN_EXE_review-data-buildpack")]
        {
            let to = programs.join(Path::new(program).file_name().unwrap());
            let mut strip = Command::new("strip");
            Run::of(strip.arg("-o").arg(&to).arg(program)).succeeded();
        }
        let mut script = Command::new(format!("{ROOT}/scripts/package"));
        script.arg("--programs").arg(&programs).arg("--to").arg(home.join("made"));
        script.env("SOURCE_DATE_EPOCH", "1750000000").env("GZIP_LEVEL", "1");
        Run::of(&mut script).succeeded();
        home.join("made")
    })
}

fn dist(file: &str) -> PathBuf {
    packaged().join("dist").join(file)
}

fn unpacked(tarball: &Path) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    Run::of(tar.arg("-xzf").arg(tarball).arg("-C").arg(home.path())).succeeded();
    home
}

fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

/// Detect, compile and release of a classic buildpack, and the tool in a dyno.
#[track_caller]
fn works_on_classic_heroku(buildpack: &Path, releases: &str) {
    let slug = Slug::of(&App::plain().with("Procfile", "web: w\nrelease: bin/migrate\n"));
    let run = |name: &str| {
        Run::of(slug.script(buildpack, name).env("REVIEW_DATA_RELEASES", releases)).succeeded()
    };
    run("detect").saying("Review data");
    run("compile").saying("Migration command: bin/migrate").saying("Done");
    run("release").saying("release: review-data release");
    let procfile = slug.read("Procfile").unwrap();
    assert!(procfile.contains("release: review-data release\n"), "{procfile}");
    let version = Run::of(&mut slug.dyno_running("review-data --version", "/usr/bin:/bin"));
    version.succeeded().saying(VERSION);
}

/// Detect and build of a Cloud Native Buildpack, and the tool in its layer.
#[track_caller]
fn works_as_a_cloud_native_buildpack(buildpack: &Path, group: &[&str]) {
    let app = App::plain().with("Procfile", "web: w\nrelease: bin/migrate\n");
    let lifecycle = Lifecycle::new().from(buildpack).with_group(group);
    lifecycle.detect(&app).0.succeeded();
    let built = lifecycle.build(&app).succeeded();
    assert_eq!(built.process("release").unwrap(), ["review-data", "release"]);
    assert_eq!(built.default_command().as_deref(), Some("bin/migrate"));
    let refused = Run::of(&mut built.launch("release", &app, "/usr/bin:/bin"));
    assert_ne!(refused.code, 127, "the tool is there and runs: {}", refused.output);
}

#[test]
fn the_classic_tarball_by_its_address() {
    if !cfg!(target_arch = "x86_64") {
        return; // classic dynos are x86-64, and so is its tarball
    }
    let home = unpacked(&dist(&format!("review-data-buildpack-{VERSION}.tgz")));
    // It brings its programs: nothing is downloaded.
    works_on_classic_heroku(home.path(), "file:///nonexistent");
}

#[test]
fn a_checkout_of_the_repository_with_a_release() {
    let home = tempfile::tempdir().unwrap();
    let clone = home.path().join("review-data");
    let mut git = Command::new("git");
    git.args(["clone", "--quiet", "--depth", "1"]).arg(format!("file://{ROOT}")).arg(&clone);
    Run::of(&mut git).succeeded();
    // A tag's commit holds the checksums of its release.
    let asset = format!("review-data-tools-{VERSION}-{}.tgz", std::env::consts::ARCH);
    let sums = fs::read_to_string(dist("SHA256SUMS")).unwrap();
    let sum = sums.lines().find(|line| line.ends_with(&asset)).unwrap();
    fs::write(clone.join("tools.sha256"), format!("{sum}\n")).unwrap();
    let release = home.path().join(format!("releases/v{VERSION}"));
    fs::create_dir_all(&release).unwrap();
    fs::copy(dist(&asset), release.join(&asset)).unwrap();
    let releases = format!("file://{}", home.path().join("releases").display());
    works_on_classic_heroku(&clone, &releases);
}

#[test]
fn the_directory_that_pack_takes() {
    works_as_a_cloud_native_buildpack(&packaged().join("cnb"), &["review-data/review-data"]);
}

#[test]
fn the_project_toml_of_readme() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    let block = readme.split("```toml\n").find(|block| block.contains("io.buildpacks")).unwrap();
    let block = block.split("```").next().unwrap();
    let project: toml::Table = block.parse().unwrap();
    assert_eq!(project["_"]["schema-version"].as_str(), Some("0.2"), "else pack ignores the group");
    let group = project["io"]["buildpacks"]["group"].as_array().unwrap();
    let text = |entry: &toml::Value, key: &str| {
        entry.get(key).and_then(toml::Value::as_str).map(ToOwned::to_owned)
    };
    let ids: Vec<String> = group
        .iter()
        .map(|entry| text(entry, "id").unwrap_or("review-data/review-data".to_owned()))
        .collect();
    assert_eq!(ids.last().map(String::as_str), Some("review-data/review-data"));
    // The address ends with the name of a file that scripts/package makes.
    let address = group.iter().find_map(|entry| text(entry, "uri")).unwrap();
    let file = address.rsplit('/').next().unwrap();
    assert_eq!(file, format!("review-data-cnb-{VERSION}-amd64.tgz"));
    assert!(address.contains(&format!("/download/v{VERSION}/")), "{address}");
    let here = file.replace("amd64", architecture());
    let home = unpacked(&dist(&here));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    works_as_a_cloud_native_buildpack(home.path(), &ids);
    // and with this file in the app's directory detect passes without any other sign
    let app = App::empty().with("project.toml", block);
    Lifecycle::new().detect(&app).0.succeeded();
}

#[test]
fn a_package_holds_what_is_needed_and_nothing_of_this_machine() {
    let home = unpacked(&dist(&format!("review-data-cnb-{VERSION}-{}.tgz", architecture())));
    for file in [
        "buildpack.toml",
        "bin/build",
        "bin/detect",
        ".libcnb-cargo/additional-bin/review-data",
        "LICENSE",
    ] {
        assert!(home.path().join(file).exists(), "{file}");
    }
    let sums =
        Run::of(Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(dist("")));
    sums.succeeded().not_saying("FAILED");
    let listed = Run::of(
        Command::new("tar")
            .arg("-tvzf")
            .arg(dist(&format!("review-data-cnb-{VERSION}-{}.tgz", architecture()))),
    );
    listed.succeeded().saying(" 0/0 ");
    // the harness and the package are laid out alike
    let layout = |root: &Path| root.join(".libcnb-cargo/additional-bin/review-data").exists();
    assert!(layout(home.path()) && layout(&package().cnb));
}

#[test]
fn a_package_of_unknown_arguments_is_refused() {
    let mut script = Command::new(format!("{ROOT}/scripts/package"));
    Run::of(script.arg("--fast")).failed(2).saying("unknown argument --fast");
    let mut script = Command::new(format!("{ROOT}/scripts/package"));
    Run::of(script.args(["--record", "--programs", "/tmp"])).failed(2).saying("built here");
}
