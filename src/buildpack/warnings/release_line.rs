//! What the build warns of in the command that runs on each release: where it does not do what one
//! expects of it.

use super::lines::{named, written};
use crate::buildpack::decision::Migration;
use crate::buildpack::script::{Effect, Hidden, Part, Reading, Truth};
use crate::buildpack::warning::Warning;
use crate::migrate::frameworks::Found;

/// Every warning about the command.
pub(crate) fn release_line(
    migration: &Migration,
    reading: &Reading,
    frameworks: &[Found],
) -> Vec<Warning> {
    [
        empties(migration, reading),
        migrates_nothing(migration, reading, frameworks),
        depends_on_the_app(migration, reading),
        hides_failure(migration, reading),
        repeats_for_ever(migration, reading),
        loses(migration, reading),
        fills(migration, reading),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn empties(migration: &Migration, reading: &Reading) -> Option<Warning> {
    let part = reading.parts.iter().find(|part| matches!(part.effect, Effect::Empties(_)))?;
    let Effect::Empties(how) = part.effect else { return None };
    let condition = part
        .conditions
        .first()
        .map_or_else(String::new, |condition| format!(" if {}", condition.text));
    let mut lines = vec![format!("{} {how}, on each release{condition}.", part.shown())];
    lines.push("In a review app, the loaded rows are lost at the next push.".to_owned());
    lines.extend(without(migration, reading, part, |effect| matches!(effect, Effect::Empties(_))));
    Some(Warning::new(
        format!("{} empties the database", named(&migration.origin)),
        lines.join("\n"),
    ))
}

/// Only where every part is known and a framework shows what is missing.
fn migrates_nothing(
    migration: &Migration,
    reading: &Reading,
    frameworks: &[Found],
) -> Option<Warning> {
    let changes = |effect: &Effect| effect.changes_schema() || matches!(effect, Effect::Ours(_));
    // a blank before the colon has another warning
    let is_colon = migration.command.starts_with(':');
    if is_colon || !reading.is_understood() || reading.with(changes).next().is_some() {
        return None;
    }
    let found = frameworks.first()?;
    let command = &found.recognised.command;
    let mut lines = vec![
        format!("It is: {}", migration.command),
        format!(
            "{} is here ({}), and nothing runs its migrations.",
            found.framework.name(),
            found.recognised.evidence
        ),
    ];
    lines.extend(written(migration, &format!("{command} && {}", migration.command)));
    Some(Warning::new(format!("{} runs no migrations", named(&migration.origin)), lines.join("\n")))
}

fn migrating(reading: &Reading) -> impl Iterator<Item = &Part> {
    reading.with(Effect::changes_schema)
}

fn depends_on_the_app(migration: &Migration, reading: &Reading) -> Option<Warning> {
    if migrating(reading).any(|part| part.in_review() == Truth::Yes) {
        return None;
    }
    let part = migrating(reading).find(|part| part.identity_condition().is_some())?;
    let condition = part.identity_condition()?;
    let title = match part.in_review() {
        Truth::No => format!("{} skips review apps", named(&migration.origin)),
        _ => format!("{} depends on which app it runs in", named(&migration.origin)),
    };
    let mut lines = vec![
        format!("{} runs only if {}.", part.shown(), condition.text),
        "Where it does not run, a review app has the data without the pull request's migrations."
            .to_owned(),
    ];
    match &part.place {
        Some(place) => lines.push(format!("Take the condition away in {place}.")),
        None => lines.extend(written(migration, &part.command)),
    }
    Some(Warning::new(title, lines.join("\n")))
}

fn hides_failure(migration: &Migration, reading: &Reading) -> Option<Warning> {
    let part = migrating(reading).find(|part| {
        part.hidden.as_ref().is_some_and(|hidden| *hidden != Hidden::Endless)
            && part.in_review() != Truth::No
    })?;
    let hidden = part.hidden.as_ref()?;
    let command = part.shown();
    let why = match hidden {
        Hidden::Or(fallback) => format!("{command} is followed by || {fallback}."),
        Hidden::Then { next, .. } => format!("{next} runs after {command}, whatever its result."),
        Hidden::Pipe(last) => {
            format!("Of the pipe with {command}, only the result of {last} counts.")
        }
        Hidden::Background => format!("{command} runs in the background."),
        Hidden::Condition => format!("{command} is the condition of an if."),
        Hidden::Retried | Hidden::Endless => {
            format!("A loop tries {command} again, and succeeds even if each try fails.")
        }
    };
    let mut lines =
        vec![why, "A push whose migrations fail would be released all the same.".to_owned()];
    match (hidden, &part.place) {
        (Hidden::Then { file: Some(file), .. }, _) => {
            lines.push(format!("Write in {file}, before its first command:\nset -e"));
        }
        (Hidden::Retried, Some(place)) => lines.push(format!(
            "Write after the loop, in {}, so that its result counts:\n{}",
            place.file, part.command
        )),
        (Hidden::Retried, None) => {
            let once_more = format!("{}; {}", migration.command, part.command);
            lines.extend(written(migration, &once_more));
        }
        (_, Some(place)) => lines.push(format!("Let its failure end the script, in {place}.")),
        (Hidden::Pipe(_), None) => {
            lines.extend(written(migration, &format!("set -o pipefail; {}", migration.command)));
        }
        _ => match chained(reading, |_| true) {
            Some(command) => lines.extend(written(migration, &command)),
            None => lines.push("Let its failure end the command.".to_owned()),
        },
    }
    Some(Warning::new(
        format!("{} hides that migrations fail", named(&migration.origin)),
        lines.join("\n"),
    ))
}

/// Heroku ends a release after an hour.
fn repeats_for_ever(migration: &Migration, reading: &Reading) -> Option<Warning> {
    let part = migrating(reading)
        .find(|part| part.hidden == Some(Hidden::Endless) && part.in_review() != Truth::No)?;
    let command = &part.command;
    let mut lines = vec![
        format!("A loop tries {} again until it succeeds.", part.shown()),
        "A push whose migrations fail is refused only after an hour, when Heroku ends the release."
            .to_owned(),
    ];
    let place = match &part.place {
        Some(place) => format!("Write in {}, instead of the loop:", place.file),
        None => "Write instead of the loop:".to_owned(),
    };
    lines.push(place);
    lines.push(format!("for i in 1 2 3; do {command} && break; sleep 5; done; {command}"));
    let title = format!("{} repeats failed migrations without end", named(&migration.origin));
    Some(Warning::new(title, lines.join("\n")))
}

fn loses(migration: &Migration, reading: &Reading) -> Option<Warning> {
    let part = reading.parts.iter().find(|part| matches!(part.effect, Effect::Loses(_)))?;
    let Effect::Loses(option) = part.effect else { return None };
    let mut lines = vec![
        format!("{} drops what the schema no longer has,", part.shown()),
        format!("with its rows, in production too. Use migrations, or take {option} away."),
    ];
    if part.place.is_none() {
        let without: Vec<&str> =
            migration.command.split(' ').filter(|word| *word != option).collect();
        lines.extend(written(migration, &without.join(" ")));
    }
    Some(Warning::new(format!("{} may drop data", named(&migration.origin)), lines.join("\n")))
}

fn fills(migration: &Migration, reading: &Reading) -> Option<Warning> {
    let part = reading
        .parts
        .iter()
        .find(|part| part.effect == Effect::Fills && part.in_review() != Truth::No)?;
    // db:setup and the like are reported as emptying
    if reading
        .parts
        .iter()
        .any(|other| other.command == part.command && matches!(other.effect, Effect::Empties(_)))
    {
        return None;
    }
    let mut lines = vec![format!(
        "{} runs on each release; in a review app, it meets the rows of production.",
        part.shown()
    )];
    lines.push("If that is not meant:".to_owned());
    lines.extend(without(migration, reading, part, |effect| *effect == Effect::Fills));
    Some(Warning::new(
        format!("{} fills the database on each release", named(&migration.origin)),
        lines.join("\n"),
    ))
}

/// The command without the parts of an effect, or the place where to delete one.
fn without(
    migration: &Migration,
    reading: &Reading,
    part: &Part,
    unwanted: impl Fn(&Effect) -> bool,
) -> Vec<String> {
    if let Some(place) = &part.place {
        return vec![format!("Delete it in {place}.")];
    }
    match chained(reading, |effect| !unwanted(effect)) {
        Some(command) => written(migration, &command),
        None => vec![format!("Delete it from the command: {}", migration.command)],
    }
}

/// The parts that are kept, each after the success of the one before; where all stand in the command
/// itself.
fn chained(reading: &Reading, keep: impl Fn(&Effect) -> bool) -> Option<String> {
    if reading.partial || reading.parts.iter().any(|part| part.place.is_some()) {
        return None;
    }
    let unwanted: Vec<&str> = reading
        .parts
        .iter()
        .filter(|part| !keep(&part.effect))
        .map(|part| part.command.as_str())
        .collect();
    let mut kept: Vec<&str> = Vec::new();
    for part in &reading.parts {
        let is_fallback =
            part.conditions.iter().any(|condition| condition.text.ends_with(" fails"));
        let command = part.command.as_str();
        if !is_fallback && !unwanted.contains(&command) && !kept.contains(&command) {
            kept.push(command);
        }
    }
    let conditional = reading
        .parts
        .iter()
        .any(|part| kept.contains(&part.command.as_str()) && !part.conditions.is_empty());
    (!kept.is_empty() && !conditional).then(|| kept.join(" && "))
}
