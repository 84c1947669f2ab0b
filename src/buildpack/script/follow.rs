//! What a command leads to: scripts of the app, scripts of its manifests, targets, tasks.

use super::call::Call;
use super::effects::{by_name, is_listed};
use super::javascript::{self, Started};
use super::loops::Loops;
use super::part::{Condition, Effect, Hidden, Truth};
use super::paths::joined;
use super::targets;
use super::walk::{Context, Shell, Walker};
use serde_json::Value;
use std::path::Path;

const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh", "ash", "ksh"];

/// Commands of npm, Yarn and pnpm that are not scripts of package.json.
const OF_THE_MANAGER: &[&str] = &[
    "install",
    "ci",
    "add",
    "remove",
    "exec",
    "dlx",
    "prune",
    "cache",
    "config",
    "workspace",
    "workspaces",
    "set",
    "i",
    "init",
    "audit",
    "version",
    "x",
    "create",
];

fn is_javascript(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| ["js", "cjs", "mjs", "ts", "mts", "cts"].contains(&extension))
}

impl Walker<'_> {
    /// Reads what the command leads to; whether it leads anywhere that can be read.
    pub(super) fn follow(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        match call.program.as_str() {
            program if SHELLS.contains(&program) => self.shell(call, context, shell),
            "npm" | "yarn" | "pnpm" | "bun" => self.npm(call, context, shell),
            "run-s" | "npm-run-all" | "npm-run-all2" => {
                let names: Vec<String> = call.plain().into_iter().map(str::to_owned).collect();
                names.iter().all(|name| self.npm_script(name, "", context, shell, false))
            }
            "composer" => {
                let plain = call.plain();
                let name = match plain.as_slice() {
                    ["run" | "run-script", name, ..] | [name, ..] => (*name).to_owned(),
                    [] => return false,
                };
                self.composer_script(&name, context, shell)
            }
            "make" | "gmake" => self.make(call, context, shell),
            "just" | "task" => self.recipes(call, context, shell),
            "mix" => self.mix(call, context, shell),
            "rake" | "rails" => self.rake(call, context, shell),
            _ if is_listed(call) => false,
            _ => {
                self.script(&call.path, context, shell, None)
                    || self.node_script(call, context, shell)
            }
        }
    }

    /// `bash -ec '...'`, `sh script`
    fn shell(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let is_limited = call.lead.split_whitespace().any(|word| word == "timeout");
        let directory = shell.directory.clone();
        let loops = Loops { is_limited, ..Loops::default() };
        let mut inner = Shell { directory, loops, ..Shell::default() };
        let mut arguments = call.arguments.iter();
        while let Some(word) = arguments.next() {
            let text = word.text.as_str();
            match text.strip_prefix('-') {
                Some(flags) if !flags.starts_with('-') => {
                    inner.errexit |= flags.contains('e');
                    if flags.ends_with('o') {
                        match arguments.next().map(|word| word.text.as_str()) {
                            Some("pipefail") => inner.pipefail = true,
                            Some("errexit") => inner.errexit = true,
                            _ => {}
                        }
                    }
                    if flags.contains('c') {
                        let Some(script) = arguments.next() else { return false };
                        let text = script.text.clone();
                        self.entering(format!("sh -c {text}"), |walker| {
                            walker.text(&text, context, inner);
                        });
                        return true;
                    }
                }
                Some(_) => {}
                None if word.dynamic => return false,
                None => return self.script(text, context, shell, Some(inner)),
            }
        }
        false
    }

    /// A script of the app, by its path. `shell` is the one that runs it, where the command names it.
    fn script(
        &mut self,
        path: &str,
        context: &Context,
        outer: &Shell,
        shell: Option<Shell>,
    ) -> bool {
        let is_path = path.contains('/') || shell.is_some();
        let path = joined(&outer.directory, path);
        if !is_path || path.starts_with(['/', '.']) && path.contains("..") {
            return false;
        }
        let Ok(Some(text)) = self.files.rough_text(&path) else { return false };
        let first = text.lines().next().unwrap_or_default();
        let interpreter = first.strip_prefix("#!").unwrap_or_default();
        let is_shell = interpreter
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| SHELLS.contains(&word));
        let has_no_shebang = interpreter.is_empty()
            && Path::new(&path).extension().is_some_and(|extension| extension == "sh");
        if !(is_shell || has_no_shebang || shell.is_some()) {
            return self.program(&path, &text, interpreter, context, outer);
        }
        let mut inner = shell.unwrap_or_default();
        inner.directory.clone_from(&outer.directory);
        inner.errexit |= interpreter.split_whitespace().skip(1).any(|word| {
            word.strip_prefix('-').is_some_and(|flags| flags != "S" && flags.contains('e'))
        });
        let context = Context { file: Some(path.clone()), name: None, ..context.clone() };
        self.reading.files.push(path.clone());
        self.entering(path, |walker| walker.text(&text, &context, inner));
        true
    }

    /// A script of another language: the commands that it starts, as `system("...")` of Ruby.
    fn program(
        &mut self,
        path: &str,
        text: &str,
        interpreter: &str,
        context: &Context,
        shell: &Shell,
    ) -> bool {
        let started = |line, command| Started { line, command, condition: None };
        let commands: Vec<Started> = if interpreter.contains("ruby") {
            let found = targets::started_by_ruby(text).into_iter();
            found.map(|(line, command)| started(line, command)).collect()
        } else if interpreter.contains("node") || is_javascript(path) {
            javascript::started(text)
        } else {
            Vec::new()
        };
        if commands.is_empty() {
            return false;
        }
        let context = Context { file: Some(path.to_owned()), ..context.clone() };
        self.reading.partial = true;
        self.entering(path.to_owned(), |walker| {
            for Started { line, command, condition } in &commands {
                let mut context = Context { name: Some(format!("line {line}")), ..context.clone() };
                if let Some(condition) = condition {
                    context = context.under(Condition::new(condition, Truth::Unknown));
                }
                walker.text(command, &context, shell.clone());
            }
        });
        true
    }

    /// `node release.js`, `node scripts/release`
    fn node_script(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let starts = |word: &str| ["node", "tsx", "ts-node", "bun", "zx"].contains(&word);
        if !call.lead.split_whitespace().any(starts) {
            return false;
        }
        let path = joined(&shell.directory, &call.path);
        let path = if is_javascript(&path) { path } else { format!("{path}.js") };
        match self.files.rough_text(&path) {
            Ok(Some(text)) => self.program(&path, &text, "node", context, shell),
            _ => false,
        }
    }

    fn npm(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let mut shell = shell.clone();
        if let Some(directory) = call.option(&["--prefix", "-C", "--cwd", "--dir"]) {
            shell.directory = joined(&shell.directory, &directory.text);
        }
        let with_value =
            ["--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "--filter", "-F"];
        if call.arguments.iter().any(|word| with_value[4..].contains(&word.text.as_str())) {
            return false;
        }
        let mut words = call.arguments.iter().map(|word| word.text.as_str()).peekable();
        let mut run = false;
        let name = loop {
            match words.next() {
                None => return false,
                Some(option) if with_value.contains(&option) => {
                    words.next();
                }
                Some(option) if option.starts_with('-') => {}
                Some("run" | "run-script") if !run => run = true,
                Some(name) => break name.to_owned(),
            }
        };
        let rest: Vec<&str> = words.filter(|word| *word != "--").collect();
        let is_npm = call.program == "npm";
        if !run
            && (OF_THE_MANAGER.contains(&name.as_str())
                || is_npm && !["start", "test"].contains(&name.as_str()))
        {
            return false;
        }
        let with_hooks = is_npm || call.program == "yarn";
        if self.npm_script(&name, &rest.join(" "), context, &shell, with_hooks) {
            return true;
        }
        if is_npm || rest.is_empty() && run {
            return false;
        }
        // yarn knex migrate:latest
        let line = std::iter::once(name.as_str()).chain(rest).collect::<Vec<_>>().join(" ");
        self.entering(format!("{} {line}", call.program), |walker| {
            walker.text(&line, context, shell.clone());
        });
        true
    }

    /// A script of package.json, with the hooks that npm runs before and after it.
    pub(super) fn npm_script(
        &mut self,
        name: &str,
        arguments: &str,
        context: &Context,
        shell: &Shell,
        with_hooks: bool,
    ) -> bool {
        let file = joined(&shell.directory, "package.json");
        let Ok(Some(manifest)) = self.files.json(&file) else { return false };
        let script = |name: &str| {
            manifest.get("scripts").and_then(|scripts| scripts.get(name)).and_then(Value::as_str)
        };
        let Some(own) = script(name) else { return false };
        let own = if arguments.is_empty() { own.to_owned() } else { format!("{own} {arguments}") };
        let hook = |when: &str| {
            let name = format!("{when}{name}");
            let text = script(&name).filter(|_| with_hooks)?.to_owned();
            Some((name, text))
        };
        let all: Vec<(String, String)> = hook("pre")
            .into_iter()
            .chain(std::iter::once((name.to_owned(), own)))
            .chain(hook("post"))
            .collect();
        for (name, text) in all {
            let context =
                Context { file: Some(file.clone()), name: Some(name.clone()), ..context.clone() };
            let inner = Shell { directory: shell.directory.clone(), ..Shell::default() };
            self.entering(format!("{file} {name}"), |walker| walker.text(&text, &context, inner));
        }
        true
    }

    /// A script of composer.json.
    pub(super) fn composer_script(&mut self, name: &str, context: &Context, shell: &Shell) -> bool {
        let file = joined(&shell.directory, "composer.json");
        let Ok(Some(manifest)) = self.files.json(&file) else { return false };
        let Some(script) = manifest.get("scripts").and_then(|scripts| scripts.get(name)) else {
            return false;
        };
        let lines: Vec<String> = match script {
            Value::String(line) => vec![line.clone()],
            Value::Array(lines) => {
                lines.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => return false,
        };
        let context =
            Context { file: Some(file.clone()), name: Some(name.to_owned()), ..context.clone() };
        self.entering(format!("{file} {name}"), |walker| {
            for line in &lines {
                let inner = Shell { directory: shell.directory.clone(), ..Shell::default() };
                if let Some(php) = line.strip_prefix("@php ") {
                    walker.text(&format!("php {php}"), &context, inner);
                } else if let Some(command) = line.strip_prefix("@composer ") {
                    walker.text(&format!("composer {command}"), &context, inner);
                } else if let Some(other) = line.strip_prefix('@') {
                    let other = other.split_whitespace().next().unwrap_or_default();
                    if !walker.composer_script(other, &context, shell) {
                        walker.reading.partial = true;
                    }
                } else if line.contains("::") {
                    // a method of PHP
                    walker.unknown(line.clone(), None, &context, shell);
                } else {
                    walker.text(line, &context, inner);
                }
            }
        });
        true
    }

    fn make(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let mut shell = shell.clone();
        if let Some(directory) = call.option(&["-C", "--directory"]) {
            shell.directory = joined(&shell.directory, &directory.text);
        }
        let own = call.option(&["-f", "--file", "--makefile"]).map(|word| word.text.clone());
        let directory = call.option(&["-C", "--directory"]).map(|word| word.text.clone());
        let wanted: Vec<String> = call
            .plain()
            .into_iter()
            .filter(|word| !word.contains('='))
            .filter(|word| ![own.as_deref(), directory.as_deref()].contains(&Some(*word)))
            .map(str::to_owned)
            .collect();
        let usual = ["GNUmakefile", "makefile", "Makefile"];
        let files = own.as_deref().map_or(usual.to_vec(), |own| vec![own]);
        let found = files.iter().map(|name| joined(&shell.directory, name)).find_map(|file| {
            let text = self.files.rough_text(&file).ok().flatten()?;
            Some((file, text))
        });
        let Some((file, text)) = found else { return false };
        let makefile = targets::Makefile::parse(&text);
        let wanted = if wanted.is_empty() {
            makefile.first().map(str::to_owned).into_iter().collect()
        } else {
            wanted
        };
        if !wanted.iter().all(|target| makefile.has(target)) {
            return false;
        }
        for target in wanted {
            self.target(&makefile, &file, &target, context, &shell);
        }
        true
    }

    fn target(
        &mut self,
        makefile: &targets::Makefile,
        file: &str,
        target: &str,
        context: &Context,
        shell: &Shell,
    ) {
        let Some(rule) = makefile.rule(target) else { return };
        let context = Context {
            file: Some(file.to_owned()),
            name: Some(target.to_owned()),
            ..context.clone()
        };
        self.entering(format!("{file} {target}"), |walker| {
            for before in &rule.before {
                walker.target(makefile, file, before, &context, shell);
            }
            for line in &rule.lines {
                let context = if line.ignores_failure {
                    context.clone().hide(Hidden::Or("make's \"-\"".to_owned()))
                } else {
                    context.clone()
                };
                let inner = Shell { directory: shell.directory.clone(), ..Shell::default() };
                walker.text(&line.command, &context, inner);
            }
        });
    }

    /// `mix do a, b` and the aliases of mix.exs.
    fn mix(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let words: Vec<&str> = call.arguments.iter().map(|word| word.text.as_str()).collect();
        let Some((task, rest)) = words.split_first() else { return false };
        if *task == "do" {
            let rest = rest.join(" ");
            for task in rest.split([',', '+']).map(str::trim).filter(|task| !task.is_empty()) {
                let line = format!("mix {task}");
                self.entering(line.clone(), |walker| walker.text(&line, context, shell.clone()));
            }
            return true;
        }
        let file = joined(&shell.directory, "mix.exs");
        let Ok(Some(text)) = self.files.rough_text(&file) else { return false };
        let Some(tasks) = targets::mix_alias(&text, task) else { return false };
        let context =
            Context { file: Some(file.clone()), name: Some((*task).to_owned()), ..context.clone() };
        self.entering(format!("{file} {task}"), |walker| {
            for task in &tasks {
                walker.text(&format!("mix {task}"), &context, shell.clone());
            }
        });
        true
    }

    /// Tasks of the app's own. Where one of them can be read, each task is read on its own.
    fn rake(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let names: Vec<String> = call
            .plain()
            .into_iter()
            .filter(|word| !word.contains('='))
            .map(|word| word.split('[').next().unwrap_or_default().to_owned())
            .collect();
        let sources = targets::rake_files(self.files);
        let found: Vec<Option<targets::Task>> = names
            .iter()
            .map(|name| {
                sources.iter().find_map(|(file, text)| targets::rake_task(file, text, name))
            })
            .collect();
        if found.iter().all(Option::is_none) {
            return false;
        }
        for (name, task) in names.iter().zip(found) {
            let Some(task) = task else {
                let line = format!("{} {name}", call.lead);
                self.entering(format!("rake {name}"), |walker| {
                    walker.text(&line, context, shell.clone());
                });
                continue;
            };
            let context = Context {
                file: Some(task.file.clone()),
                name: Some(name.clone()),
                ..context.clone()
            };
            self.entering(format!("{} {name}", task.file), |walker| {
                for run in &task.runs {
                    let line = match run {
                        targets::Run::Task(other) => format!("{} {other}", call.lead),
                        targets::Run::Command(line) => line.clone(),
                    };
                    walker.text(&line, &context, shell.clone());
                }
                if task.has_code {
                    let line = format!("{} {name}", call.lead);
                    let effect = by_name(name).unwrap_or(Effect::Unknown);
                    walker.note(line, effect, None, &context, shell);
                }
            });
        }
        true
    }
}
