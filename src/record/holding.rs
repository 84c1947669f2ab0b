//! What a database holds besides what every database has.

use super::layout::PLATFORM_SCHEMAS;
use crate::failure::Failure;
use crate::postgres::AnySession;
use std::fmt;

/// What an unused database would not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    objects: i64,
    /// The names of the first few.
    some: Vec<String>,
}

impl Holding {
    #[must_use]
    pub fn new(objects: i64, some: Vec<String>) -> Self {
        Holding { objects, some }
    }
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self.objects - i64::try_from(self.some.len()).unwrap_or(0);
        f.write_str(&self.some.join(", "))?;
        if others > 0 { write!(f, " and {others} more") } else { Ok(()) }
    }
}

/// Objects that no extension brought, outside of the system's and the platform's schemas. Our own
/// record is not counted: a release writes it into an empty database.
fn objects() -> String {
    format!(
        "select n.nspname || '.' || o.name, o.class, o.oid from ( \
           select relnamespace, relname::text, 'pg_catalog.pg_class'::regclass, oid \
           from pg_catalog.pg_class where relkind in ('r', 'p', 'v', 'm', 'S', 'f') \
           union all \
           select typnamespace, typname::text, 'pg_catalog.pg_type'::regclass, oid \
           from pg_catalog.pg_type where typtype in ('e', 'd', 'r') \
             or exists (select from pg_catalog.pg_class k where k.oid = typrelid and k.relkind = 'c') \
           union all \
           select pronamespace, proname::text || '()', 'pg_catalog.pg_proc'::regclass, oid \
           from pg_catalog.pg_proc) as o(namespace, name, class, oid) \
         join pg_catalog.pg_namespace n on n.oid = o.namespace \
         where n.nspname !~ '^pg_' and n.nspname not in ({PLATFORM_SCHEMAS}, 'review_data') \
           and not exists (select from pg_catalog.pg_depend d \
             where d.classid = o.class and d.objid = o.oid and d.deptype = 'e')"
    )
}

/// What the database holds, where it is not empty.
///
/// # Errors
/// The server's.
pub async fn holds(session: &impl AnySession) -> Result<Option<Holding>, Failure> {
    let failed =
        |error| session.failure(&format!("cannot look at {}", session.side().name()), &error);
    let objects = objects();
    let rows = session
        .query(
            &format!(
                "select (select count(*) from ({objects}) as o), \
                        array(select name from ({objects}) as o(name) order by 1 limit 3)"
            ),
            &[],
        )
        .await
        .map_err(failed)?;
    let (objects, some): (i64, Vec<String>) = (rows[0].get(0), rows[0].get(1));
    Ok((objects > 0).then_some(Holding { objects, some }))
}
