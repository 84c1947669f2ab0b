//! What to do about an error of a server, by its SQLSTATE and by the side. An error has the remedy
//! for its cause, or none.

use crate::failure::Side;

/// What to do where a session was lost.
pub(super) const LOST: &str = "check that the server is up and run the command again";

/// What to do where a server does not answer.
pub(super) const SILENT: &str = "check that the server is up, and what stands between it and this \
     machine (a proxy, a firewall, a router); then run the command again";

pub(super) fn remedy(side: Side, state: &str) -> Option<String> {
    of_both(side, state).or_else(|| match side {
        Side::Source => of_source(state).map(str::to_owned),
        Side::Target => of_target(state).map(str::to_owned),
    })
}

fn of_both(side: Side, state: &str) -> Option<String> {
    let name = side.name();
    Some(match state {
        "53200" => {
            let plan = match side {
                Side::Source => "take a follower on a larger plan",
                Side::Target => "name a larger plan in app.json's addons",
            };
            format!(
                "give {name}'s server room for more locks: a transaction holds one for each table \
                 and index that it makes, drops or reads. A larger max_locks_per_transaction \
                 does; on Heroku, where it cannot be set, a plan that allows more connections \
                 has room for more locks: {plan}"
            )
        }
        "53300" => "wait, or stop something that holds connections".to_owned(),
        "53400" => format!(
            "raise the limit that the server names, for {name}'s role:\n \
             alter role ROLE set temp_file_limit = …"
        ),
        "54001" => format!(
            "a function or a view calls itself too often for {name}'s server: raise its \
             max_stack_depth, or leave the object out with [schema] leave_out"
        ),
        "58P01" | "58030" | "XX001" | "XX002" => format!(
            "files of {name}'s server are damaged or cannot be read: see its log, and check the \
             tables with pg_amcheck"
        ),
        "25P03" | "25P04" | "57P05" => format!(
            "{name}'s server limits how long a session may be open or idle: lift the limit that \
             the message names for {name}'s role"
        ),
        "57P04" => format!("the database was dropped: copy {name}'s URL again"),
        "22021" => "the context names the table and the column: on the source, find the rows \
             whose text is not valid in UTF-8 and convert it, or create the target's database with \
             encoding 'SQL_ASCII', as the source's"
            .to_owned(),
        "57014" => {
            "somebody or a time limit stopped the statement; run the command again".to_owned()
        }
        "57P01" | "57P02" | "57P03" => LOST.to_owned(),
        state if state.starts_with("08") => LOST.to_owned(),
        _ => return None,
    })
}

fn of_source(state: &str) -> Option<&'static str> {
    Some(match state {
        "42501" => {
            "let the source's role read all tables, those of the next migrations too. On the \
             source's primary, since PostgreSQL 14:\n \
             grant pg_read_all_data to ROLE;\n\
             or, for each schema, as the tables' owner:\n \
             grant usage on schema SCHEMA to ROLE;\n \
             grant select on all tables in schema SCHEMA to ROLE;\n \
             alter default privileges in schema SCHEMA grant select on tables to ROLE;"
        }
        "25006" => {
            "the source is only read: take the function that writes out of review-data.toml, or \
             leave out the view or the policy that calls it"
        }
        "53100" => "free disk space on the source's server",
        "40001" => {
            "run the command again: the standby had to remove rows that our snapshot still \
             needed; hot_standby_feedback = on, or a larger max_standby_streaming_delay, prevents \
             it"
        }
        "55P03" => "run the command again once the schema change on the source is done",
        "72000" => "run the command again; old_snapshot_threshold = -1 on the source prevents it",
        _ => return None,
    })
}

fn of_target(state: &str) -> Option<&'static str> {
    Some(match state {
        "42501" => {
            "let the target's role own its database; on Heroku, a database over its plan's \
             capacity loses the right to write, and this tells:\n \
             heroku pg:info --app APP"
        }
        "25006" => {
            "let the sessions of the target's role write: give the URL of the primary, and reset \
             default_transaction_read_only for the role and the database:\n \
             alter role ROLE reset default_transaction_read_only;\n \
             alter database DATABASE reset default_transaction_read_only;"
        }
        "53100" => {
            "free disk space on the target's server, or take a smaller fraction; with --replace, \
             the old data stays on disk until the COMMIT, so the server needs room for both"
        }
        "22P05" => {
            "the target's encoding lacks a character of the source's: create the target's \
             database with encoding 'UTF8'"
        }
        "40P01" | "55P03" | "55006" => {
            "something else uses the target: scale the app's processes down for the time of the \
             load:\n heroku ps:scale web=0"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a load may meet, by PostgreSQL's appendix of error codes. `Refusal` has the words for a
    /// connection that is being made.
    const STATES: [&str; 60] = [
        "08000", "08003", "08006", "08P01", // the connection
        "0A000", "21000", "22003", "22007", "22008", "22012", "22021", "22023", "22P02", "22P03",
        "22P05", // values
        "23502", "23503", "23505", "23514", "23P01", // constraints
        "25001", "25006", "25P02", "25P03", "25P04", "26000", // transactions
        "2BP01", "38000", "39000", "3D000", "3F000", // objects and functions
        "40001", "40P01", // conflicts
        "42501", "42601", "42704", "42710", "42883", "42P01", "42P07", "42P17", "42P22",
        "44000", // definitions
        "53100", "53200", "53300", "53400", "54000", "54001", "54011", // resources
        "55000", "55006", "55P03", // states of objects
        "57014", "57P01", "57P04", "57P05", // the operator
        "58030", "XX000", "XX001", // the server itself
    ];

    #[test]
    fn each_state_has_the_remedy_for_its_cause_or_none() {
        let told = |side| {
            STATES.map(|state| match remedy(side, state) {
                Some(remedy) => format!("{state} {}", remedy.replace('\n', "\n      ")),
                None => format!("{state} -"),
            })
        };
        let (source, target) = (told(Side::Source), told(Side::Target));
        insta::assert_snapshot!(format!(
            "the source\n{}\n\nthe target\n{}",
            source.join("\n"),
            target.join("\n")
        ));
    }
}
