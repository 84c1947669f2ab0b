//! What the build warns of in a Procfile.

use crate::buildpack::decision::{Origin, RELEASE};
use crate::buildpack::procfile::{Dialect, OddLine, Process, Procfile};
use crate::buildpack::surroundings::ProcfileBuildpack;
use crate::buildpack::warning::Warning;
use crate::migrate::COMMAND_VARIABLE;

/// Lines quoted in one warning; of further lines it gives the numbers.
const LINES_QUOTED: usize = 2;

pub(crate) fn own_postdeploy(process: &Process<'_>) -> Warning {
    Warning::new(
        "The app has its own postdeploy process",
        format!(
            "The Procfile's postdeploy (line {}) does not call review-data and is left\n\
             alone: {}\n\
             Ours is not added under that name. Let app.json call it instead:\n\
             \"scripts\": {{ \"postdeploy\": \"review-data postdeploy\" }}",
            process.line, process.command
        ),
    )
}

pub(crate) fn release_line_unused(command: &str, line: Option<usize>, origin: &Origin) -> Warning {
    let winner = match origin {
        Origin::Variable => format!("the config var {COMMAND_VARIABLE}"),
        _ => "[migrate] command in review-data.toml".to_owned(),
    };
    let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
    Warning::new(
        "The Procfile's release command will not run",
        format!(
            "{winner} takes the place of\n\
             the Procfile's release{place}: {command}\n\
             If both must run, join them in one command with &&.\n\
             If not, write release: {RELEASE} in the Procfile."
        ),
    )
}

pub(crate) fn replaced_by_procfile_buildpack(
    command: &str,
    place: ProcfileBuildpack,
) -> Option<Warning> {
    let title = match place {
        ProcfileBuildpack::After => "The Procfile's release replaces ours",
        ProcfileBuildpack::Unknown => {
            "A Procfile buildpack after this one would replace our release"
        }
        ProcfileBuildpack::Before | ProcfileBuildpack::Absent => return None,
    };
    let first = match place {
        ProcfileBuildpack::After => {
            "The Procfile buildpack comes after this one, and the last one wins: each\n\
             release would run the Procfile's line alone, on an empty database too:"
        }
        _ => {
            "Of two buildpacks the last one wins. Where the Procfile buildpack comes\n\
             after this one, each release runs the Procfile's line alone:"
        }
    };
    Some(Warning::new(
        title,
        format!(
            "{first}\n\
             release: {command}\n\
             Either put this buildpack after it (in project.toml, the later\n\
             [[io.buildpacks.group]]), or write in the Procfile\n\
             release: {RELEASE}\n\
             and in review-data.toml\n\
             [migrate]\n\
             command = {}",
            toml::Value::String(command.to_owned())
        ),
    ))
}

/// On classic Heroku `Release` is not `release`.
pub(crate) fn look_alike(
    procfile: &Procfile,
    process_type: &str,
    dialect: Dialect,
) -> Option<Warning> {
    if dialect != Dialect::Classic {
        return None;
    }
    let other = procfile.processes().find(|process| {
        process.name != process_type && process.name.eq_ignore_ascii_case(process_type)
    })?;
    Some(Warning::new(
        format!("The Procfile's {} is not {process_type}", other.name),
        format!(
            "Process types are told apart by case, so line {} never runs on a {process_type}.\n\
             Write it in lower case if it should; it is left alone as it is.",
            other.line
        ),
    ))
}

/// The lines of one process type: which one runs, and which do not.
pub(crate) fn duplicates(
    procfile: &Procfile,
    process_type: &str,
    dialect: Dialect,
) -> Option<Warning> {
    let all = procfile.all(process_type, dialect);
    let (runs, others) = all.split_last()?;
    let last_of_others = others.last()?;
    let mut lines = vec![format!("Line {} runs: {}", runs.line, runs.command)];
    let quoted = others.iter().take(LINES_QUOTED);
    lines.extend(quoted.map(|other| format!("Line {} does not: {}", other.line, other.command)));
    lines.extend(further(others.iter().skip(LINES_QUOTED).map(|other| other.line)));
    lines.push(format!(
        "Delete what is not wanted. To run both, write one line:\n{process_type}: {} && {}",
        last_of_others.command, runs.command
    ));
    Some(Warning::new(format!("The Procfile has {process_type} more than once"), lines.join("\n")))
}

/// Lines that declare nothing on classic Heroku.
pub(crate) fn ignored_lines(procfile: &Procfile) -> Option<Warning> {
    let ignored: Vec<OddLine> = procfile.ignored().collect();
    let first = ignored.first()?;
    let mut lines: Vec<String> = ignored
        .iter()
        .take(LINES_QUOTED)
        .map(|odd| format!("Line {}: {}", odd.line, shortened(odd.text)))
        .collect();
    lines.extend(further(ignored.iter().skip(LINES_QUOTED).map(|odd| odd.line)));
    lines.push(
        "A process type is written as \"name: command\", with a blank after the colon;\n\
         a comment begins with #. Correct the line, or delete it."
            .to_owned(),
    );
    let title = match ignored.len() {
        1 => format!("Heroku ignores line {} of the Procfile", first.line),
        several => format!("Heroku ignores {several} lines of the Procfile"),
    };
    Some(Warning::new(title, lines.join("\n")))
}

/// Lines that classic Heroku takes although they have no colon after the name.
pub(crate) fn lines_without_colon(procfile: &Procfile) -> Vec<Warning> {
    let (blank_before, without): (Vec<Process>, Vec<Process>) =
        procfile.without_colon().partition(|process| process.command.starts_with(':'));
    let blank_before = blank_before.first().map(|first| {
        Warning::new(
            format!("Line {} of the Procfile has a blank before the colon", first.line),
            format!(
                "Heroku takes the colon for a part of the command, and the shell's command \":\"\n\
                 does nothing: {}\n\
                 Write it without the blank:\n{}: {}",
                shortened(first.command),
                first.name,
                shortened(first.command.trim_start_matches(':').trim_start())
            ),
        )
    });
    let without_colon = without.first().map(|first| {
        let mut lines = vec![format!(
            "Line {} declares process type {}: {}",
            first.line,
            first.name,
            shortened(first.command)
        )];
        lines.extend(further(without.iter().skip(1).map(|process| process.line)));
        lines.push(format!(
            "If that is meant, write the colon, as Cloud Native Buildpacks need it:\n{}: {}\n\
             If not, delete the line.",
            first.name,
            shortened(first.command)
        ));
        Warning::new("The Procfile has a line without a colon", lines.join("\n"))
    });
    blank_before.into_iter().chain(without_colon).collect()
}

fn further(numbers: impl Iterator<Item = usize>) -> Option<String> {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    match numbers.len() {
        0 => None,
        1 => Some(format!("Line {}: the same", numbers[0])),
        _ => Some(format!("Lines {}: the same", numbers.join(", "))),
    }
}

/// A line of a file, fit for one line of output.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
