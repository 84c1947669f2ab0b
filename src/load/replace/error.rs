//! Why a target is not replaced. In every case, nothing was changed.

use super::existing::{Existing, MOST_BYTES, MOST_ROWS};
use crate::failure::Failure;
use crate::record::Holding;
use crate::report::{bytes, counted};

#[derive(Debug, thiserror::Error)]
pub(super) enum ReplaceError {
    #[error("the target is set up already")]
    SetUp { loaded_at: String },
    #[error("the target is not empty")]
    NotEmpty { holding: Holding, existing: Existing },
    #[error("the target holds objects that our record does not list")]
    Unlisted { names: Vec<String>, tables_only: bool },
    #[error("the target holds objects that belong to another role")]
    NotOwned(Vec<String>),
    #[error("an extension needs what is to be replaced")]
    Needed(Vec<String>),
    #[error("other servers write into the target")]
    Subscribed(Vec<String>),
    #[error("the target holds too much to be what the app's own processes created")]
    TooLarge { names: Vec<String>, rows: Option<i64>, bytes: u64 },
    #[error("others create objects in the target while it is being replaced")]
    Left(Vec<String>),
}

impl From<ReplaceError> for Failure {
    fn from(error: ReplaceError) -> Self {
        let failure = Failure::new(error.to_string());
        let untouched = "nothing was touched";
        match error {
            ReplaceError::SetUp { loaded_at } => failure
                .because(format!("it was loaded at {loaded_at}"))
                .because(untouched)
                .remedy(
                    "nothing, if that is the data you want; to swap it for a fresh load, run the \
                     command again with --replace",
                ),
            ReplaceError::NotEmpty { holding, existing } => {
                let failure = failure.because(format!("it holds {holding}"));
                let failure = if existing.replace {
                    failure.because("it has no record of ours, so --replace does not apply to it")
                } else {
                    failure
                };
                failure.because(untouched).remedy(
                    "give an empty database as the target: the load makes the schema itself. If a \
                     review app's own processes or its build created these objects, let the load \
                     replace them. Add to review-data.toml:\n [target]\n existing = \"replace\"",
                )
            }
            ReplaceError::Unlisted { names, tables_only } => {
                let failure = failure.because(format!(
                    "neither the load nor a command of its set-up created them: {}",
                    names.join(", ")
                ));
                let failure = if tables_only {
                    failure.because(
                        "the record is of an older version, which lists tables only: an object \
                         that is not a table counts as loaded if the source has it, too",
                    )
                } else {
                    failure
                };
                failure.because(untouched).remedy(
                    "save what is worth keeping and drop it; to let the swap drop these objects \
                     with the rest, add to review-data.toml:\n [target]\n existing = \"replace\"",
                )
            }
            ReplaceError::NotOwned(names) => failure
                .because(format!("the target's role may not drop {}", few(&names)))
                .because(untouched)
                .remedy(
                    "let their owner drop them or give them to the target's role:\n \
                     ALTER TABLE … OWNER TO …",
                ),
            ReplaceError::Needed(names) => failure
                .because(format!("with it would go {}", few(&names)))
                .because(untouched)
                .remedy("drop the extension first, if the app can do without it"),
            ReplaceError::Subscribed(names) => {
                let drops: Vec<String> =
                    names.iter().map(|name| format!("\n drop subscription {name};")).collect();
                failure
                    .because(format!("it has the subscription {}", few(&names)))
                    .because(untouched)
                    .remedy(format!(
                        "drop it first, if this is the right database; its owner can:{}",
                        drops.concat()
                    ))
            }
            ReplaceError::TooLarge { names, rows, bytes: size } => {
                let much = rows.map_or_else(
                    || format!("{}, more than {}", bytes(size), bytes(MOST_BYTES)),
                    |_| format!("more than {}", counted(MOST_ROWS.unsigned_abs(), "row")),
                );
                failure
                    .because(format!("it holds {}", few(&names)))
                    .because(format!("in them are {much}"))
                    .because(untouched)
                    .remedy(
                        "make sure that this is the review app's own database, and that nobody needs \
                         its data; then drop the objects, and run the command again",
                    )
            }
            ReplaceError::Left(names) => failure
                .because(format!("after all was dropped, there was {}", few(&names)))
                .because("the transaction was rolled back: the target is unchanged")
                .remedy("scale the app's processes down for the time of the load:\n heroku ps:scale web=0"),
        }
    }
}

/// The first few names.
fn few(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_target_is_not_replaced() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let errors = [
            ReplaceError::SetUp { loaded_at: "2026-11-28 20:00:00+00".to_owned() },
            ReplaceError::Unlisted {
                names: names(&["table public.sessions", "view public.paid"]),
                tables_only: false,
            },
            ReplaceError::Unlisted { names: names(&["view public.paid"]), tables_only: true },
            ReplaceError::NotOwned(names(&["table public.audit", "function public.f(integer)"])),
            ReplaceError::Needed(names(&["extension audit"])),
            ReplaceError::Subscribed(names(&["from_production"])),
            ReplaceError::TooLarge {
                names: names(&["table public.jobs"]),
                rows: None,
                bytes: 200 << 20,
            },
            ReplaceError::TooLarge {
                names: names(&["table public.jobs"]),
                rows: Some(20_000),
                bytes: 0,
            },
            ReplaceError::Left(names(&["table public.jobs"])),
        ];
        let told: Vec<String> =
            errors.into_iter().map(|error| Failure::from(error).to_string()).collect();
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
