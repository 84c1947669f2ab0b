//! Code that changes the database when a program starts, in languages of lines: Python, Ruby, Elixir.

use super::{AtBoot, Does};
use crate::migrate::frameworks::app_files::AppFiles;

const PYTHON: &[&str] = &[
    "app.py",
    "main.py",
    "wsgi.py",
    "asgi.py",
    "run.py",
    "server.py",
    "application.py",
    "app/main.py",
    "app/app.py",
    "src/main.py",
    "src/app.py",
];
const RUBY: &[&str] = &["config.ru", "app.rb", "config/environment.rb", "config/boot.rb"];

/// Functions that a server calls when it starts.
const STARTING: &[&str] =
    &["create_app", "make_app", "lifespan", "startup", "on_startup", "startup_event"];

pub(super) fn found(app: &AppFiles) -> Vec<AtBoot> {
    let mut found = Vec::new();
    let packages = app.names_in("").into_iter().map(|name| format!("{name}/__init__.py"));
    let python = PYTHON.iter().map(|file| (*file).to_owned()).chain(packages);
    for (files, text, tool, does) in [
        (python.collect::<Vec<_>>(), ".create_all(", "SQLAlchemy", Does::Changes),
        (
            RUBY.iter().map(|file| (*file).to_owned()).collect(),
            "Sequel::Migrator.run(",
            "Sequel",
            Does::Migrates,
        ),
    ] {
        let at = files.iter().find_map(|file| {
            let source = app.rough_text(file).ok().flatten()?;
            let (line, text) = at_start(&source, text)?;
            Some((format!("{file}:{line}"), text))
        });
        if let Some((place, text)) = at {
            found.push(AtBoot { tool, does, place, text });
        }
    }
    for name in app.names_in("lib") {
        let file = format!("lib/{name}/application.ex");
        let Ok(Some(source)) = app.rough_text(&file) else { continue };
        let line = source.lines().position(|line| {
            let line = line.trim();
            // skip: a condition that is known only at run time
            line.starts_with("{Ecto.Migrator") && !source.contains("skip:")
        });
        if let Some(line) = line {
            let text = source.lines().nth(line).unwrap_or_default().trim().to_owned();
            let place = format!("{file}:{}", line + 1);
            found.push(AtBoot { tool: "Ecto", does: Does::Migrates, place, text });
        }
    }
    found
}

/// The first line with the text that runs when the file is loaded, or in a function that starts the
/// app: by its indentation, with no condition around it.
fn at_start(source: &str, wanted: &str) -> Option<(usize, String)> {
    let mut in_text = false;
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
        let was_in_text = in_text;
        in_text ^= quotes % 2 == 1;
        let code = line.trim();
        if was_in_text || in_text || code.is_empty() || code.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        open.retain(|(before, _)| *before < indent);
        let before = code.find(wanted).map(|at| &code[..at]);
        let is_code = before.is_some_and(|before| !before.contains(['#', '"', '\'', ' ']));
        if is_code && open.iter().all(|(_, header)| runs(header)) {
            return Some((index + 1, code.chars().take(60).collect()));
        }
        open.push((indent, code));
    }
    None
}

fn runs(header: &str) -> bool {
    let function = header.strip_prefix("async ").unwrap_or(header).strip_prefix("def ");
    let name = function.and_then(|rest| rest.split(['(', ':']).next());
    header.starts_with("with ")
        || header.starts_with("async with ")
        || name.is_some_and(|name| STARTING.contains(&name.trim()))
}
