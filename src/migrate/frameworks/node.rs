//! Tools that are npm packages: by which command they run in a release, and whether they are there.
//!
//! A script of `package.json` that calls the tool wins over a bare command: it has the app's own
//! options. Heroku removes `devDependencies` after the build, unless a variable says otherwise:
//! <https://devcenter.heroku.com/articles/nodejs-support#skip-pruning>.

use super::app_files::AppFiles;
use super::framework::Recognised;
use super::node_manager::Manager;
use super::pending::PendingCheck;
use super::problem::FileProblem;
use super::remark::Remark;
use super::simple_command::SimpleCommand;
use serde_json::Value;

/// Variables of a build that decide whether `devDependencies` stay.
pub const VARIABLES: &[&str] = &[
    "NPM_CONFIG_PRODUCTION",
    "YARN_PRODUCTION",
    "YARN2_SKIP_PRUNING",
    "PNPM_SKIP_PRUNING",
    "NODE_ENV",
];

/// A tool, and the words by which it migrates.
pub(super) struct NodeTool {
    /// The package whose programs these are.
    pub(super) package: &'static str,
    pub(super) programs: &'static [&'static str],
    /// Such as `migrate:latest`, or `migrate deploy`.
    pub(super) migrate: &'static str,
}

/// How a tool is called, without the words that say what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    before: String,
    after: String,
    /// The script that calls it; with what it does, or without.
    script: Option<(String, Script)>,
    runner: Manager,
    /// The script among whose commands the call stands, where the script itself does more.
    within: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Migrates,
    OnlyCalls,
    /// The script does more: only the call is taken from it.
    Contains,
}

impl Call {
    /// The command that does this.
    pub(super) fn with(&self, words: &str) -> String {
        match &self.script {
            Some((name, Script::OnlyCalls)) => self.runner.run(name, words),
            _ => format!("{} {words}{}", self.before, self.after),
        }
    }

    /// The command that migrates.
    fn migrating(&self, words: &str) -> String {
        match &self.script {
            Some((name, Script::Migrates)) => self.runner.run(name, ""),
            _ => self.with(words),
        }
    }

    /// Whether it is a script that migrates.
    pub(super) fn is_migrating_script(&self) -> bool {
        matches!(self.script, Some((_, Script::Migrates)))
    }

    /// Whether a word of the call is this, or contains it.
    pub(super) fn has(&self, text: &str) -> bool {
        self.word(text).is_some()
    }

    /// The word of the call that contains this.
    pub(super) fn word(&self, text: &str) -> Option<String> {
        let words = self.before.split_whitespace().chain(self.after.split_whitespace());
        words.into_iter().find(|word| word.contains(text)).map(str::to_owned)
    }

    /// The script that is used, for the evidence.
    pub(super) fn script(&self) -> Option<String> {
        let own =
            self.script.as_ref().map(|(name, _)| format!("script \"{name}\" in package.json"));
        own.or_else(|| {
            self.within.as_ref().map(|name| format!("as in script \"{name}\" of package.json"))
        })
    }
}

impl NodeTool {
    /// The tool as the app calls it.
    pub(super) fn call(&self, app: &AppFiles) -> Result<Call, FileProblem> {
        let manifest = app.json("package.json")?;
        let runner = Manager::of(app, manifest.as_ref());
        let scripts = manifest.as_ref().and_then(|manifest| manifest.get("scripts")?.as_object());
        let mut calls: Vec<(Script, usize, Call)> = Vec::new();
        for (name, text) in scripts.into_iter().flatten() {
            let Some(text) = text.as_str() else { continue };
            let Some(rank) = rank(name, text) else { continue };
            let own = self.read(text).filter(|_| !runs_by_itself(name));
            if let Some((kind, before, after)) = own {
                let script = Some((name.clone(), kind));
                calls.push((kind, rank, Call { before, after, script, runner, within: None }));
            } else if let Some((before, after)) = self.call_among(text) {
                let within = Some(name.clone());
                let call = Call { before, after, script: None, runner, within };
                calls.push((Script::Contains, rank, call));
            }
        }
        calls.sort_by_key(|(kind, rank, _)| (*kind, *rank));
        let bare = || Call {
            before: format!("npx {}", self.programs[0]),
            after: String::new(),
            script: None,
            runner,
            within: None,
        };
        Ok(calls.into_iter().next().map_or_else(bare, |(_, _, call)| call))
    }

    /// Evidence and command; the script is named where there is one.
    pub(super) fn recognised(
        &self,
        call: &Call,
        evidence: impl Into<String>,
        pending: PendingCheck,
    ) -> Recognised {
        let evidence = match call.script() {
            Some(script) => format!("{}, {script}", evidence.into()),
            None => evidence.into(),
        };
        Recognised { evidence, command: call.migrating(self.migrate), pending }
    }

    /// The call that migrates among commands that are joined by `&&`, with its options. After a `cd`,
    /// the call would stand in another directory.
    fn call_among(&self, text: &str) -> Option<(String, String)> {
        let parts: Vec<&str> = text.split("&&").map(str::trim).collect();
        let at = parts
            .iter()
            .position(|part| matches!(self.read(part), Some((Script::Migrates, ..))))?;
        if parts[..at].iter().any(|part| part.starts_with("cd ") || part.contains(['(', '{'])) {
            return None;
        }
        let (_, before, after) = self.read(parts[at])?;
        Some((before, after))
    }

    /// What a script's text does with the tool, and the text around that.
    fn read(&self, text: &str) -> Option<(Script, String, String)> {
        SimpleCommand::of(text)?;
        let words: Vec<&str> = text.split_whitespace().collect();
        let program = words.iter().position(|word| {
            let name = word.rsplit('/').next().unwrap_or(word);
            self.programs.contains(&name)
        })?;
        if !words[..program].iter().all(|word| is_harmless(word)) {
            return None;
        }
        let mut called = words[..=program].to_vec();
        let first = called.iter().position(|word| !is_assignment(word)).unwrap_or(0);
        if !["npx", "npm", "yarn", "pnpm", "node"].contains(&called[first]) {
            called.insert(first, "npx");
        }
        let arguments = &words[program + 1..];
        let wanted: Vec<&str> = self.migrate.split(' ').collect();
        let at = arguments.windows(wanted.len()).position(|window| window == wanted);
        let joined =
            |words: &[&str]| words.iter().fold(String::new(), |all, word| all + " " + word);
        match at {
            Some(at) => Some((
                Script::Migrates,
                format!("{}{}", called.join(" "), joined(&arguments[..at])),
                joined(&arguments[at + wanted.len()..]),
            )),
            None if only_options(arguments) => Some((
                Script::OnlyCalls,
                format!("{}{}", called.join(" "), joined(arguments)),
                String::new(),
            )),
            None => None,
        }
    }

    /// Why the tool cannot run in a release, if it cannot.
    pub(super) fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        obstacle_of(app, self.package, self.programs)
    }
}

/// The same for any package with these programs.
pub(super) fn obstacle_of(
    app: &AppFiles,
    package: &str,
    programs: &[&str],
) -> Result<Option<Remark>, FileProblem> {
    let Some(manifest) = app.json("package.json")? else { return Ok(None) };
    let is_installed = programs.iter().any(|program| {
        app.path(&format!("node_modules/.bin/{program}")).symlink_metadata().is_ok()
    });
    let manager = Manager::of(app, Some(&manifest));
    let listed =
        |section| lists(&manifest, section, package) || in_workspaces(app, section, package);
    if is_installed || listed("dependencies") || listed("optionalDependencies") {
        return Ok(None);
    }
    let add = format!("{} {package}", manager.add());
    if !listed("devDependencies") {
        return Ok(Some(Remark::new(
            format!("{package} is not in package.json"),
            "npx would fetch its newest version at each release.",
            format!("Add the version that you use:\n{add}"),
        )));
    }
    if keeps_dev_dependencies(app, manager) {
        return Ok(None);
    }
    let remark = Remark::new(
        format!("{package} is not there when a release runs"),
        "It is in devDependencies, which Heroku removes after the build.",
        format!("Move it to dependencies:\n{add}"),
    );
    Ok(Some(remark.or(format!("or keep all of them: heroku config:set {}", manager.keeping()))))
}

/// The script that builds the app, if it has one.
pub(super) fn build_script(app: &AppFiles) -> Result<Option<String>, FileProblem> {
    let manifest = app.json("package.json")?;
    let scripts = manifest.as_ref().and_then(|manifest| manifest.get("scripts")?.as_object());
    let names = ["heroku-postbuild", "build"];
    let found = names.iter().find(|name| scripts.is_some_and(|all| all.contains_key(**name)));
    Ok(found.map(|name| (*name).to_owned()))
}

/// Whether a package is there when a release runs, as far as the manifest tells.
pub(super) fn is_kept(app: &AppFiles, package: &str) -> Result<bool, FileProblem> {
    Ok(obstacle_of(app, package, &[])?.is_none())
}

/// Whether `package.json` lists a package in this section.
fn lists(manifest: &Value, section: &str, package: &str) -> bool {
    let section = manifest.get(section).and_then(Value::as_object);
    section.is_some_and(|packages| packages.contains_key(package))
}

/// Whether a workspace's own `package.json` does: its programs are installed at the root.
fn in_workspaces(app: &AppFiles, section: &str, package: &str) -> bool {
    ["packages", "apps", "services", "libs"].iter().any(|parent| {
        app.names_in(parent).iter().any(|name| {
            let manifest = app.json(&format!("{parent}/{name}/package.json"));
            matches!(manifest, Ok(Some(manifest)) if lists(&manifest, section, package))
        })
    })
}

fn keeps_dev_dependencies(app: &AppFiles, manager: Manager) -> bool {
    let is = |name: &str, value: &str| {
        let set = app.variable(name);
        set.is_some_and(|set| set.eq_ignore_ascii_case(value))
    };
    let another_environment =
        app.variable("NODE_ENV").is_some_and(|value| !value.is_empty() && value != "production");
    let (name, value) = manager.keeping().split_once('=').unwrap_or_default();
    let skips = ["NPM_CONFIG_PRODUCTION", "YARN_PRODUCTION"].iter().any(|name| is(name, "false"))
        || is("YARN2_SKIP_PRUNING", "true")
        || is(name, value);
    skips || another_environment || skips_in_project_toml(app)
}

/// `[com.heroku.buildpacks.nodejs] actions.prune_devdependencies.skip = true`
fn skips_in_project_toml(app: &AppFiles) -> bool {
    let Ok(Some(project)) = app.toml("project.toml") else { return false };
    let path = ["heroku", "buildpacks", "nodejs", "actions", "prune_devdependencies", "skip"];
    path.iter()
        .try_fold(project.get("com"), |value, key| Some(value?.get(key)))
        .flatten()
        .and_then(toml::Value::as_bool)
        == Some(true)
}

/// Words before the program that only start it.
fn is_harmless(word: &str) -> bool {
    const STARTERS: &[&str] = &[
        "npx",
        "--no-install",
        "--no",
        "npm",
        "yarn",
        "pnpm",
        "exec",
        "run",
        "node",
        "cross-env",
        "--",
    ];
    STARTERS.contains(&word) || is_assignment(word)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}

/// Whether the arguments say only how, and not what to do.
fn only_options(arguments: &[&str]) -> bool {
    let mut after_option = false;
    arguments.iter().all(|word| {
        let is_option = word.starts_with('-');
        let fits = is_option || after_option;
        after_option = is_option && !word.contains('=');
        fits
    })
}

/// The lower, the better; `None` for scripts that are not for production.
fn rank(name: &str, text: &str) -> Option<usize> {
    const NOT_IN_PRODUCTION: &[&str] = &["test", "dev", "local", "e2e", "ci", "watch", "reset"];
    const USUAL: &[&str] = &[
        "migrate",
        "db:migrate",
        "migrate:latest",
        "migrate:up",
        "migrate:deploy",
        "migrate:prod",
        "db:deploy",
        "migration:run",
        "migrations:run",
        "migration:up",
    ];
    let parts = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect()
    };
    let elsewhere =
        |part: &String| NOT_IN_PRODUCTION.contains(&part.as_str()) || part == "development";
    if parts(name).iter().any(elsewhere) || parts(text).iter().any(elsewhere) {
        return None;
    }
    Some(USUAL.iter().position(|usual| *usual == name).unwrap_or(USUAL.len()))
}

/// Scripts that npm or Heroku runs unasked: to run one by its name would do more.
fn runs_by_itself(name: &str) -> bool {
    let whole = ["install", "prepare", "build", "start", "test", "publish"];
    let base = name.strip_prefix("pre").or_else(|| name.strip_prefix("post")).unwrap_or(name);
    whole.contains(&base) || name.starts_with("heroku-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNEX: NodeTool =
        NodeTool { package: "knex", programs: &["knex"], migrate: "migrate:latest" };
    const PG: NodeTool =
        NodeTool { package: "node-pg-migrate", programs: &["node-pg-migrate"], migrate: "up" };

    fn app(files: &[(&str, &str)]) -> (tempfile::TempDir, AppFiles) {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let files = AppFiles::new(directory.path());
        (directory, files)
    }

    fn commands(tool: &NodeTool, scripts: &str, lockfile: &str, other: &str) -> [String; 2] {
        let manifest = format!("{{\"scripts\": {{{scripts}}}}}");
        let (_directory, files) = app(&[("package.json", &manifest), (lockfile, "")]);
        let call = tool.call(&files).unwrap();
        [call.migrating(tool.migrate), call.with(other)]
    }

    #[test]
    fn a_script_that_migrates_is_run_and_its_options_serve_the_question() {
        let scripts =
            "\"db:migrate\": \"knex --knexfile db/knexfile.js migrate:latest --env production\"";
        assert_eq!(
            commands(&KNEX, scripts, "package-lock.json", "migrate:list"),
            [
                "npm run db:migrate",
                "npx knex --knexfile db/knexfile.js migrate:list --env production"
            ]
        );
        let scripts = "\"migrate\": \"NODE_ENV=production npx knex migrate:latest\"";
        assert_eq!(
            commands(&KNEX, scripts, "yarn.lock", "migrate:list"),
            ["yarn run migrate", "NODE_ENV=production npx knex migrate:list"]
        );
        let scripts = "\"migrate\": \"node node_modules/.bin/knex migrate:latest\"";
        assert_eq!(commands(&KNEX, scripts, "pnpm-lock.yaml", "x")[0], "pnpm run migrate");
    }

    #[test]
    fn a_script_that_only_calls_the_tool_is_told_what_to_do() {
        let scripts = "\"migrate\": \"node-pg-migrate -m db/migrations\"";
        for (lockfile, expected) in [
            ("package-lock.json", ["npm run migrate -- up", "npm run migrate -- up --dry-run"]),
            ("yarn.lock", ["yarn run migrate up", "yarn run migrate up --dry-run"]),
            ("pnpm-lock.yaml", ["pnpm run migrate up", "pnpm run migrate up --dry-run"]),
        ] {
            assert_eq!(commands(&PG, scripts, lockfile, "up --dry-run"), expected);
        }
        let both = "\"m\": \"node-pg-migrate -m a\", \"migrate:up\": \"node-pg-migrate -m a up\"";
        assert_eq!(commands(&PG, both, "x", "y")[0], "npm run migrate:up");
    }

    #[test]
    fn other_scripts_are_not_taken() {
        for scripts in [
            "\"rollback\": \"knex migrate:rollback\"",
            "\"migrate\": \"cd db && knex migrate:latest\"",
            "\"migrate:test\": \"knex migrate:latest\"",
            "\"migrate\": \"NODE_ENV=development knex migrate:latest\"",
            "\"migrate\": \"docker compose run app knex migrate:latest\"",
            "\"migrate\": \"other migrate:latest\"",
            "",
        ] {
            assert_eq!(
                commands(&KNEX, scripts, "x", "y")[0],
                "npx knex migrate:latest",
                "{scripts}"
            );
        }
    }

    #[test]
    fn a_call_among_others_gives_its_options() {
        for (scripts, expected) in [
            (
                "\"start\": \"knex migrate:latest --env x && node s.js\"",
                "npx knex migrate:latest --env x",
            ),
            ("\"migrate\": \"knex migrate:latest && knex seed:run\"", "npx knex migrate:latest"),
            ("\"prestart\": \"knex --cwd db migrate:latest\"", "npx knex --cwd db migrate:latest"),
            (
                "\"heroku-postbuild\": \"tsc && knex migrate:latest -x\", \"m\": \"knex migrate:latest\"",
                "npm run m",
            ),
        ] {
            assert_eq!(commands(&KNEX, scripts, "x", "y")[0], expected, "{scripts}");
        }
    }

    fn obstacle(files: &[(&str, &str)], variables: &[(&str, &str)]) -> String {
        let (_directory, files) = app(files);
        let files = files.with_variables(variables.iter().copied());
        KNEX.obstacle(&files).unwrap().map_or_else(|| "-".to_owned(), |remark| remark.title)
    }

    #[test]
    fn a_tool_that_heroku_removes_is_an_obstacle() {
        let development = ("package.json", "{\"devDependencies\": {\"knex\": \"3\"}}");
        let title = "knex is not there when a release runs";
        assert_eq!(obstacle(&[development], &[]), title);
        assert_eq!(obstacle(&[development], &[("NODE_ENV", "production")]), title);
        assert_eq!(obstacle(&[development], &[("NPM_CONFIG_PRODUCTION", "true")]), title);
        for variable in [
            ("NPM_CONFIG_PRODUCTION", "false"),
            ("YARN_PRODUCTION", "false"),
            ("NODE_ENV", "staging"),
        ] {
            assert_eq!(obstacle(&[development], &[variable]), "-", "{variable:?}");
        }
        let toml = "[com.heroku.buildpacks.nodejs]\nactions.prune_devdependencies.skip = true\n";
        assert_eq!(obstacle(&[development, ("project.toml", toml)], &[]), "-");
        assert_eq!(obstacle(&[development, ("node_modules/.bin/knex", "")], &[]), "-");
        assert_eq!(
            obstacle(&[("package.json", "{\"dependencies\": {\"knex\": \"3\"}}")], &[]),
            "-"
        );
    }

    #[test]
    fn a_tool_that_is_not_listed_would_be_fetched_unpinned() {
        let without = ("package.json", "{\"dependencies\": {\"pg\": \"8\"}}");
        assert_eq!(obstacle(&[without], &[]), "knex is not in package.json");
        let workspace = ("packages/db/package.json", "{\"dependencies\": {\"knex\": \"3\"}}");
        assert_eq!(obstacle(&[without, workspace], &[]), "-");
        assert_eq!(obstacle(&[], &[]), "-");
    }
}
