//! A Taskfile: <https://taskfile.dev/reference/schema>. Its YAML is read as far as people write it: in
//! blocks, with short lists in brackets.

use super::recipes::{Recipe, Recipes, Step};

/// What only `task` knows, as a variable of the shell: then nobody takes it for a fixed text.
const UNKNOWN: &str = "$TASK";

/// A line with its depth, without comments.
struct Line<'a> {
    indent: usize,
    text: &'a str,
}

/// `None` where the file has no tasks that are understood.
pub(super) fn parse(text: &str) -> Option<Recipes> {
    if text.contains('\t') {
        return None;
    }
    let lines: Vec<Line<'_>> = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .map(|line| Line { indent: line.len() - line.trim_start().len(), text: line.trim() })
        .collect();
    let at = lines.iter().position(|line| line.indent == 0 && line.text == "tasks:")?;
    let mut recipes = Recipes { default: Some("default".to_owned()), ..Recipes::default() };
    for (name, value, inner) in entries(block(&lines, at)) {
        let (recipe, aliases) = task(value, inner);
        recipes.aliases.extend(aliases.into_iter().map(|alias| (alias, name.clone())));
        recipes.all.push((name, recipe));
    }
    Some(recipes)
}

/// The lines below this one that are deeper.
fn block<'a, 't>(lines: &'a [Line<'t>], at: usize) -> &'a [Line<'t>] {
    let rest = &lines[at + 1..];
    let is_in = |line: &Line<'_>| {
        line.indent > lines[at].indent
            || line.indent == lines[at].indent && line.text.starts_with("- ")
    };
    let end = rest.iter().position(|line| !is_in(line)).unwrap_or(rest.len());
    &rest[..end]
}

/// The keys of a mapping: name, value on the same line, lines below.
fn entries<'a, 't>(lines: &'a [Line<'t>]) -> Vec<(String, &'t str, &'a [Line<'t>])> {
    let Some(depth) = lines.first().map(|line| line.indent) else { return Vec::new() };
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.indent == depth) {
        if let Some((name, value)) = key(line.text) {
            found.push((name, value, block(lines, at)));
        }
    }
    found
}

/// `name: value`; names of tasks may have colons themselves.
fn key(line: &str) -> Option<(String, &str)> {
    let (name, value) = match line.strip_suffix(':') {
        Some(name) => (name, ""),
        None => line.split_once(": ")?,
    };
    (!name.contains(' ')).then(|| (unquoted(name), value.trim()))
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return inner.replace("\\\"", "\"");
        }
    }
    text.split(" #").next().unwrap_or_default().trim().to_owned()
}

fn task(value: &str, lines: &[Line<'_>]) -> (Recipe, Vec<String>) {
    let mut recipe = Recipe::default();
    let mut aliases = Vec::new();
    if !value.is_empty() {
        recipe.steps = commands(value, lines);
    } else if lines.first().is_some_and(|line| line.text.starts_with("- ")) {
        recipe.steps = list(lines);
    } else {
        let keys = entries(lines);
        // it decides whether the commands run at all
        let conditional = keys.iter().any(|(name, ..)| {
            ["status", "sources", "preconditions", "if", "platforms"].contains(&name.as_str())
        });
        for (name, value, lines) in keys {
            match name.as_str() {
                "dir" => recipe.directory = unquoted(value),
                "cmds" | "cmd" if conditional => recipe.steps.push(Step::Unknown),
                "cmds" | "cmd" => recipe.steps.extend(commands(value, lines)),
                "deps" => {
                    let before = names(value, lines).into_iter().map(Step::Recipe);
                    recipe.steps.splice(0..0, before);
                }
                "aliases" => aliases = names(value, lines),
                "desc" | "summary" | "silent" | "env" | "vars" | "dotenv" | "interactive"
                | "requires" | "internal" | "label" | "run" | "set" | "shopt" | "prompt" => {}
                "ignore_error" if value == "false" => {}
                _ => recipe.steps.push(Step::Unknown),
            }
        }
    }
    (recipe, aliases)
}

/// One command, a list in brackets, or a list below.
fn commands(value: &str, lines: &[Line<'_>]) -> Vec<Step> {
    match value {
        "" => list(lines),
        "|" | "|-" | ">" | ">-" => vec![Step::Script(scalar(value, lines))],
        _ if value.starts_with('[') => {
            names(value, lines).into_iter().map(|line| Step::Line(known(&line), false)).collect()
        }
        _ if value.starts_with('{') => vec![Step::Unknown],
        _ => vec![Step::Line(known(&unquoted(value)), false)],
    }
}

/// `- a`, `- cmd: a`, `- task: b`
fn list(lines: &[Line<'_>]) -> Vec<Step> {
    let Some(depth) = lines.first().map(|line| line.indent) else { return Vec::new() };
    let mut steps = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.indent == depth) {
        let Some(item) = line.text.strip_prefix("- ") else { return vec![Step::Unknown] };
        let item = item.trim();
        let inner = block(lines, at);
        let inner =
            &inner[..inner.iter().position(|line| line.indent == depth).unwrap_or(inner.len())];
        let further = |name: &str| {
            inner.iter().filter_map(|line| key(line.text)).find(|(own, _)| own == name)
        };
        let plain = ["ignore_error", "silent", "vars"];
        let is_plain = inner
            .iter()
            .filter(|line| inner.first().is_some_and(|first| first.indent == line.indent))
            .all(|line| key(line.text).is_some_and(|(name, _)| plain.contains(&name.as_str())));
        steps.push(match key(item) {
            Some((name, value)) if name == "cmd" && is_plain && !value.starts_with(['|', '>']) => {
                let ignored = further("ignore_error").is_some_and(|(_, value)| value == "true");
                Step::Line(known(&unquoted(value)), ignored)
            }
            Some((name, value)) if name == "task" && is_plain => Step::Recipe(unquoted(value)),
            Some((name, _)) if ["cmd", "task", "defer", "for"].contains(&name.as_str()) => {
                Step::Unknown
            }
            _ if ["|", "|-", ">", ">-"].contains(&item) => Step::Script(scalar(item, inner)),
            _ if item.starts_with('{') || !inner.is_empty() => Step::Unknown,
            _ => Step::Line(known(&unquoted(item)), false),
        });
    }
    steps
}

/// The text of a block.
fn scalar(mark: &str, lines: &[Line<'_>]) -> String {
    let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
    known(&texts.join(if mark.starts_with('|') { "\n" } else { " " }))
}

/// `[a, b]`, or a list below: `- a`, `- task: a`.
fn names(value: &str, lines: &[Line<'_>]) -> Vec<String> {
    if let Some(inner) = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')) {
        return inner.split(',').map(unquoted).filter(|name| !name.is_empty()).collect();
    }
    let items = lines.iter().filter_map(|line| line.text.strip_prefix("- "));
    items.map(|item| unquoted(item.strip_prefix("task: ").unwrap_or(item))).collect()
}

/// Without what only `task` puts in: `{{.NAME}}`.
fn known(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        out = out + before + UNKNOWN;
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_read_with_what_they_need() {
        let text = "version: '3'\nvars:\n  X: 1\ntasks:\n  default: task migrate\n  db:migrate:\n    desc: Migrates\n    deps: [build, \"wait\"]\n    cmds:\n      - python manage.py migrate # now\n      - cmd: python manage.py loaddata {{.X}}\n        ignore_error: true\n      - task: seed\n      - |\n        set -e\n        echo done\n    aliases: [m]\n  seed:\n    - python manage.py seed\n  maybe:\n    status: [test -f x]\n    cmds: [rake db:drop]\n";
        let recipes = parse(text).unwrap();
        let steps = |name: &str| {
            let (_, recipe) = recipes.all.iter().find(|(own, _)| own == name).unwrap();
            recipe.steps.clone()
        };
        let recipe = |name: &str| Step::Recipe(name.to_owned());
        let line = |text: &str, ignored| Step::Line(text.to_owned(), ignored);
        assert_eq!(
            steps("db:migrate"),
            [
                recipe("build"),
                recipe("wait"),
                line("python manage.py migrate", false),
                line("python manage.py loaddata $TASK", true),
                recipe("seed"),
                Step::Script("set -e\necho done".to_owned()),
            ]
        );
        assert_eq!(steps("seed"), [line("python manage.py seed", false)]);
        assert_eq!(steps("default"), [line("task migrate", false)]);
        assert!(steps("maybe").iter().all(|step| *step == Step::Unknown));
        assert_eq!(recipes.aliases, [("m".to_owned(), "db:migrate".to_owned())]);
        assert!(parse("version: '3'\n").is_none());
    }
}
