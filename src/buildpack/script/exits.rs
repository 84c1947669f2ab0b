//! An `exit` in a script, and what still runs after it.

use super::part::{Condition, Truth};
use brush_parser::ast::Pipeline;

/// What of a script runs.
#[derive(Clone)]
pub(super) enum Rest {
    /// If these hold, after an `exit` under a condition.
    RunsIf(Vec<Condition>),
    /// Nothing.
    Ended,
}

impl Default for Rest {
    fn default() -> Self {
        Rest::RunsIf(Vec::new())
    }
}

impl Rest {
    /// A successful `exit` under these conditions: what follows runs only where one of them does not
    /// hold.
    pub(super) fn after_exit(&mut self, conditions: &[Condition]) {
        let Rest::RunsIf(rest) = self else { return };
        let own: Vec<&Condition> =
            conditions.iter().filter(|condition| !rest.contains(condition)).collect();
        match own.as_slice() {
            [] => *self = Rest::Ended,
            [only] => rest.push((*only).clone().not()),
            several => {
                let texts: Vec<&str> = several.iter().map(|one| one.text.as_str()).collect();
                let holds = several.iter().fold(Truth::Yes, |all, one| all.and(one.in_review));
                rest.push(Condition::new(&texts.join(" and "), holds).not());
            }
        }
    }
}

/// Whether a pipeline is a successful `exit`, or a group that ends in one.
pub(super) fn ends_in_success(pipeline: &Pipeline) -> bool {
    let text = pipeline.to_string();
    let last = text.trim_end_matches([' ', ';', '}', '\n']).rsplit([';', '\n', '{']).next();
    matches!(last.map(str::trim), Some("exit" | "exit 0"))
}

/// Whether a command after `||` has no other result than success.
pub(super) fn always_succeeds(text: &str) -> bool {
    let text = text.trim();
    text == "exit 0"
        || ["true", ":", "echo", "printf", "sleep"]
            .contains(&text.split_whitespace().next().unwrap_or(""))
        || text.starts_with('{') && !ends_in_failure(text)
}

/// Whether a command ends the script with a failure, so that it hides none.
pub(super) fn ends_in_failure(text: &str) -> bool {
    if matches!(text.trim(), "exit 0" | "return 0") {
        return false;
    }
    ["exit", "return", "false", "die", "abort", "fail"].iter().any(|word| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|found| found == *word)
    })
}
