//! What must hold before anything is touched.

use super::{MigrationTable, SetUp};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, SourceUrl, TargetUrl, Writable};
use crate::report::Progress;
use std::fmt;
use std::time::{Duration, Instant};

/// The advisory lock that one load holds on its target, of our own choosing ("revdata").
const LOCK: i64 = 0x0072_6576_6461_7461;

/// How long a second run waits for the first.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// Objects of the target that make it not empty: what no extension brought, outside of the
/// system's and Heroku's schemas.
const OBJECTS: &str = "\
    select n.nspname || '.' || o.name, o.class, o.oid from ( \
      select relnamespace, relname::text, 'pg_catalog.pg_class'::regclass, oid \
      from pg_catalog.pg_class where relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') \
      union all \
      select typnamespace, typname::text, 'pg_catalog.pg_type'::regclass, oid \
      from pg_catalog.pg_type where typtype in ('e', 'd', 'r') \
      union all \
      select pronamespace, proname::text || '()', 'pg_catalog.pg_proc'::regclass, oid \
      from pg_catalog.pg_proc) as o(namespace, name, class, oid) \
    join pg_catalog.pg_namespace n on n.oid = o.namespace \
    where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '_heroku') \
      and not exists (select from pg_catalog.pg_depend d \
        where d.classid = o.class and d.objid = o.oid and d.deptype = 'e')";

/// On a line of its own, so that it can be copied.
const RESET: &str = " heroku pg:reset DATABASE --app APP";

/// Why the load does not begin.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("the target is the source")]
    SameDatabase { from: String, to: String },
    #[error("the target is a read-only standby")]
    TargetIsStandby { target: String },
    #[error("the target is set up already")]
    SetUp(SetUp),
    #[error("the target is not empty")]
    NotEmpty(Holding),
    #[error("another run is filling the target")]
    Locked { by: String },
}

impl From<GuardError> for Failure {
    fn from(error: GuardError) -> Self {
        let failure = Failure::new(error.to_string());
        match error {
            GuardError::SameDatabase { from, to } => failure
                .because(format!(
                    "{from} and {to} lead to one database, by its system identifier and OID"
                ))
                .because("nothing was touched")
                .remedy("give the URL of the review app's own database as the target"),
            GuardError::TargetIsStandby { target } => failure
                .because(format!("{target} is in recovery"))
                .remedy("give the URL of the primary as the target"),
            GuardError::SetUp(how) => {
                failure.because(how.text()).because("nothing was touched").remedy(format!(
                    "nothing, if that is the data you want; migrations run on it at the next \
                     push, or now by\n review-data release\nto load anew, empty the database \
                     first; on Heroku by\n{RESET}"
                ))
            }
            GuardError::NotEmpty(holding) => failure
                .because(format!("it holds {holding}"))
                .because("nothing was touched")
                .remedy(format!(
                    "use an empty database, without a schema: the load makes it; on Heroku, this \
                     empties one:\n{RESET}"
                )),
            GuardError::Locked { by } => failure
                .because(format!("{by} holds our lock on it"))
                .because(format!("waited {} s for it", LOCK_WAIT.as_secs()))
                .remedy("wait until that run is over, then see whether there is still need"),
        }
    }
}

impl SetUp {
    /// One line that says how we know.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            SetUp::Record { loaded_at } => format!("it was loaded at {loaded_at}"),
            SetUp::MigrationTable { name } => format!("it has the migration table {name}"),
        }
    }
}

/// Checks the target, and takes the lock on it that is held until the session ends.
pub(super) async fn check(
    source_url: &SourceUrl,
    source: &ReadOnly,
    target_url: &TargetUrl,
    target: &Writable,
    progress: &Progress,
) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot look at the target", &error);
    // the source first: a standby of the source is the source, too
    if identity_of_source(source).await? == identity(target).await? {
        return Err(GuardError::SameDatabase {
            from: source_url.0.display(),
            to: target_url.0.display(),
        }
        .into());
    }
    let standby: bool =
        target.query("select pg_catalog.pg_is_in_recovery()", &[]).await.map_err(failed)?[0].get(0);
    if standby {
        return Err(GuardError::TargetIsStandby { target: target_url.0.display() }.into());
    }
    lock(target, progress).await?;
    if let Some(record) = record(target).await? {
        return Err(GuardError::SetUp(record).into());
    }
    match holds(target).await? {
        Some(holding) => Err(GuardError::NotEmpty(holding).into()),
        None => Ok(()),
    }
}

/// What an unused database would not have.
#[derive(Debug)]
pub struct Holding {
    objects: i64,
    /// The names of the first few.
    some: Vec<String>,
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self.objects - i64::try_from(self.some.len()).unwrap_or(0);
        f.write_str(&self.some.join(", "))?;
        if others > 0 { write!(f, " and {others} more") } else { Ok(()) }
    }
}

/// See [`super::holds`].
pub(super) async fn holds(target: &Writable) -> Result<Option<Holding>, Failure> {
    let failed = |error| target.failure("cannot look at the target", &error);
    let objects: i64 = target
        .query(&format!("select count(*) from ({OBJECTS}) as o"), &[])
        .await
        .map_err(failed)?[0]
        .get(0);
    if objects == 0 {
        return Ok(None);
    }
    let some = target
        .query(&format!("{OBJECTS} order by 1 limit 3"), &[])
        .await
        .map_err(failed)?
        .iter()
        .map(|row| row.get(0))
        .collect();
    Ok(Some(Holding { objects, some }))
}

/// What tells one database from all others, whatever the URL: a standby has its primary's.
const IDENTITY: &str = "select c.system_identifier, d.oid \
     from pg_catalog.pg_control_system() c, pg_catalog.pg_database d \
     where d.datname = pg_catalog.current_database()";

type Identity = (i64, u32);

async fn identity_of_source(source: &ReadOnly) -> Result<Identity, Failure> {
    let rows = source
        .query(IDENTITY, &[])
        .await
        .map_err(|error| source.failure("cannot tell which database the source is", &error))?;
    Ok((rows[0].get(0), rows[0].get(1)))
}

async fn identity(target: &Writable) -> Result<Identity, Failure> {
    let rows = target
        .query(IDENTITY, &[])
        .await
        .map_err(|error| target.failure("cannot tell which database the target is", &error))?;
    Ok((rows[0].get(0), rows[0].get(1)))
}

/// A killed run holds the lock until its server has noticed, so a short wait is usual.
async fn lock(target: &Writable, progress: &Progress) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot lock the target", &error);
    let begun = Instant::now();
    let mut said = false;
    loop {
        let rows = target
            .query("select pg_catalog.pg_try_advisory_lock($1)", &[&LOCK])
            .await
            .map_err(failed)?;
        if rows[0].get(0) {
            return Ok(());
        }
        if begun.elapsed() > LOCK_WAIT {
            return Err(GuardError::Locked { by: holder(target).await? }.into());
        }
        if !said {
            said = true;
            let by = holder(target).await?;
            progress.line(&format!("another run is filling the target ({by}): waiting for it"));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn holder(target: &Writable) -> Result<String, Failure> {
    let holder = target.advisory_lock_holder(LOCK).await;
    holder.map_err(|error| target.failure("cannot lock the target", &error))
}

pub(super) async fn record(target: &Writable) -> Result<Option<SetUp>, Failure> {
    let failed = |error| target.failure("cannot look at the target", &error);
    let there: bool = target
        .query("select pg_catalog.to_regclass('review_data.load') is not null", &[])
        .await
        .map_err(failed)?[0]
        .get(0);
    if !there {
        return Ok(None);
    }
    let rows = target
        .query(
            "select loaded_at::timestamptz(0)::text from review_data.load order by id desc limit 1",
            &[],
        )
        .await
        .map_err(failed)?;
    Ok(rows.first().map(|row| SetUp::Record { loaded_at: row.get(0) }))
}

/// See [`super::set_up`].
pub(super) async fn set_up(
    target: &Writable,
    migration_tables: &[MigrationTable],
) -> Result<Option<SetUp>, Failure> {
    if let Some(record) = record(target).await? {
        return Ok(Some(record));
    }
    let rows = target
        .query(
            "select n.nspname::text, c.relname::text from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' order by 1, 2",
            &[],
        )
        .await
        .map_err(|error| target.failure("cannot look at the target", &error))?;
    Ok(rows
        .iter()
        .map(|row| (row.get::<_, String>(0), row.get::<_, String>(1)))
        .find(|(schema, table)| {
            migration_tables.iter().any(|known| {
                known.table == table && known.schema.is_none_or(|known| known == schema)
            })
        })
        .map(|(schema, table)| SetUp::MigrationTable { name: format!("{schema}.{table}") }))
}
