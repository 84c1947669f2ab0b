//! The commands page and `--help` agree, and each command line that a page shows is understood.

use crate::page::{code, for_users, read, rows};
use std::collections::BTreeMap;
use std::process::{Command, Output};

fn tool(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_review-data"));
    command.args(arguments).env_clear().current_dir(env!("CARGO_TARGET_TMPDIR")).output().unwrap()
}

fn help(command: &str) -> String {
    let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
    let output = tool(&[&words[..], &["--help"]].concat());
    assert!(output.status.success(), "{command} --help");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands of a help text.
fn commands_of(help: &str) -> Vec<String> {
    let Some((_, list)) = help.split_once("Commands:\n") else { return Vec::new() };
    let list = list.split("\n\n").next().unwrap();
    let lines = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

/// Each option, as `-c, --children N`, with the text below it.
fn options_of(help: &str) -> BTreeMap<String, String> {
    let Some((_, list)) = help.split_once("Options:\n") else { return BTreeMap::new() };
    let mut options: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in list.lines() {
        let text = line.trim_start();
        let depth = line.len() - text.len();
        if text.starts_with('-') && depth < 8 {
            let (name, rest) = text.split_once("  ").unwrap_or((text, ""));
            current = name.trim().replace(['<', '>'], "");
            options.insert(current.clone(), rest.to_owned());
        } else if let Some(option) = options.get_mut(&current) {
            option.push(' ');
            option.push_str(text);
        }
    }
    options.retain(|name, _| !name.contains("--help") && !name.contains("--version"));
    options
}

#[test]
fn every_command_has_a_section_and_every_section_a_command() {
    let page = read("docs/commands.md");
    let sections = page.sections(2);
    let shown: Vec<&str> =
        sections.iter().map(|(heading, _)| *heading).filter(|h| h.starts_with('`')).collect();
    let mut printed = Vec::new();
    for command in commands_of(&help("")) {
        let below = commands_of(&help(&command));
        match &below[..] {
            [] => printed.push(format!("`{command}`")),
            below => printed.extend(below.iter().map(|other| format!("`{command} {other}`"))),
        }
    }
    assert!(printed.len() >= 7, "{printed:?}");
    let mut expected = printed.clone();
    expected.sort();
    let mut found: Vec<String> = shown.iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(found, expected);
}

/// Name, short form, value and default of each option.
#[test]
fn the_options_are_those_of_help() {
    let page = read("docs/commands.md");
    let mut compared = 0;
    for (heading, text) in page.sections(2) {
        if !heading.starts_with('`') {
            continue;
        }
        let command = heading.trim_matches('`');
        let printed = options_of(&help(command));
        let mut shown: BTreeMap<String, String> = BTreeMap::new();
        for row in rows(text) {
            shown.insert(code(row[0]).join(", "), row[1].to_owned());
        }
        // options that a sentence adopts from another command
        let adopted = text.lines().skip_while(|line| !line.starts_with("It takes these options"));
        let adopted: String = adopted.take_while(|line| !line.is_empty()).collect();
        let adopted: Vec<&str> =
            code(&adopted).into_iter().filter(|c| c.starts_with("--")).collect();
        for (name, text) in &printed {
            let long = name.split(' ').find(|word| word.starts_with("--")).unwrap();
            if adopted.contains(&long) {
                continue;
            }
            let default =
                shown.get(name).unwrap_or_else(|| panic!("{command}: no line for {name}"));
            if let [literal] = code(default)[..] {
                let said = [format!("[default: {literal}]"), format!(": {literal}]")];
                assert!(said.iter().any(|said| text.contains(said)), "{command} {name}: {text}");
            }
            compared += 1;
        }
        for name in shown.keys() {
            assert!(printed.contains_key(name), "{command} has no option {name}");
        }
        for long in adopted {
            let known = printed.keys().any(|name| name.contains(long));
            assert!(known, "{command} has no option {long}");
        }
    }
    assert!(compared >= 22, "{compared}");
}

/// The words of a command line as a shell splits it, with variables for values.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, c) => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Command lines of ours: `(where, line)`.
fn command_lines() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for page in for_users() {
        for block in page.blocks() {
            if ["sh", "procfile"].contains(&block.language) {
                let whole = block.text.replace("\\\n", " ");
                lines.extend(whole.lines().map(|line| (block.place.clone(), line.to_owned())));
            }
        }
        let prose = page.prose();
        lines.extend(code(&prose).into_iter().map(|code| (page.path.clone(), code.to_owned())));
    }
    lines
}

#[test]
fn every_command_line_of_ours_is_understood() {
    let mut seen = 0;
    for (place, line) in command_lines() {
        let line = line.split(" # ").next().unwrap().trim().to_owned();
        let rest = ["review-data ", "rdbms-subsetter ", "release: review-data "]
            .iter()
            .find_map(|start| Some((*start, line.strip_prefix(start)?)));
        let inside = line.split_once("heroku run review-data ").map(|(_, rest)| rest);
        let (name, rest) = match (rest, inside) {
            (Some((name, rest)), _) => (name, rest),
            (None, Some(rest)) => ("review-data ", rest.split(" --app ").next().unwrap()),
            (None, None) => continue,
        };
        if rest.starts_with(['…', '(']) {
            continue;
        }
        let mut words = words(rest);
        if name == "rdbms-subsetter " {
            words.insert(0, "subset".to_owned());
        }
        words.push("--help".to_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = tool(&words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{place}: {line}\n{said}");
        seen += 1;
    }
    assert!(seen >= 15, "the documents show commands: {seen}");
}

#[test]
fn an_unknown_option_is_not_understood() {
    assert!(!tool(&["postdeploy", "--repalce", "--help"]).status.success());
}

/// Options that prose names without a command.
#[test]
fn every_option_that_prose_names_is_one_of_ours_or_of_a_known_tool() {
    const OTHERS: [&str; 33] = [
        "--schema-only",
        "--single-transaction",
        "--long",
        "--quick",
        "--release",
        "--index",
        "--app",
        "--name",
        "--check",
        "--format",
        "--section",
        "--snapshot",
        "--entrypoint",
        "--path",
        "--builder",
        "--env",
        "--buildpack",
        "--rm",
        "--import",
        "--record",
        "--target",
        "--help",
        "--version",
        "--versions",
        "--only",
        "--before",
        "--servers",
        "--set-up",
        "--memory",
        "--line",
        "--latency",
        "--size",
        "--isolated",
    ];
    let ours: Vec<String> = ["release", "postdeploy", "subset", "plan", "status", "why"]
        .iter()
        .flat_map(|command| options_of(&help(command)).into_keys())
        .flat_map(|name| name.split([' ', ',']).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut seen = 0;
    for page in for_users() {
        let prose = page.prose();
        for code in code(&prose) {
            for word in code.split(' ').filter(|word| word.starts_with("--")) {
                let name = word.split('=').next().unwrap();
                let known =
                    ours.iter().any(|ours| ours.starts_with(name)) || OTHERS.contains(&name);
                assert!(known, "{}: {code}", page.path);
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn the_exit_codes_are_those_of_the_page() {
    let page = read("docs/commands.md");
    let sections = page.sections(2);
    let (_, text) = sections.iter().find(|(heading, _)| *heading == "Exit codes").unwrap();
    let codes: Vec<&str> = rows(text).iter().map(|row| row[0]).collect();
    assert_eq!(codes, ["0", "1", "2"]);
    // one that works, one that cannot reach its database, three that are wrong
    assert_eq!(tool(&["--version"]).status.code(), Some(0));
    let nobody = "postgres://ann@127.0.0.1:1/nowhere?connect_timeout=1";
    assert_eq!(tool(&["status", "--target", nobody]).status.code(), Some(1));
    assert_eq!(tool(&["realease"]).status.code(), Some(2));
    assert_eq!(tool(&["status"]).status.code(), Some(2), "no DATABASE_URL");
    assert_eq!(tool(&["postdeploy"]).status.code(), Some(2), "no review app");
}
