//! Replacing what a target holds, in the transaction of the load: all locks, all drops, then the
//! load. Whoever reads the target sees the old data until the locks are taken, then waits for the
//! COMMIT. If the load fails, the old data is unchanged.
//!
//! A swap drops every object outside extensions, the platform's schemas and our record. Objects that
//! neither a load nor a command of ours made are named first. They stop the swap unless
//! review-data.toml says `existing = "replace"`. Rights stay as they are: see `inventory`.
//!
//! The size check counts new files only. Old files are there until the COMMIT, and no server tells an
//! ordinary role how much room is left, so the swap says beforehand how much it may need, and
//! compares it with `[target] capacity` where that is given. A server that runs out of room ends the
//! transaction, and the old data is unchanged.

mod apps_own;
mod error;
mod existing;
mod grants;
mod inventory;
mod kept;
mod locks;

pub use existing::Existing;
pub use kept::check as dropped_by_a_swap;

use crate::config::{ByteSize, Size};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::record::{self, Found, Listed};
use crate::report::{Progress, Replaced, bytes, counted};
use error::ReplaceError;
use grants::Grants;
use inventory::{Inventory, Names};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// A replacement to be made.
pub(super) struct Swap {
    why: Why,
    /// Objects that the record does not list go, too.
    others: bool,
    listed: Listed,
    /// What the source holds, where the record lists tables only.
    in_source: Names,
    /// How many locks it takes to drop what goes.
    drops: Cell<usize>,
    inventory: RefCell<Inventory>,
    grants: RefCell<Grants>,
    locked: Cell<Option<Instant>>,
    /// Since the first lock, over all attempts of this load.
    waited: Cell<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Why {
    /// It is our own set-up, loaded then.
    SetUp { loaded_at: Option<String> },
    /// The app's own processes created it before the first load.
    AppsOwn,
}

impl Swap {
    /// What is to be replaced in a target with this record; `None` where the target is empty.
    pub(super) async fn decide(
        source: &ReadOnly,
        target: &Writable,
        found: Found,
        existing: Existing,
    ) -> Result<Option<Self>, Failure> {
        let production = found == Found::ProductionNotes;
        let record = match found {
            Found::Ours(record) => Some(record),
            Found::Newer(newer) => return Err(newer.into()),
            Found::Nothing | Found::ProductionNotes | Found::OfAnotherDatabase(_) => None,
        };
        let recorded_by_oid = record.as_ref().is_some_and(|record| !record.of_0_1_0);
        let loaded_at =
            record.as_ref().and_then(|record| record.loaded.as_ref()).map(|load| load.at.clone());
        let interrupted = record.as_ref().is_some_and(|record| record.running.is_some());
        let adopted = record.as_ref().is_some_and(|record| record.adopted_at.is_some());
        let was_empty = record
            .as_ref()
            .and_then(|record| record.awaited.as_ref())
            .is_some_and(|awaited| awaited.was_empty);
        if let Some(loaded_at) = &loaded_at
            && !existing.replace
        {
            return Err(ReplaceError::SetUp { loaded_at: loaded_at.clone() }.into());
        }
        let Some(holding) = record::holds(target).await? else { return Ok(None) };
        let inventory = Inventory::of(target).await?;
        let why = if loaded_at.is_some() || (adopted && existing.replace) {
            Why::SetUp { loaded_at }
        } else if was_empty || (existing.others && existing.review_app && !production) {
            Why::AppsOwn
        } else {
            return Err(ReplaceError::NotEmpty { holding, existing }.into());
        };
        // if something has dropped all that we loaded, the record does not list the present tables
        let ours = matches!(why, Why::SetUp { .. });
        let gone = ours && recorded_by_oid && record::gone(target).await?.is_some();
        let listed = record::listed(target, interrupted).await?;
        let in_source = match listed {
            Listed::TablesOnly(_) if ours => inventory::names(source).await?,
            _ => Names::new(),
        };
        let swap = Swap {
            why,
            others: existing.others || gone,
            listed,
            in_source,
            drops: Cell::new(0),
            inventory: RefCell::default(),
            grants: RefCell::default(),
            locked: Cell::new(None),
            waited: Cell::new(Duration::ZERO),
        };
        kept::check_subscriptions(target).await?;
        swap.check(target, &inventory).await?;
        swap.inventory.replace(inventory);
        Ok(Some(swap))
    }

    /// Whether all of this may be dropped.
    async fn check(&self, target: &Writable, inventory: &Inventory) -> Result<(), Failure> {
        let not_ours = inventory.not_ours();
        if !not_ours.is_empty() {
            return Err(ReplaceError::NotOwned(not_ours).into());
        }
        let drops = kept::check(target).await?;
        self.drops.set(self.drops.get().max(drops));
        match self.why {
            Why::AppsOwn => apps_own::check(target, inventory).await,
            Why::SetUp { .. } if self.others => Ok(()),
            Why::SetUp { .. } => {
                let names = self.unlisted(inventory);
                if names.is_empty() {
                    return Ok(());
                }
                let tables_only = matches!(self.listed, Listed::TablesOnly(_));
                Err(ReplaceError::Unlisted { names, tables_only }.into())
            }
        }
    }

    fn unlisted(&self, inventory: &Inventory) -> Vec<String> {
        inventory.unlisted(&self.listed, &self.in_source)
    }

    /// Says what will be replaced, and how much room that may take.
    pub(super) fn announce(&self, size: Size, progress: &Progress) {
        let inventory = self.inventory.borrow();
        let names: Vec<&str> =
            inventory.tables().map(|(object, _)| object.identity.as_str()).collect();
        let tables = counted(names.len() as u64, "table");
        match &self.why {
            Why::SetUp { loaded_at } => {
                let when =
                    loaded_at.as_ref().map(|at| format!(", loaded {at}")).unwrap_or_default();
                progress.line(&format!("replacing the set-up of the target: {tables}{when}"));
                let unlisted = self.unlisted(&inventory);
                if !unlisted.is_empty() {
                    progress.line(&format!(
                        "objects that the record does not list go, too: {}",
                        unlisted.join(", ")
                    ));
                }
            }
            Why::AppsOwn => {
                let others = inventory.besides_tables();
                let names: Vec<&str> =
                    names.into_iter().chain(others.iter().map(String::as_str)).collect();
                let others = match others.len() {
                    0 => String::new(),
                    count => format!(" and {}", counted(count as u64, "other object")),
                };
                progress.line(&format!(
                    "the app's own processes created {tables}{others} before the load, which \
                     replaces them: {}",
                    shortened(&names)
                ));
            }
        }
        let stays = inventory.stays();
        if !stays.is_empty() {
            progress.line(&format!("of another role, so these stay: {}", stays.join(", ")));
        }
        let new = match size {
            Size::Budget(ByteSize(budget)) => format!("the new data, up to {}", bytes(budget)),
            Size::Linear(_) | Size::Logarithmic(_) => "the new data".to_owned(),
        };
        progress.line(&format!(
            "the old data, {}, stays on disk until the COMMIT: the target needs room for it and \
             for {new}",
            bytes(inventory.bytes())
        ));
    }

    /// How many locks it takes to drop what goes.
    pub(super) fn drops(&self) -> usize {
        self.drops.get()
    }

    /// In the transaction that is open: takes all locks, then drops everything. Schemas that the
    /// load makes again are kept.
    pub(super) async fn clear(
        &self,
        target: &Writable,
        made_again: &[&str],
        progress: &Progress,
    ) -> Result<(), Failure> {
        /// Objects that others create between our look and our locks.
        const MOST_LOOKS: usize = 5;
        self.stop_clock();
        progress.begin("taking all locks on what is replaced");
        let mut found = Inventory::of(target).await?;
        self.locked.set(Some(locks::take(target, &found, progress).await?));
        progress.begin("dropping what is replaced");
        self.grants.replace(Grants::of(target).await?);
        for _ in 0..MOST_LOOKS {
            self.check(target, &found).await?;
            self.inventory.borrow_mut().note(&found);
            for some in found.drops(made_again).chunks(50) {
                target.run(&some.join("; ")).await.map_err(|error| {
                    target.failure("cannot drop what is to be replaced on the target", &error)
                })?;
            }
            let left = Inventory::of(target).await?;
            if left.is_empty() {
                return Ok(());
            }
            found = left;
        }
        Err(ReplaceError::Left(found.names()).into())
    }

    /// Before the COMMIT: grants again what was granted on relations that are there again, and
    /// takes the old files out of the size that is recorded.
    pub(super) async fn finish(&self, target: &Writable) -> Result<(), Failure> {
        let grants = self.grants.borrow().clone();
        grants.restore(target).await?;
        let bytes = i64::try_from(self.inventory.borrow().bytes()).unwrap_or(0);
        target
            .query("update review_data.load set database_size = database_size - $1", &[&bytes])
            .await
            .map_err(|error| target.failure("cannot write our record to the target", &error))?;
        Ok(())
    }

    /// After the COMMIT.
    pub(super) fn done(&self) -> Replaced {
        self.stop_clock();
        let inventory = self.inventory.borrow();
        Replaced {
            tables: inventory.tables().map(|(object, _)| object.identity.clone()).collect(),
            loaded_at: match &self.why {
                Why::SetUp { loaded_at } => loaded_at.clone(),
                Why::AppsOwn => None,
            },
            readers_waited: self.waited.get().as_secs_f64(),
        }
    }

    fn stop_clock(&self) {
        if let Some(locked) = self.locked.take() {
            self.waited.set(self.waited.get() + locked.elapsed());
        }
    }
}

/// The first few names.
fn shortened(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
