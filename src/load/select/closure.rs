//! Closure: what the selected rows reference is fetched, and what that references, until nothing
//! is missing. Cycles and self-references need nothing special, since rows are known by address.

use crate::catalog::{ById, TableId};
use crate::failure::Failure;
use crate::load::select::asking::answer::Answer;
use crate::load::select::asking::query::By;
use crate::load::select::choosing::accept::note_keys;
use crate::load::select::chosen::Subset;
use crate::load::select::provenance::Origin;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::held::WholeRows;
use crate::load::select::travelling::row_values::{IS_WHOLE, Values};
use crate::subset::key_set::KeySet;
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, Lookup, With};
use crate::subset::references::WantId;
use std::borrow::Cow;
use std::collections::HashSet;

/// After this many rounds of few keys, the server follows a self-reference in one question.
const PATIENCE: usize = 8;

/// What counts as few keys. The server follows each key separately, so lines that meet are followed
/// twice.
const FEW: usize = 64;

/// How many keys are in memory while a table is read for them.
const MOST_IN_A_SCAN: usize = 1 << 20;

/// How far the server follows a self-reference in one question.
const DEPTH: usize = 2_000;

impl Selector<'_> {
    pub(crate) async fn close(&mut self) -> Result<(), Failure> {
        let mut rounds: ById<WantId, usize> =
            self.plan.references.wants.iter().map(|_| 0).collect();
        loop {
            let mut asked = false;
            for want in self.plan.references.wants.ids() {
                if !self.plan.references.wants[want].fetched {
                    continue;
                }
                let missing = self.subset.keys.take_missing(&self.plan.references, want)?;
                if missing.is_empty() {
                    continue;
                }
                asked = true;
                rounds[want] = if missing.len() <= FEW { rounds[want] + 1 } else { 0 };
                // `why` notes each step, so each step needs a question
                let lineage = rounds[want] > PATIENCE && !self.subset.course.notes_origins();
                self.fetch(want, &missing, lineage).await?;
                self.subset.keys.wants[want].asked.absorb(&missing);
                self.subset.keys.relieve()?;
            }
            if !asked {
                return Ok(());
            }
        }
    }

    async fn fetch(
        &mut self,
        want: WantId,
        missing: &KeySet,
        lineage: bool,
    ) -> Result<(), Failure> {
        let referenced =
            &self.plan.references.referenced[self.plan.references.wants[want].referenced];
        let (table, columns) = (referenced.table, &referenced.columns);
        let access = match self.plan.access(table, columns, table, missing.len()) {
            // a referenced key is unique: an index is there, if only the partition's own
            Access::Scan if missing.len() < FEW => Access::Index,
            access => access,
        };
        let fetch = Fetch { want, table, access, lineage };
        let most = match access {
            Access::Scan => MOST_IN_A_SCAN,
            _ => self.rows_in_a_batch(table),
        };
        let mut walk = missing.walk()?;
        loop {
            let some = walk.batch(most)?;
            if some.is_empty() {
                return Ok(());
            }
            self.fetch_some(fetch, &some).await?;
        }
    }

    async fn fetch_some(&mut self, fetch: Fetch, missing: &Keys) -> Result<(), Failure> {
        let Fetch { want, table, access, lineage } = fetch;
        let with = With { row: self.comes_early(table), ..With::KEYS };
        let Selector { asking, plan, subset } = self;
        let about = &plan.references.wants[want];
        let referenced = &plan.references.referenced[about.referenced];
        let lookup = Lookup {
            relation: Some(&referenced.relation),
            columns: &referenced.columns,
            operators: &about.operators,
            forms: &about.forms,
        };
        let layout = &plan.layouts[table];
        let Subset { keys, tables, .. } = &mut *subset;
        let there = &tables[table].rows;
        let mut addresses = Vec::new();
        let (mut values, mut whole, mut places) = (Values::default(), Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let note = |answer: Answer<'_>| {
            note_keys(keys, layout, &answer);
            if there.contains(answer.address) || !seen.insert(answer.address) {
                return;
            }
            addresses.push(answer.address);
            let place = answer.row.map(|_| values.put(&answer)).unwrap_or_default();
            if place & IS_WHOLE != 0 {
                whole.push(answer.address);
                places.push(place);
            }
        };
        let (reader, missing) = (asking.source, Cow::Borrowed(missing));
        let sent = match about.self_reference {
            Some(key) if lineage => {
                let own = &plan.catalog.foreign_keys[key].columns;
                let question = layout.lineage(plan.catalog, &lookup, own, DEPTH, with);
                let by = By { reader, keys: missing, access: Access::Index };
                asking.send_with_keys(table, question, &about.forms, by).await?
            }
            _ => {
                let by = By { reader, keys: missing, access };
                asking.send_by_keys(layout, &lookup, by, None, with).await?
            }
        };
        asking.receive_with_keys(sent, note).await?;
        subset.course.note_origin(table, Origin::PulledIn(want), &addresses);
        subset.course.note_fetched(want, addresses.len());
        let whole = WholeRows { addresses: whole, places: vec![(values, places)] };
        subset.add_rows(asking, plan, table, addresses, whole).await
    }
}

/// How the rows of a want are fetched.
#[derive(Clone, Copy)]
struct Fetch {
    want: WantId,
    table: TableId,
    access: Access,
    /// The server follows a self-reference in one question.
    lineage: bool,
}
