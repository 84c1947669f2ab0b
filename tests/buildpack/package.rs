//! The buildpack as it is packaged, and how the platforms run it.

use crate::apps::App;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// How a run ended, and both of its streams in order, without colours.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) output: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        command.stdin(Stdio::null());
        command.stdout(writer.try_clone().expect("a pipe's end")).stderr(writer);
        let mut child = spawn(command);
        // The command holds the pipe's ends; without them reading ends when the child does.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).expect("the output");
        let code = child.wait().expect("the exit").code().unwrap_or(-1);
        let output = without_colours(&String::from_utf8_lossy(&bytes));
        Run { code, output: without_times(&output) }
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.output);
        self
    }

    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.output);
        self
    }

    #[track_caller]
    pub(crate) fn saying(self, text: &str) -> Self {
        assert!(self.output.contains(text), "should say {text:?}:\n{}", self.output);
        self
    }

    #[track_caller]
    pub(crate) fn not_saying(self, text: &str) -> Self {
        assert!(!self.output.contains(text), "should not say {text:?}:\n{}", self.output);
        self
    }
}

/// Starts a program that was written just now. Another test's fork may still hold the file open for
/// writing, until its own exec; then the system says that it is busy.
fn spawn(command: &mut Command) -> Child {
    loop {
        match command.spawn() {
            Ok(child) => return child,
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => panic!("{command:?}: {error}"),
        }
    }
}

fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain + rest
}

/// A build's last line without its time, which differs.
fn without_times(text: &str) -> String {
    match text.rsplit_once("Done (finished in ") {
        Some((before, after)) => {
            let rest = after.split_once("s)").map_or("", |(_, rest)| rest);
            format!("{before}Done{rest}")
        }
        None => text.to_owned(),
    }
}

/// Both layouts, made once: what `cargo libcnb package` makes, and the classic release's tarball.
pub(crate) struct Package {
    pub(crate) cnb: PathBuf,
    pub(crate) classic: PathBuf,
    /// Holds a `pg_dump` of a version that there is nothing to say about.
    clients: PathBuf,
}

pub(crate) fn package() -> &'static Package {
    static PACKAGE: OnceLock<Package> = OnceLock::new();
    PACKAGE.get_or_init(|| Package::made("buildpack", Path::new(env!("CARGO_BIN_EXE_review-data"))))
}

/// The same with a small file as the tool, which each build copies: for what a build decides and says.
pub(crate) fn light_package() -> &'static Package {
    static PACKAGE: OnceLock<Package> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let tool = directory.join(format!("light-tool-{}", std::process::id()));
        script(&tool, "exit 1");
        Package::made("light-buildpack", &tool)
    })
}

impl Package {
    fn made(name: &str, tool: &Path) -> Self {
        let home =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let build = Path::new(env!("CARGO_BIN_EXE_review-data-buildpack"));
        let programs = [("review-data", tool), ("review-data-buildpack", build)];
        let cnb = home.join("cnb");
        let additional = cnb.join(".libcnb-cargo/additional-bin");
        fs::create_dir_all(cnb.join("bin")).unwrap();
        fs::create_dir_all(&additional).unwrap();
        fs::copy(format!("{ROOT}/buildpack.toml"), cnb.join("buildpack.toml")).unwrap();
        symlink(programs[1].1, cnb.join("bin/build")).unwrap();
        symlink("build", cnb.join("bin/detect")).unwrap();
        symlink(programs[0].1, additional.join(programs[0].0)).unwrap();

        let classic = home.join("classic");
        classic_tree(&classic);
        let tools = classic.join("tools").join(std::env::consts::ARCH);
        fs::create_dir_all(&tools).unwrap();
        for (name, program) in programs {
            symlink(program, tools.join(name)).unwrap();
        }

        let clients = home.join("clients");
        fs::create_dir_all(&clients).unwrap();
        script(&clients.join("pg_dump"), "echo 'pg_dump (PostgreSQL) 18.1'");
        Package { cnb, classic, clients }
    }
}

/// The classic buildpack as a checkout has it: without programs.
pub(crate) fn classic_tree(directory: &Path) {
    fs::create_dir_all(directory.join("bin")).unwrap();
    for name in ["detect", "compile", "release", "programs"] {
        fs::copy(format!("{ROOT}/bin/{name}"), directory.join("bin").join(name)).unwrap();
    }
    fs::copy(format!("{ROOT}/buildpack.toml"), directory.join("buildpack.toml")).unwrap();
}

/// An executable shell script.
pub(crate) fn script(path: &Path, body: &str) {
    fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What the lifecycle gives to a buildpack, and what it gets.
pub(crate) struct Lifecycle {
    home: tempfile::TempDir,
    path: String,
    /// The directory of the buildpack.
    buildpack: PathBuf,
}

impl Lifecycle {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("platform/env")).unwrap();
        fs::create_dir_all(home.path().join("layers/review-data_review-data")).unwrap();
        fs::write(home.path().join("plan.toml"), "").unwrap();
        let path = format!("{}:/usr/bin:/bin", package().clients.display());
        Lifecycle { home, path, buildpack: package().cnb.clone() }
    }

    /// The buildpack from another place.
    pub(crate) fn from(self, buildpack: &Path) -> Self {
        Lifecycle { buildpack: buildpack.to_path_buf(), ..self }
    }

    /// A variable that the person who builds has set.
    pub(crate) fn with_variable(self, name: &str, value: &str) -> Self {
        fs::write(self.home.path().join("platform/env").join(name), value).unwrap();
        self
    }

    /// What other buildpacks have asked of us.
    pub(crate) fn with_plan(self, plan: &str) -> Self {
        fs::write(self.home.path().join("plan.toml"), plan).unwrap();
        self
    }

    /// The buildpacks of the group, in order.
    pub(crate) fn with_group(self, ids: &[&str]) -> Self {
        let entry = |id: &&str| format!("[[group]]\nid = \"{id}\"\nversion = \"1\"\n");
        let group: Vec<String> = ids.iter().map(entry).collect();
        fs::write(self.home.path().join("layers/group.toml"), group.concat()).unwrap();
        self
    }

    /// Programs found before all others.
    pub(crate) fn with_path(self, path: String) -> Self {
        Lifecycle { path, ..self }
    }

    fn phase(&self, name: &str, app: &App) -> Command {
        let mut command = Command::new(self.buildpack.join("bin").join(name));
        command.current_dir(app.path()).env_clear().env("PATH", &self.path);
        command.env("HOME", self.home.path()).env("CNB_BUILDPACK_DIR", &self.buildpack);
        command.env("CNB_TARGET_OS", "linux").env("CNB_TARGET_ARCH", "amd64");
        command.env("CNB_TARGET_DISTRO_NAME", "ubuntu");
        command.env("CNB_TARGET_DISTRO_VERSION", "24.04");
        command
    }

    /// Exit code 0 passes, 100 fails.
    pub(crate) fn detect(&self, app: &App) -> (Run, Option<String>) {
        let plan = self.home.path().join("detected.toml");
        let run =
            Run::of(self.phase("detect", app).arg(self.home.path().join("platform")).arg(&plan));
        (run, fs::read_to_string(plan).ok())
    }

    pub(crate) fn build(self, app: &App) -> Built {
        let run = self.run_build(app);
        Built { lifecycle: self, run }
    }

    fn run_build(&self, app: &App) -> Run {
        let home = self.home.path();
        let mut command = self.phase("build", app);
        command.arg(self.layers()).arg(home.join("platform")).arg(home.join("plan.toml"));
        Run::of(&mut command)
    }

    fn layers(&self) -> PathBuf {
        self.home.path().join("layers/review-data_review-data")
    }
}

pub(crate) struct Built {
    lifecycle: Lifecycle,
    pub(crate) run: Run,
}

impl Built {
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.run.code, 0, "{}", self.run.output);
        self
    }

    /// A second build over the first one's layers, as a rebuild without a cache is.
    pub(crate) fn again(self, app: &App) -> Self {
        let run = self.lifecycle.run_build(app);
        Built { run, ..self }
    }

    /// Everything that the build has written, by path; programs by their kind only.
    pub(crate) fn written(&self) -> BTreeMap<String, String> {
        tree(&self.lifecycle.layers())
    }

    /// Output and files, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("exit code {}\n{}", self.run.code, self.run.output.trim_start());
        for (path, content) in self.written() {
            shown = format!("{}\n\n== {path}\n{content}", shown.trim_end());
        }
        shown.trim_end().to_owned()
    }

    /// The command of a process type; `None` where the app lacks the type.
    pub(crate) fn process(&self, process_type: &str) -> Option<Vec<String>> {
        let launch: toml::Table = self.written().get("launch.toml")?.parse().unwrap();
        let process = launch.get("processes")?.as_array()?.iter().find(|process| {
            process.get("type").and_then(toml::Value::as_str) == Some(process_type)
        })?;
        let words = process.get("command")?.as_array()?.iter();
        Some(words.map(|word| word.as_str().unwrap().to_owned()).collect())
    }

    /// The migration command that we give as a default.
    pub(crate) fn default_command(&self) -> Option<String> {
        self.written().get("review-data/env.launch/REVIEW_DATA_MIGRATE_COMMAND.default").cloned()
    }

    /// A process as the launcher starts it: the layer's programs first on PATH, its defaults where
    /// without other variables, in the app's directory, without a shell.
    pub(crate) fn launch(&self, process_type: &str, app: &App, path: &str) -> Command {
        let words = self.process(process_type).expect("a process of that type");
        let programs = self.lifecycle.layers().join("review-data/bin");
        let program = if words[0] == "bash" { "bash".into() } else { programs.join(&words[0]) };
        let mut command = Command::new(program);
        command.args(&words[1..]).current_dir(app.path()).env_clear();
        command.env("PATH", format!("{}:{path}", programs.display()));
        if let Some(default) = self.default_command() {
            command.env("REVIEW_DATA_MIGRATE_COMMAND", default);
        }
        command
    }
}

/// Classic Heroku's build: a directory, a cache and config vars as files.
pub(crate) struct Slug {
    home: tempfile::TempDir,
    path: String,
}

impl Slug {
    pub(crate) fn of(app: &App) -> Self {
        let home = tempfile::tempdir().unwrap();
        for name in ["cache", "env"] {
            fs::create_dir(home.path().join(name)).unwrap();
        }
        copy_tree(&app.path(), &home.path().join("app"));
        let path = format!("{}:/usr/bin:/bin", package().clients.display());
        Slug { home, path }
    }

    pub(crate) fn with_config_var(self, name: &str, value: &str) -> Self {
        fs::write(self.home.path().join("env").join(name), value).unwrap();
        self
    }

    /// The build directory, and at run time the dyno's home.
    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join("app")
    }

    /// Where the config vars are, a file each.
    pub(crate) fn env_dir(&self) -> PathBuf {
        self.home.path().join("env")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.home.path().join("cache")
    }

    pub(crate) fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path().join(file)).ok()
    }

    /// One of our scripts, in an environment that holds nothing but a PATH and the stack's name.
    pub(crate) fn script(&self, buildpack: &Path, name: &str) -> Command {
        let mut command = Command::new(buildpack.join("bin").join(name));
        command.env_clear().env("PATH", &self.path).env("STACK", "heroku-24").arg(self.path());
        if name == "compile" {
            command.arg(self.cache()).arg(self.env_dir());
        }
        command.current_dir(self.home.path());
        command
    }

    pub(crate) fn compile(&self) -> Run {
        Run::of(&mut self.script(&package().classic, "compile"))
    }

    /// Everything in the build directory, by path.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        tree(&self.path())
    }

    /// A process as a dyno starts it: `.profile.d` sourced, then the Procfile's line by bash.
    pub(crate) fn dyno(&self, process_type: &str, path: &str) -> Command {
        let procfile = self.read("Procfile").expect("a Procfile");
        let line = procfile
            .lines()
            .filter_map(|line| line.split_once(':'))
            .filter(|(name, _)| name.trim() == process_type)
            .map(|(_, command)| command.trim().to_owned())
            .next_back()
            .expect("a line of that type");
        self.dyno_running(&line, path)
    }

    pub(crate) fn dyno_running(&self, line: &str, path: &str) -> Command {
        let mut command = Command::new("bash");
        command.args([
            "-c",
            "for part in .profile.d/*.sh; do . \"$part\"; done; exec bash -c \"$1\"",
            "dyno",
            line,
        ]);
        command.current_dir(self.path()).env_clear();
        command.env("HOME", self.path()).env("PATH", path);
        command
    }
}

/// Files by their paths; binary files by their permissions.
fn tree(directory: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(current) = open.pop() {
        for entry in fs::read_dir(&current).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = path.strip_prefix(directory).unwrap().to_string_lossy().into_owned();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_symlink() {
                files.insert(name, format!("-> {}", fs::read_link(&path).unwrap().display()));
            } else {
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                let bytes = fs::read(&path).unwrap();
                let text = String::from_utf8(bytes).unwrap_or(format!("(a program, {mode:o})"));
                files.insert(name, text);
            }
        }
    }
    files
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp");
    assert!(status.success(), "{} could not be copied", from.display());
}
