//! `CONNECTION LIMIT` of a role or a database: a run that needs more sessions than that could only
//! fail, however often it tries.

use super::quote::QuotedIdent;
use super::session::AnySession;
use crate::failure::{Failure, Side};

/// Refuses a role or a database that allows fewer sessions at a time than `needed`, which are
/// needed because of `why`.
///
/// # Errors
/// Where there are too few, or the server cannot be asked.
pub async fn check_limits(
    session: &impl AnySession,
    needed: i32,
    why: &str,
) -> Result<(), Failure> {
    let name = session.side().name();
    let rows = session
        .query(
            "select r.rolname::text, d.datname::text, \
                    case when r.rolsuper then -1 else r.rolconnlimit end, \
                    case when r.rolsuper then -1 else d.datconnlimit end \
             from pg_catalog.pg_roles r cross join pg_catalog.pg_database d \
             where r.rolname = session_user and d.datname = pg_catalog.current_database()",
            &[],
        )
        .await
        .map_err(|error| session.failure(&format!("cannot ask {name} for its limits"), &error))?;
    let Some(row) = rows.first() else { return Ok(()) };
    for (kind, place) in [("role", 0), ("database", 1)] {
        let (of, limit): (String, i32) = (row.get(place), row.get(place + 2));
        if (0..needed).contains(&limit) {
            return Err(too_few(session.side(), (kind, &of), limit, (needed, why)));
        }
    }
    Ok(())
}

fn too_few(
    side: Side,
    (kind, of): (&str, &str),
    limit: i32,
    (needed, why): (i32, &str),
) -> Failure {
    let name = side.name();
    let sessions = if limit == 1 { "1 session" } else { &format!("{limit} sessions") };
    let quoted = QuotedIdent::new(of);
    let on = match side {
        Side::Source => ", on the source's primary",
        Side::Target => "",
    };
    Failure::new(format!("{name} allows too few sessions"))
        .because(format!("{name}'s {kind} {of} has CONNECTION LIMIT {limit}: {sessions} at a time"))
        .because(format!("{needed} are needed: {why}"))
        .remedy(format!("raise the limit{on}:\n alter {kind} {quoted} connection limit 10;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_too_low_is_named() {
        let source = too_few(Side::Source, ("role", "reader"), 1, (2, "one, and pg_dump's"));
        let target = too_few(Side::Target, ("database", "review"), 0, (2, "one, and another"));
        insta::assert_snapshot!(format!("{source}\n\n{target}"));
    }
}
