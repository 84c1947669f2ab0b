//! No recursion: what runs inside a command of ours may not run the same commands again.

use crate::config::{Environment, without_secrets};
use crate::failure::Failure;

/// The marker in the environment of every command that we start: which of our commands runs which
/// command.
pub const RUNNING_VARIABLE: &str = "REVIEW_DATA_RUNNING";

/// Between the links of the chain.
const LINK: &str = " > ";

/// A command is shown up to this length.
const SHOWN: usize = 100;

/// Fails where `run`, such as `release`, was started by a command of ours.
///
/// # Errors
/// The chain, from our first command on.
pub fn refuse_recursion(environment: &Environment, run: &str) -> Result<(), Failure> {
    let Some(chain) = environment.get(RUNNING_VARIABLE) else {
        return Ok(());
    };
    let chain = chain.replace(LINK, "\n > ");
    Err(Failure::wrong_use(format!("review-data {run} was started by a command of review-data"))
        .because(format!("the chain, in {RUNNING_VARIABLE}:\n {chain}\n > review-data {run}"))
        .because("it would run that command again, without end; nothing was done")
        .remedy(
            "take review-data out of that command: it should run the migration tool itself; name \
             it in review-data.toml, such as\n[migrate]\ncommand = \"alembic upgrade head\"",
        ))
}

/// The marker's value for a command that `run` starts.
pub(super) fn marker(run: &str, command: &str) -> String {
    let command = without_secrets(command);
    let words = command.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = words.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let more = if shown.len() < words.len() { "…" } else { "" };
    format!("review-data {run}{LINK}{shown}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(marker: &str) -> Environment {
        std::iter::once((RUNNING_VARIABLE.to_owned(), marker.to_owned())).collect()
    }

    #[test]
    fn a_run_outside_of_any_command_goes_on() {
        assert_eq!(refuse_recursion(&Environment::default(), "release"), Ok(()));
        assert_eq!(refuse_recursion(&environment(""), "release"), Ok(()));
    }

    #[test]
    fn a_run_inside_a_command_names_the_chain() {
        let inside = environment(&marker("release", "bin/release"));
        insta::assert_snapshot!(refuse_recursion(&inside, "release").unwrap_err());
    }

    #[test]
    fn the_marker_is_one_short_line_without_secrets() {
        assert_eq!(marker("postdeploy", "a\n  b\tc"), "review-data postdeploy > a b c");
        let long = marker("release", &"x".repeat(300));
        assert_eq!(long, format!("review-data release > {}…", "x".repeat(100)));
        assert!(!marker("release", "psql postgres://a:secret@db/d").contains("secret"));
    }
}
