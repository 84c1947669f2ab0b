//! What foreign keys that only the configuration knows of name and nobody has: it is left as it
//! is, and counted.

use crate::catalog::ForeignKeyId;
use crate::failure::Failure;
use crate::load::select::asking::query::{KeyLists, MOST_KEYS};
use crate::load::select::asking::sessions::Asking;
use crate::load::select::selector::Selector;
use crate::load::select::unresolved::Unresolved;
use crate::subset::key_set::KeySet;
use crate::subset::questions::{self, PLAN_FREELY, PLAN_LOOKUPS};
use crate::subset::references::{Following, Want};
use std::borrow::Cow;

impl Selector<'_> {
    /// By foreign key, as far as there are any.
    pub(crate) async fn count_unresolved(&mut self) -> Result<Vec<Unresolved>, Failure> {
        let mut counted = Vec::new();
        let Selector { asking, plan, subset } = self;
        for (id, want) in plan.references.wants.pairs() {
            let Some(key) = want.configured else { continue };
            let left_empty = plan.left_empty(plan.catalog.foreign_keys[key].referenced);
            let missing = subset.keys.take_unresolved(&plan.references, id)?;
            let misfits = &mut subset.keys.wants[id].misfits;
            misfits.settle();
            let misfits = misfits.count()? as u64;
            let values = if left_empty {
                missing.len() as u64
            } else {
                asking.count_missing(key, want, &missing).await?
            };
            if values + misfits > 0 {
                counted.push(Unresolved { key, values: values + misfits, left_empty });
            }
        }
        Ok(counted)
    }
}

/// Values of declared foreign keys that reference nothing: orphans of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Orphans {
    /// The foreign keys that have them: some of these, which reference the same key.
    pub(crate) keys: Vec<ForeignKeyId>,
    /// How many, each counted once.
    pub(crate) values: u64,
}

impl Selector<'_> {
    /// Among the rows that were chosen, of tables that are not copied whole.
    pub(crate) async fn count_orphans(&mut self) -> Result<Vec<Orphans>, Failure> {
        let mut counted = Vec::new();
        let Selector { asking, plan, subset } = self;
        for (id, want) in plan.references.wants.pairs() {
            if want.configured.is_some() || !want.fetched {
                continue;
            }
            let is_of_want = |(key, following): &(ForeignKeyId, &Following)| {
                let about = &plan.catalog.foreign_keys[*key];
                **following == Following::Want(id)
                    && about.validated
                    && !plan.counts[about.table].whole
            };
            let keys = plan.references.following.pairs().filter(is_of_want);
            let keys: Vec<ForeignKeyId> = keys.map(|(key, _)| key).collect();
            let Some(first) = keys.first().copied() else { continue };
            let missing = subset.keys.take_unresolved(&plan.references, id)?;
            let values = asking.count_missing(first, want, &missing).await?;
            if values > 0 {
                counted.push(Orphans { keys, values });
            }
        }
        Ok(counted)
    }
}

impl Asking<'_> {
    /// Values that are equal and not the same bytes, and rows of tables that are copied whole,
    /// are known to the source only.
    async fn count_missing(
        &self,
        key: ForeignKeyId,
        want: &Want,
        missing: &KeySet,
    ) -> Result<u64, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let columns = &self.catalog.tables[foreign.referenced].columns;
        let exact = foreign.referenced_columns.iter().all(|column| {
            let data_type = &columns[*column].data_type;
            data_type.is_integer() || data_type.is_uuid()
        });
        if missing.is_empty() || exact && want.fetched {
            return Ok(missing.len() as u64);
        }
        let what = format!("cannot look for what {} names", foreign.name);
        let failed = |error| self.source.failure(&what, &error);
        self.source.run(PLAN_LOOKUPS).await.map_err(failed)?;
        let setting =
            self.source.prepare(&questions::set_keys(&want.forms)).await.map_err(failed)?;
        let sql = questions::unresolved(self.catalog, foreign, want);
        let mut values = 0;
        let mut walk = missing.walk()?;
        loop {
            let some = walk.batch(MOST_KEYS)?;
            if some.is_empty() {
                break;
            }
            for list in KeyLists::new(Cow::Owned(some), &want.forms, false) {
                self.source.query_prepared(&setting, &list.parameters()).await.map_err(failed)?;
                let rows = self.source.query(&sql, &[]).await.map_err(failed)?;
                values += u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0);
            }
        }
        self.source.run(PLAN_FREELY).await.map_err(failed)?;
        Ok(values)
    }
}
