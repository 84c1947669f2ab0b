//! A justfile: <https://just.systems/man/en/>.

use super::recipes::{Recipe, Recipes, Step};
use std::collections::HashMap;

/// What only `just` knows, as a variable of the shell: then nobody takes it for a fixed text.
const UNKNOWN: &str = "$JUST";

/// `None` where the lines are not the shell's.
pub(super) fn parse(text: &str) -> Option<Recipes> {
    let text = text.replace("\\\n", " ");
    let mut recipes = Recipes::default();
    let mut variables: HashMap<String, String> = HashMap::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        if line.trim().is_empty() || line.starts_with(['#', '[', ' ', '\t']) {
            continue;
        }
        if let Some(setting) = line.strip_prefix("set ") {
            let other_shell = setting.starts_with("shell ") || setting.starts_with("shell:");
            if other_shell
                && !["\"sh\"", "\"bash\"", "\"dash\"", "\"zsh\""]
                    .iter()
                    .any(|shell| setting.contains(shell))
            {
                return None;
            }
            continue;
        }
        if let Some((name, value)) = line.split_once(":=") {
            let name = name.trim();
            if let Some(alias) = name.strip_prefix("alias ") {
                recipes.aliases.push((alias.trim().to_owned(), value.trim().to_owned()));
            } else if let Some(value) = literal(value) {
                let name = name.strip_prefix("export ").unwrap_or(name);
                variables.insert(name.to_owned(), value);
            }
            continue;
        }
        let Some((head, needed)) = line.split_once(':') else { continue };
        let mut words = head.trim_start_matches('@').split_whitespace();
        let Some(name) = words.next() else { continue };
        let mut recipe = Recipe { parameters: words.count(), ..Recipe::default() };
        let needed = needed.split('#').next().unwrap_or_default();
        let (before, after) = needed.split_once("&&").unwrap_or((needed, ""));
        recipe.steps.extend(others(before));
        let mut body = Vec::new();
        while let Some(line) =
            lines.next_if(|line| line.trim().is_empty() || line.starts_with([' ', '\t']))
        {
            body.push(line);
        }
        recipe.steps.extend(steps(&body, &variables));
        recipe.steps.extend(others(after));
        recipes.default.get_or_insert_with(|| name.to_owned());
        recipes.all.push((name.to_owned(), recipe));
    }
    Some(recipes)
}

/// `a (b "x") c`
fn others(list: &str) -> impl Iterator<Item = Step> {
    let mut depth = 0;
    list.split_whitespace()
        .filter_map(move |word| {
            let begins = depth == 0;
            depth += word.matches('(').count();
            depth -= word.matches(')').count().min(depth);
            begins.then(|| Step::Recipe(word.trim_matches(['(', ')']).to_owned()))
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// A fixed text.
fn literal(value: &str) -> Option<String> {
    let value = value.trim();
    let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
    let inner = value[1..].strip_suffix(quote)?;
    (!inner.contains([quote, '\\'])).then(|| inner.to_owned())
}

/// Each line in its own shell, or all lines as one script.
fn steps(body: &[&str], variables: &HashMap<String, String>) -> Vec<Step> {
    let first = body.iter().find(|line| !line.trim().is_empty());
    let Some(first) = first else { return Vec::new() };
    let indent = first.len() - first.trim_start().len();
    let lines = body.iter().map(|line| line.get(indent..).unwrap_or_default());
    if let Some(interpreter) = first.trim_start().strip_prefix("#!") {
        let is_shell = interpreter
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| ["sh", "bash", "dash", "zsh", "ash"].contains(&word));
        if !is_shell {
            return vec![Step::Unknown];
        }
        let script = lines.collect::<Vec<_>>().join("\n");
        return vec![Step::Script(expanded(&script, variables))];
    }
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let command = line.trim_start_matches(['@', '-']);
            let ignored = line[..line.len() - command.len()].contains('-');
            Step::Line(expanded(command.trim_start(), variables), ignored)
        })
        .collect()
}

/// With the values of `{{variables}}`.
fn expanded(line: &str, variables: &HashMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else { return UNKNOWN.to_owned() };
        out.push_str(variables.get(name.trim()).map_or(UNKNOWN, String::as_str));
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_are_read_with_what_they_need() {
        let text = "set dotenv-load\nset shell := [\"bash\", \"-uc\"]\nmanage := \"python manage.py\"\nalias m := migrate\n\n# first\ndefault: migrate\n\n@migrate *args: build (wait \"db\") && done\n    {{manage}} migrate {{args}}\n    -@{{manage}} loaddata demo\n\nscript name:\n    #!/usr/bin/env bash\n    set -e\n    {{manage}} seed\n\nbuild:\n\ttrue\n";
        let recipes = parse(text).unwrap();
        assert_eq!(recipes.default.as_deref(), Some("default"));
        assert_eq!(recipes.aliases, [("m".to_owned(), "migrate".to_owned())]);
        let steps = |name: &str| {
            let (_, recipe) = recipes.all.iter().find(|(own, _)| own == name).unwrap();
            recipe.steps.clone()
        };
        let recipe = |name: &str| Step::Recipe(name.to_owned());
        let line = |text: &str, ignored| Step::Line(text.to_owned(), ignored);
        assert_eq!(
            steps("migrate"),
            [
                recipe("build"),
                recipe("wait"),
                line("python manage.py migrate $JUST", false),
                line("python manage.py loaddata demo", true),
                recipe("done"),
            ]
        );
        let script = "#!/usr/bin/env bash\nset -e\npython manage.py seed\n".trim_end();
        assert!(matches!(&steps("script")[..], [Step::Script(text)] if text.trim_end() == script));
        assert_eq!(steps("build"), [line("true", false)]);
        assert!(parse("set shell := [\"python3\", \"-c\"]\na:\n  x\n").is_none());
    }
}
