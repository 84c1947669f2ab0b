//! Names that lead to commands: targets of a Makefile, tasks of Rake, aliases of Mix.

use crate::migrate::frameworks::AppFiles;
use std::collections::HashMap;
use std::path::Path;

/// A Makefile, as far as it is plain: variables with fixed values, targets with their recipes.
pub(super) struct Makefile {
    rules: Vec<(String, Rule)>,
}

#[derive(Clone, Default)]
pub(super) struct Rule {
    /// The targets that it needs.
    pub(super) before: Vec<String>,
    pub(super) lines: Vec<RecipeLine>,
}

#[derive(Clone)]
pub(super) struct RecipeLine {
    pub(super) command: String,
    /// It begins with a `-`.
    pub(super) ignores_failure: bool,
}

impl Makefile {
    pub(super) fn parse(text: &str) -> Self {
        let mut variables: HashMap<String, String> = HashMap::new();
        let mut rules: Vec<(String, Rule)> = Vec::new();
        let mut current: Vec<usize> = Vec::new();
        let text = text.replace("\\\n", " ");
        for line in text.lines() {
            if let Some(recipe) = line.strip_prefix('\t') {
                let mut command = recipe.trim();
                let mut ignores_failure = false;
                while let Some(rest) = command.strip_prefix(['@', '-', '+']) {
                    ignores_failure |= command.starts_with('-');
                    command = rest.trim_start();
                }
                if !command.is_empty() && !command.starts_with('#') {
                    let command = expanded(command, &variables);
                    for at in &current {
                        rules[*at]
                            .1
                            .lines
                            .push(RecipeLine { command: command.clone(), ignores_failure });
                    }
                }
                continue;
            }
            let line = line.split('#').next().unwrap_or_default();
            if line.trim().is_empty() {
                continue;
            }
            current.clear();
            let assignment = [":=", "?=", "="].iter().find_map(|sign| line.split_once(sign));
            if let Some((name, value)) = assignment.filter(|(name, _)| is_name(name.trim())) {
                let value = expanded(value.trim(), &variables);
                variables.insert(name.trim().to_owned(), value);
            } else if let Some((targets, before)) = line.split_once(':') {
                let before: Vec<String> = before
                    .trim_start_matches(':')
                    .split_whitespace()
                    .take_while(|word| *word != "|")
                    .map(str::to_owned)
                    .collect();
                for target in targets.split_whitespace().filter(|target| !target.starts_with('.')) {
                    current.push(rules.len());
                    rules.push((
                        target.to_owned(),
                        Rule { before: before.clone(), lines: Vec::new() },
                    ));
                }
            }
        }
        Makefile { rules }
    }

    pub(super) fn first(&self) -> Option<&str> {
        self.rules.first().map(|(name, _)| name.as_str())
    }

    pub(super) fn has(&self, target: &str) -> bool {
        self.rules.iter().any(|(name, _)| name == target)
    }

    pub(super) fn rule(&self, target: &str) -> Option<Rule> {
        let mut found = self.rules.iter().filter(|(name, _)| name == target).peekable();
        found.peek()?;
        let mut rule = Rule::default();
        for (_, part) in found {
            rule.before.extend(part.before.iter().cloned());
            rule.lines.extend(part.lines.iter().cloned());
        }
        Some(rule)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// A line of a Makefile with its variables; of the shell's own, `$$` becomes `$`.
fn expanded(line: &str, variables: &HashMap<String, String>) -> String {
    let mut line = line.to_owned();
    for (name, value) in variables {
        for form in [format!("$({name})"), format!("${{{name}}}")] {
            line = line.replace(&form, value);
        }
    }
    line.replace("$$", "$")
}

/// What a task of the app's own runs.
pub(super) struct Task {
    pub(super) file: String,
    /// Other tasks and commands, before it and within it.
    pub(super) runs: Vec<Run>,
    /// Whether it has other code besides.
    pub(super) has_code: bool,
}

/// What a task starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Run {
    Task(String),
    /// A command of the shell.
    Command(String),
}

/// The Rakefile and lib/tasks.
pub(super) fn rake_files(files: &AppFiles) -> Vec<(String, String)> {
    let tasks = files.names_in("lib/tasks").into_iter();
    let tasks = tasks
        .filter(|name| Path::new(name).extension().is_some_and(|end| end == "rake"))
        .map(|name| format!("lib/tasks/{name}"));
    std::iter::once("Rakefile".to_owned())
        .chain(tasks)
        .filter_map(|file| {
            let text = files.rough_text(&file).ok().flatten()?;
            Some((file, text))
        })
        .collect()
}

/// A task by its whole name, as the layout of the file shows it: namespaces and tasks end with an
/// `end` under their beginning.
pub(super) fn rake_task(file: &str, text: &str, wanted: &str) -> Option<Task> {
    let mut namespaces: Vec<(usize, String)> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line == "end" {
            namespaces.retain(|(before, _)| *before < indent);
        } else if let Some(name) = line.strip_prefix("namespace ") {
            namespaces.push((indent, symbol(name)?));
        } else if let Some(declared) =
            line.strip_prefix("task ").or_else(|| line.strip_prefix("task("))
        {
            let own = symbol(declared)?;
            let path: Vec<&str> =
                namespaces.iter().map(|(_, name)| name.as_str()).chain([own.as_str()]).collect();
            if path.join(":") != wanted {
                continue;
            }
            let mut runs: Vec<Run> = prerequisites(declared).into_iter().map(Run::Task).collect();
            let mut has_code = false;
            if declared.trim_end().ends_with("do") || declared.contains(" do |") {
                for body in lines.by_ref() {
                    let body_indent = body.len() - body.trim_start().len();
                    let body = body.trim();
                    if body == "end" && body_indent == indent {
                        break;
                    }
                    match started(body) {
                        Some(run) => runs.push(run),
                        None => {
                            has_code |= !body.is_empty()
                                && !body.starts_with('#')
                                && !body.starts_with("puts");
                        }
                    }
                }
            }
            runs.retain(|run| *run != Run::Task("environment".to_owned()));
            return Some(Task { file: file.to_owned(), runs, has_code });
        }
    }
    None
}

/// `:name`, `"name"`, `name:` at the beginning.
fn symbol(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['(', ' ', ':', '"', '\'']);
    let name: String =
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || "_-?!".contains(*c)).collect();
    (!name.is_empty()).then_some(name)
}

/// The tasks after `=>`, or after the colon of `name: ...`.
fn prerequisites(declared: &str) -> Vec<String> {
    let list = declared.split_once("=>").map(|(_, list)| list).or_else(|| {
        let (name, list) = declared.split_once(": ")?;
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(list)
    });
    let Some(list) = list else { return Vec::new() };
    let list = list.rsplit_once(" do").map_or(list, |(list, _)| list).trim();
    let list = list.strip_prefix("%w").or_else(|| list.strip_prefix("%i")).unwrap_or(list);
    list.split(|c: char| c.is_whitespace() || "[],()".contains(c))
        .map(|name| name.trim_matches([':', '"', '\'']).to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// `Rake::Task["db:seed"].invoke`
fn invoked(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("Rake::Task[")?;
    let (name, after) = rest.split_once(']')?;
    (after.starts_with(".invoke") || after.starts_with(".execute"))
        .then(|| name.trim_matches([':', '"', '\'']).to_owned())
}

/// What a line of a task starts, where that is all that the line does.
fn started(line: &str) -> Option<Run> {
    let is_command = ["sh ", "sh(", "system ", "system(", "system! ", "system!(", "`"]
        .iter()
        .any(|start| line.starts_with(start));
    if is_command {
        return quoted(line).map(Run::Command);
    }
    invoked(line).map(Run::Task)
}

/// The first string of a line; what Ruby puts into it is a variable for the shell.
fn quoted(line: &str) -> Option<String> {
    let start = line.find(['"', '\'', '`'])?;
    let quote = line[start..].chars().next()?;
    let end = line.rfind(quote).filter(|end| *end > start)?;
    let mut text = line[start + 1..end].replace("\\\"", "\"");
    while let Some((before, after)) = text.split_once("#{") {
        let (_, rest) = after.split_once('}')?;
        text = format!("{before}$RUBY{rest}");
    }
    Some(text)
}

/// The commands of `system("...")`, with their lines.
pub(super) fn started_by_ruby(text: &str) -> Vec<(usize, String)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .filter_map(|(index, line)| {
            let (_, rest) = line.split_once("system")?;
            let rest = rest.trim_start_matches(['!', '(', ' ']);
            let quote = rest.chars().next().filter(|c| "\"'".contains(*c))?;
            let (command, _) = rest[1..].split_once(quote)?;
            Some((index + 1, command.to_owned()))
        })
        .collect()
}

/// The tasks of an alias of mix.exs: `"ecto.setup": ["ecto.create", "ecto.migrate"]`.
pub(super) fn mix_alias(text: &str, name: &str) -> Option<Vec<String>> {
    let form = [format!("\"{name}\": "), format!(" {name}: ")];
    let at = form.iter().find_map(|form| text.find(form.as_str()).map(|at| at + form.len()))?;
    let list = text[at..].trim_start().strip_prefix('[')?;
    let (list, _) = list.split_once(']')?;
    let tasks: Vec<String> = list
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .filter(|task| !task.is_empty())
        .collect();
    (!tasks.is_empty()).then_some(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_makefile_gives_the_recipes_of_its_targets() {
        let makefile = Makefile::parse(
            "MANAGE = python manage.py\n.PHONY: all\n\nsetup: build\n\t@$(MANAGE) migrate\n\t-$(MANAGE) loaddata x \\\n\t  y\n\nbuild:\n\techo $$HOME\n",
        );
        assert_eq!(makefile.first(), Some("setup"));
        let rule = makefile.rule("setup").unwrap();
        assert_eq!(rule.before, ["build"]);
        assert_eq!(rule.lines[0].command, "python manage.py migrate");
        assert!(rule.lines[1].ignores_failure);
        assert_eq!(makefile.rule("build").unwrap().lines[0].command, "echo $HOME");
    }

    #[test]
    fn a_task_of_rake_gives_the_tasks_that_it_runs() {
        let text = "namespace :review do\n  task setup: %w[db:migrate db:seed]\n\n  desc 'x'\n  task :data => [:environment, 'a:b'] do\n    Rake::Task['db:schema:load'].invoke\n    User.create!\n  end\nend\ntask :other do\n  puts 1\nend\n";
        let task = |name| rake_task("Rakefile", text, name);
        let tasks = |names: &[&str]| -> Vec<Run> {
            names.iter().map(|name| Run::Task((*name).to_owned())).collect()
        };
        assert_eq!(task("review:setup").unwrap().runs, tasks(&["db:migrate", "db:seed"]));
        let data = task("review:data").unwrap();
        assert_eq!(data.runs, tasks(&["a:b", "db:schema:load"]));
        assert!(data.has_code);
        assert!(!task("other").unwrap().has_code);
        assert!(task("setup").is_none());
    }

    #[test]
    fn a_task_of_rake_gives_the_commands_that_it_starts() {
        let text = "task :copy do\n  sh 'pg_dump $A | psql $B'\n  system(\"rake a[#{x}] && b\")\n  `c`\n  sh command\nend\n";
        let task = rake_task("Rakefile", text, "copy").unwrap();
        let commands = ["pg_dump $A | psql $B", "rake a[$RUBY] && b", "c"];
        assert_eq!(task.runs, commands.map(|command| Run::Command(command.to_owned())));
        assert!(task.has_code);
    }

    #[test]
    fn an_alias_of_mix_gives_its_tasks() {
        let text = "defp aliases do\n  [\n    setup: [\"deps.get\", \"ecto.setup\"],\n    \"ecto.reset\": [\"ecto.drop\", \"ecto.setup\"]\n  ]\nend";
        assert_eq!(mix_alias(text, "ecto.reset").unwrap(), ["ecto.drop", "ecto.setup"]);
        assert_eq!(mix_alias(text, "setup").unwrap(), ["deps.get", "ecto.setup"]);
        assert_eq!(mix_alias(text, "ecto.migrate"), None);
    }

    #[test]
    fn ruby_starts_commands_by_system() {
        let text =
            "#!/usr/bin/env ruby\n# system 'x'\nsystem! \"bin/rails db:prepare\"\nsystem('yarn')\n";
        assert_eq!(
            started_by_ruby(text),
            [(3, "bin/rails db:prepare".to_owned()), (4, "yarn".to_owned())]
        );
    }
}
