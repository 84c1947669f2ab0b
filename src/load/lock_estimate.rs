//! How many locks one transaction takes. PostgreSQL keeps a lock of each object that is made, dropped
//! or read until the end of the transaction, in a table of fixed size that all sessions share.

pub use super::replace::dropped_by_a_swap as of_drops;

use super::replace::Swap;
use crate::catalog::{self, Catalog, Outside};
use crate::failure::Failure;
use crate::postgres::{AnySession, ReadOnly, Writable};
use crate::report::{Progress, grouped};

/// Our record and the system's catalogues.
const OTHERS: usize = 40;

/// A server lends memory that it has to spare: servers whose settings gave room for 5,248 and 7,744
/// locks held 8,903 and about 12,400. None held twice as many.
const LENT: usize = 2;

/// Whether the locks of one transaction fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Fits,
    /// They may fit, in memory that the server can spare.
    Perhaps,
    No,
}

impl Fit {
    fn of(locks: usize, room: usize) -> Self {
        if locks <= room {
            Fit::Fits
        } else if locks <= room.saturating_mul(LENT) {
            Fit::Perhaps
        } else {
            Fit::No
        }
    }
}

/// Refuses to read a source whose relations cannot be locked together: before that is tried, since a
/// full table of locks stops production's own sessions too.
pub(super) async fn check_source(source: &ReadOnly, outside: &Outside) -> Result<(), Failure> {
    let relations = catalog::count_locked(source, outside).await?;
    let room = room(source).await?;
    match Fit::of(relations, room) {
        Fit::Fits | Fit::Perhaps => Ok(()),
        Fit::No => Err(cannot_be_locked(relations, room)),
    }
}

fn cannot_be_locked(relations: usize, room: usize) -> Failure {
    let [relations, room] = [relations, room].map(|number| grouped(number as u64));
    Failure::new("reading the source needs more locks than its server has room for")
        .because(format!("{relations} tables and sequences stay locked while they are read"))
        .because(format!("the settings of the source's server give room for {room} locks"))
        .because("nothing was touched")
        .remedy(format!(
            "{LEAVE_OUT}\nor raise max_locks_per_transaction on the source's primary, then on the \
             standby; on Heroku, take a plan that allows more connections"
        ))
}

const LEAVE_OUT: &str = "leave schemas or tables out, in review-data.toml, as\n [schema]\n \
     leave_out = [\"tenant_[2-9]*.*\"]";

/// Refuses a load whose locks do not fit, before anything is made; says so where they may not.
pub(super) async fn check(
    source: &ReadOnly,
    target: &Writable,
    catalog: &Catalog,
    swap: Option<&Swap>,
    progress: &Progress,
) -> Result<(), Failure> {
    let dropped = swap.map_or(0, Swap::drops);
    let locks = of_load(source, catalog).await? + dropped;
    let room = room(target).await?;
    match Fit::of(locks, room) {
        Fit::Fits => Ok(()),
        Fit::Perhaps => {
            let old = if dropped > 0 { " to drop the old objects and make the new" } else { "" };
            progress.line(&format!(
                "the load takes about {} locks on the target{old}, which is sure to have room for {}: \
                 if it says \"out of shared memory\", raise its max_locks_per_transaction, or, on \
                 Heroku, take a plan that allows more connections",
                grouped(locks as u64),
                grouped(room as u64)
            ));
            Ok(())
        }
        Fit::No => Err(do_not_fit(locks, room, catalog.tables.len(), dropped)),
    }
}

fn do_not_fit(locks: usize, room: usize, tables: usize, dropped: usize) -> Failure {
    let [locks, room, tables] = [locks, room, tables].map(|number| grouped(number as u64));
    let mut failure = Failure::new("the load needs more locks than the target has room for")
        .because(format!("it makes {tables} tables in one transaction, with about {locks} locks"))
        .because(format!("the settings of the target's server give room for {room}"))
        .because("nothing was touched");
    if dropped > 0 {
        failure = failure.because(format!(
            "of these locks, {} are for the objects that it drops",
            grouped(dropped as u64)
        ));
    }
    failure.remedy(format!(
        "{LEAVE_OUT}\nor raise max_locks_per_transaction on the target's server; on Heroku, take a \
         plan that allows more connections"
    ))
}

/// Relations that a load makes: tables with their partitions, indexes and TOAST, and what else their
/// schemas hold. A lock of one object in several modes takes one place in the server's table of locks.
/// Measured on PostgreSQL 15: a load of 3,601 tables, each with a key, a sequence and TOAST, held
/// locks of 18,350 objects before its COMMIT (47,191 rows of `pg_locks`); this counts 18,044 and
/// [`OTHERS`].
///
/// # Errors
/// The source's.
pub async fn of_load(source: &ReadOnly, catalog: &Catalog) -> Result<usize, Failure> {
    let oids: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    let rows = source
        .query(
            "with loaded as ( \
               select u.oid from pg_catalog.unnest($1::oid[]) u(oid) \
               union \
               select p.relid::oid from pg_catalog.unnest($1::oid[]) u(oid) \
               cross join lateral pg_catalog.pg_partition_tree(u.oid) p) \
             select (select count(*) + 2 * count(nullif(c.reltoastrelid, 0)) \
                     from pg_catalog.pg_class c where c.oid in (select l.oid from loaded l)) \
               + (select count(*) from pg_catalog.pg_index i \
                  where i.indrelid in (select l.oid from loaded l)) \
               + (select count(*) from pg_catalog.pg_class c \
                  where c.relkind in ('v', 'm', 'S', 'f', 'c') and c.relnamespace in ( \
                    select t.relnamespace from pg_catalog.pg_class t \
                    where t.oid in (select l.oid from loaded l)) \
                    and not exists (select from pg_catalog.pg_depend d \
                      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid \
                        and d.deptype = 'e'))",
            &[&oids],
        )
        .await
        .map_err(|error| source.failure("cannot count the source's relations", &error))?;
    Ok(usize::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0) + OTHERS)
}

/// Locks that the server has room for. It lends some more out of spare memory: a server whose
/// settings give 5,248 held 8,903.
async fn room(session: &impl AnySession) -> Result<usize, Failure> {
    let rows = session
        .query(
            "select (sum(s.setting::int8) filter (where s.name <> 'max_locks_per_transaction') \
               * max(s.setting::int8) filter (where s.name = 'max_locks_per_transaction'))::int8 \
             from pg_catalog.pg_settings s where s.name in ('max_locks_per_transaction', \
               'max_connections', 'max_prepared_transactions', 'max_worker_processes', \
               'max_wal_senders', 'autovacuum_max_workers')",
            &[],
        )
        .await
        .map_err(|error| session.failure("cannot read the server's settings", &error))?;
    let room: Option<i64> = rows[0].get(0);
    Ok(room.and_then(|room| usize::try_from(room).ok()).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_refused_only_where_no_server_held_as_many_locks() {
        // what servers were seen to hold is not refused, the tables of 300 tenants are
        assert_eq!(Fit::of(5_248, 5_248), Fit::Fits);
        assert_eq!(Fit::of(8_903, 5_248), Fit::Perhaps);
        assert_eq!(Fit::of(12_400, 7_744), Fit::Perhaps);
        assert_eq!(Fit::of(18_044, 7_744), Fit::No);
        assert_eq!(Fit::of(usize::MAX, usize::MAX), Fit::Fits);
    }

    #[test]
    fn the_refusal_has_numbers_and_a_remedy_for_heroku() {
        let told = do_not_fit(18_044, 7_744, 3_601, 0).to_string();
        for part in ["3,601 tables", "about 18,044 locks", "room for 7,744", "leave_out", "Heroku"]
        {
            assert!(told.contains(part), "{part}: {told}");
        }
        let told = cannot_be_locked(10_200, 2_560).to_string();
        for part in ["10,200 tables and sequences", "room for 2,560 locks", "leave_out", "Heroku"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
