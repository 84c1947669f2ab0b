//! Which process types are scaled down, and what of them is to be put back.

use super::note::{Note, Noted};
use super::platform::{Formation, Update};
use crate::config::{Config, Located, ScaleDown, nearest};
use crate::failure::Failure;

/// What will be scaled down, with remarks about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) noted: Vec<Noted>,
    pub(super) said: Vec<String>,
}

/// # Errors
/// Where the configuration most likely misspells a process type.
pub(super) fn plan(formation: &[Formation], config: &Config) -> Result<Plan, Failure> {
    let production = &config.migrate.production;
    let mut said = Vec::new();
    let listed: &[Located<String>] = match &production.scale_down {
        ScaleDown::Types(types) => types,
        ScaleDown::All | ScaleDown::None => &[],
    };
    for name in listed.iter().chain(&production.keep) {
        said.extend(unknown(name, formation, config)?);
    }
    let is_in = |list: &[Located<String>], process: &Formation| {
        list.iter().any(|name| name.value == process.process_type)
    };
    let noted = formation
        .iter()
        .map(|process| Noted {
            process_type: process.process_type.clone(),
            quantity: process.quantity,
            size: process.size.clone(),
            scaled: process.quantity > 0
                && !is_in(&production.keep, process)
                && match &production.scale_down {
                    ScaleDown::All => true,
                    ScaleDown::None => false,
                    ScaleDown::Types(types) => is_in(types, process),
                },
        })
        .collect();
    Ok(Plan { noted, said })
}

/// A process type may come with this very release, so one that is not there is only said; one that
/// is nearly there is a mistake.
fn unknown(
    name: &Located<String>,
    formation: &[Formation],
    config: &Config,
) -> Result<Option<String>, Failure> {
    let types = || formation.iter().map(|process| process.process_type.as_str());
    if types().any(|process_type| process_type == name.value) {
        return Ok(None);
    }
    let message = format!("the app has no process type {:?}", name.value);
    match nearest(&name.value, types()) {
        Some(near) => {
            let message = format!("{message}; did you mean {near:?}?");
            Err(Failure::wrong_use("review-data.toml has a mistake")
                .because(config.point_at(name.location, &message))
                .because("nothing was changed")
                .remedy("correct this line of review-data.toml"))
        }
        None => Ok(Some(format!("warning: {message}, which review-data.toml names"))),
    }
}

/// What it takes to make a noted formation good.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PutBack {
    pub(super) updates: Vec<Update>,
    /// What is left as somebody else has made it meanwhile.
    pub(super) left: Vec<String>,
}

/// Only what we have scaled down, and only what is still at zero: the rest is a person's doing.
pub(super) fn put_back(note: &Note, now: &[Formation]) -> PutBack {
    let mut put_back = PutBack::default();
    for noted in note.formation.iter().filter(|noted| noted.scaled) {
        let name = &noted.process_type;
        let Some(process) = now.iter().find(|process| process.process_type == *name) else {
            put_back.left.push(format!("the app no longer has the process type {name}"));
            continue;
        };
        let same_size = same_size(process.size.as_deref(), noted.size.as_deref());
        if process.quantity > 0 {
            if process.quantity != noted.quantity || !same_size {
                put_back.left.push(format!(
                    "{name} was {} and was changed to {} during the release: leaving it",
                    described(noted.quantity, noted.size.as_deref()),
                    described(process.quantity, process.size.as_deref())
                ));
            }
            continue;
        }
        if !same_size {
            put_back.left.push(format!(
                "{name} was of size {} and was changed to {} during the release: leaving the size",
                noted.size.as_deref().unwrap_or("?"),
                process.size.as_deref().unwrap_or("?")
            ));
        }
        put_back.updates.push(Update {
            process_type: name.clone(),
            quantity: noted.quantity,
            size: noted.size.clone().filter(|_| same_size),
        });
    }
    put_back
}

fn same_size(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    }
}

fn described(quantity: u32, size: Option<&str>) -> String {
    match size {
        Some(size) => format!("{quantity} x {size}"),
        None => quantity.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FILE_NAME;

    fn process(text: &str) -> Formation {
        let mut words = text.split(' ');
        Formation {
            process_type: words.next().unwrap().to_owned(),
            quantity: words.next().unwrap().parse().unwrap(),
            size: words.next().map(str::to_owned),
        }
    }

    fn formation(text: &[&str]) -> Vec<Formation> {
        text.iter().map(|line| process(line)).collect()
    }

    type Told = (Vec<String>, Vec<String>);

    fn scaled(config: &str) -> Result<Told, String> {
        let text = format!("[migrate.production]\nmaintenance = true\n{config}\n");
        let config = Config::parse(FILE_NAME, &text).unwrap();
        let now = formation(&["web 2 standard-1X", "worker 1 standard-2X", "clock 1", "urgent 0"]);
        let plan = plan(&now, &config).map_err(|failure| failure.to_string())?;
        let scaled = plan.noted.into_iter().filter(|noted| noted.scaled);
        Ok((scaled.map(|noted| noted.process_type).collect(), plan.said))
    }

    #[test]
    fn what_runs_is_scaled_down_but_what_is_kept() {
        let types = |config| scaled(config).unwrap().0;
        assert_eq!(types(""), ["web", "worker", "clock"]);
        assert_eq!(types("keep = [\"clock\"]"), ["web", "worker"]);
        assert_eq!(types("scale_down = [\"web\", \"urgent\"]"), ["web"]);
        assert_eq!(types("scale_down = [\"web\"]\nkeep = [\"web\"]"), Vec::<String>::new());
        assert_eq!(types("scale_down = false"), Vec::<String>::new());
    }

    #[test]
    fn a_process_type_that_is_nearly_there_is_a_mistake() {
        insta::assert_snapshot!(scaled("keep = [\"clok\"]").unwrap_err());
        let (types, said) = scaled("keep = [\"reports\"]").unwrap();
        assert_eq!(types.len(), 3);
        insta::assert_snapshot!(said.join("\n"));
    }

    fn told(now: &[&str]) -> String {
        let noted = |text: &str, scaled| {
            let process = process(text);
            Noted {
                process_type: process.process_type,
                quantity: process.quantity,
                size: process.size,
                scaled,
            }
        };
        let note = Note {
            formation: vec![
                noted("web 2 standard-1X", true),
                noted("worker 1 standard-2X", true),
                noted("clock 1 standard-1X", false),
            ],
            ..Note::default()
        };
        let put_back = put_back(&note, &formation(now));
        let updates = put_back
            .updates
            .iter()
            .map(|update| format!("{} {} {:?}", update.process_type, update.quantity, update.size));
        updates.chain(put_back.left).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_at_zero_is_put_back_and_what_a_person_has_changed_is_left() {
        let all: [&[&str]; 4] = [
            &["web 0 Standard-1X", "worker 0 standard-2X", "clock 0 standard-1X"],
            &["web 2 standard-1X", "worker 1 standard-2X"],
            &["web 5 standard-1X", "worker 0 performance-m"],
            &["web 0 standard-1X"],
        ];
        let all = all.map(|now| format!("now: {}\n{}\n", now.join(", "), told(now)));
        insta::assert_snapshot!(all.join("\n"));
    }
}
