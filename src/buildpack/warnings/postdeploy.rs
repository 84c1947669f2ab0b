//! What the build warns of in `app.json`'s postdeploy: what it contains, what of it works against
//! the load, and what to write in its place.

use super::lines::{after_lines, list};
use crate::buildpack::app::App;
use crate::buildpack::app_json::Postdeploy;
use crate::buildpack::script::{Effect, Part, Reading};
use crate::buildpack::warning::Warning;

const LINE: &str = "\"postdeploy\": \"review-data postdeploy\"";

/// `None` where the script only calls review-data, or does more that is as it should be.
pub(super) fn postdeploy(app: &App, postdeploy: &Postdeploy, reading: &Reading) -> Option<Warning> {
    let calls_us = app.manifest.as_ref()?.postdeploy_calls_us(&app.files);
    let ours = reading.parts.iter().position(|part| matches!(part.effect, Effect::Ours(_)));
    let (before, after) = match ours {
        Some(at) => (&reading.parts[..at], &reading.parts[at + 1..]),
        // the first release has loaded the data by then
        None => (&[][..], reading.parts.as_slice()),
    };
    let first = |wanted: fn(&Effect) -> bool| after.iter().find(|part| wanted(&part.effect));
    let empties = first(|effect| matches!(effect, Effect::Empties(_)));
    let copies = first(|effect| *effect == Effect::Copies);
    let fills = first(|effect| *effect == Effect::Fills);
    let creates = first(|effect| *effect == Effect::Creates);
    let migrates = first(|effect| *effect == Effect::Migrates);
    let too_early = before.iter().find(|part| changes(&part.effect));

    let (title, why) = if let Some(part) = empties {
        let Effect::Empties(how) = &part.effect else { return None };
        let condition = condition_of(part);
        (
            "app.json's postdeploy empties the database after the load",
            format!("{} {how}{condition}: the loaded rows are lost.", part.shown()),
        )
    } else if let Some(part) = too_early {
        (
            "app.json's postdeploy changes the database before the load",
            format!("{} runs first, and then the database is not empty.", part.shown()),
        )
    } else if let Some(part) = copies {
        (
            "app.json's postdeploy copies a database over the loaded one",
            format!("{} meets tables and rows that are there already.", part.shown()),
        )
    } else if let Some(part) = fills {
        (
            "app.json's postdeploy fills the loaded database",
            format!("{} adds its rows to production's.", part.shown()),
        )
    } else if let Some(part) = creates {
        (
            "app.json's postdeploy creates tables that the load brings",
            format!("{} meets tables that are there already.", part.shown()),
        )
    } else if calls_us {
        return None;
    } else if migrates.is_some() {
        (
            "app.json's postdeploy does not call review-data",
            "The first release of a review app loads the data and migrates instead.".to_owned(),
        )
    } else {
        (
            "app.json's postdeploy does not call review-data",
            "The first release of a review app does the whole set-up instead.".to_owned(),
        )
    };
    let wanted = wanted(reading);
    let mut lines = vec![format!("It contains: {}.", contents(postdeploy, reading)), why];
    if wanted.is_empty() {
        lines.push("Write in app.json:".to_owned());
        lines.push(LINE.to_owned());
    } else {
        lines.push(format!("Write in app.json {LINE}, and in review-data.toml:"));
        lines.extend(after_lines(&app.config, &wanted));
    }
    Some(Warning::new(title, lines.join("\n")))
}

fn changes(effect: &Effect) -> bool {
    effect.changes_schema()
        || matches!(
            effect,
            Effect::Fills | Effect::Empties(_) | Effect::Copies | Effect::CreatesUser
        )
}

fn condition_of(part: &Part) -> String {
    part.conditions
        .first()
        .map_or_else(String::new, |condition| format!(" (if {})", condition.text))
}

/// What review-data does not do: users, indexing, unknown commands.
fn wanted(reading: &Reading) -> Vec<String> {
    let mut wanted: Vec<String> = Vec::new();
    if reading.is_not_shell {
        return wanted;
    }
    let is_wanted =
        |effect: &Effect| matches!(effect, Effect::CreatesUser | Effect::Unknown | Effect::Pushes);
    for part in reading.with(is_wanted) {
        let line = part.command.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_plain = !part.command.contains('\n');
        if is_plain && !wanted.contains(&line) {
            wanted.push(line);
        }
    }
    wanted
}

/// Each part with what it does, or the script itself where no part does anything.
fn contents(postdeploy: &Postdeploy, reading: &Reading) -> String {
    let shown: Vec<String> = reading
        .with(|effect| *effect != Effect::Nothing)
        .map(|part| {
            let does = match &part.effect {
                Effect::Ours(_) | Effect::Nothing => "",
                Effect::Loses(_) => " (may drop columns and tables)",
                Effect::Migrates => " (migrates)",
                Effect::Pushes => " (changes the schema)",
                Effect::Creates => " (creates tables)",
                Effect::Fills => " (fills)",
                Effect::CreatesUser => " (adds a user)",
                Effect::Empties(_) => " (empties)",
                Effect::Copies => " (copies a database)",
                Effect::Unknown => " (not known)",
            };
            format!("{}{does}", part.shown())
        })
        .collect();
    if shown.is_empty() { postdeploy.script.clone() } else { list(&shown) }
}
