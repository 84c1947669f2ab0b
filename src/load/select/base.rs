//! Base selection: which rows are chosen before foreign keys ask for more.

use super::Selector;
use super::ask::{Answer, SCAN_ABOVE};
use super::candidates::{Candidates, SPARE_CANDIDATES};
use super::course::Origin;
use super::lowest::SMALL;
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::stream::tuple;
use crate::subset::graph::SelectionOrder;
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, Layout, Referencing};
use crate::subset::wants::{Following, Named, Needs, Note};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

impl Selector<'_> {
    /// Tables that are copied whole have foreign keys too.
    pub(super) async fn note_whole_tables(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            if self.tables[table].whole && self.layouts[table].has_wants() {
                let sql = self.layouts[table].whole();
                let mut notes = std::mem::take(&mut self.needs);
                let layout = &self.layouts[table];
                let asked =
                    self.ask(table, &sql, |answer| note_wanted(&mut notes, layout, &answer)).await;
                self.needs = notes;
                asked?;
            }
        }
        Ok(())
    }

    /// Chooses rows of one table until n(T) is reached: children of chosen rows first, along one
    /// foreign key after the other, then whatever comes next in the seeded order.
    pub(super) async fn select_base(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
    ) -> Result<(), Failure> {
        if self.tables[table].whole || self.missing(table) == 0 {
            return Ok(());
        }
        self.prepare_rank(table).await?;
        for key in order.driving_foreign_keys(self.catalog, table) {
            if self.missing(table) == 0 {
                return Ok(());
            }
            self.select_children(table, key).await?;
        }
        let missing = self.missing(table);
        if missing > 0 {
            self.select_lowest(table, missing).await?;
        }
        Ok(())
    }

    /// How many children of each row come first along a foreign key.
    pub(super) fn children_along(&self, key: usize) -> u32 {
        self.catalog.foreign_keys[key].downward.children.unwrap_or(self.config.subset.children)
    }

    /// How many rows are still to be chosen.
    pub(super) fn missing(&self, table: TableId) -> usize {
        let selection = &self.tables[table];
        usize::try_from(selection.target).unwrap_or(usize::MAX).saturating_sub(selection.rows.len())
    }

    /// Children of chosen rows along one foreign key, up to n(T).
    pub(super) async fn select_children(
        &mut self,
        table: TableId,
        key: usize,
    ) -> Result<(), Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        if self.tables[foreign.referenced].whole {
            return Ok(());
        }
        let referenced = self.needs.names[key];
        self.needs.referenced[referenced].present.settle();
        let parents =
            std::mem::replace(&mut self.needs.referenced[referenced].present, Keys::new(false));
        let chosen = self.children_of(table, key, &parents).await;
        self.needs.referenced[referenced].present = parents;
        let chosen = chosen?;
        if self.tables[table].driven_by.is_none() && !chosen.rows.is_empty() {
            self.tables[table].driven_by = Some(foreign.name.clone());
        }
        self.register(table, &chosen, Origin::Child(key));
        Ok(())
    }

    async fn children_of(
        &self,
        table: TableId,
        key: usize,
        parents: &Keys,
    ) -> Result<Candidates, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let wanted = self.missing(table);
        let mut found = Candidates::default();
        if parents.is_empty() {
            return Ok(found);
        }
        let layout = &self.layouts[table];
        let Some((_, note)) = layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(found);
        };
        // what the driving foreign key names is there, so its values need not be kept
        found.without_values = foreign.configured.is_none()
            && layout.present.is_empty()
            && match &layout.wanted[..] {
                [] => true,
                [(want, _)] => self.needs.following[key] == Following::Want(*want),
                _ => false,
            };
        let per_parent = self.children_along(key);
        let most = wanted.saturating_mul(2).saturating_add(SPARE_CANDIDATES);
        let rows = &self.tables[table].rows;
        let condition = self.condition(table);
        let mut scratch = Vec::new();
        self.ask_children(key, parents, condition, true, |answer| {
            let Some(parent) = parent_of(note, &answer, &mut scratch) else { return };
            if rows.contains(answer.address) {
                return;
            }
            found.add(&answer, parent, self.rank(table, &answer));
            if found.rows.len() > most {
                found.keep(per_parent, wanted);
            }
        })
        .await?;
        found.keep(per_parent, wanted);
        Ok(found)
    }

    pub(super) fn condition(&self, table: TableId) -> Option<&str> {
        self.conditions[table].as_deref()
    }

    /// Whether rows are looked up through an index or the table is read whole.
    pub(super) fn access(
        &self,
        table: TableId,
        columns: &[usize],
        referenced: TableId,
        keys: usize,
    ) -> Access {
        if self.catalog.tables[table].has_index_on(columns) && self.are_few(referenced, keys) {
            Access::Index
        } else {
            Access::Scan
        }
    }

    /// The same for the rows that reference these keys; notes where an index would have served.
    pub(super) fn access_to_children(&self, key: usize, keys: usize) -> Access {
        let foreign = &self.catalog.foreign_keys[key];
        let few = self.are_few(foreign.referenced, keys);
        let access = match Referencing::along(self.catalog, foreign) {
            None => self.access(foreign.table, &foreign.columns, foreign.referenced, keys),
            Some(_) if !few => Access::Scan,
            Some(along) => along.access,
        };
        if access == Access::Scan && few {
            self.course.note_unindexed(key);
        }
        access
    }

    /// Whether so many keys of a table are better looked up than found by reading all.
    fn are_few(&self, referenced: TableId, keys: usize) -> bool {
        let all = self.tables[referenced].available.unwrap_or(u64::MAX);
        #[allow(clippy::cast_precision_loss, reason = "a part of the whole")]
        let part = keys as f64 / all.max(1) as f64;
        part <= SCAN_ABOVE || (keys as u64) <= SMALL
    }

    /// Takes rows into the subset and notes their keys.
    pub(super) fn register(&mut self, table: TableId, chosen: &Candidates, origin: Origin) {
        let layout = &self.layouts[table];
        let mut addresses = Vec::with_capacity(chosen.rows.len());
        let mut fields = Vec::new();
        for candidate in &chosen.rows {
            addresses.push(candidate.address);
            let mut rest = chosen.values.get(candidate.values..).unwrap_or_default();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                let answer = Answer { address: candidate.address, values: &fields };
                note_keys(&mut self.needs, layout, &answer);
            }
        }
        self.course.note_origin(table, origin, &addresses);
        self.tables[table].rows.add(addresses);
    }
}

/// Tells parents apart by a hash of the foreign key's value; nothing where there is no parent.
fn parent_of(note: &Note, answer: &Answer<'_>, scratch: &mut Vec<u8>) -> Option<u32> {
    let key = note.key(answer.address, answer.values, scratch)?;
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).ok()
}

/// Notes the keys of a row that is in the subset: those that are there now, those that it wants.
pub(super) fn note_keys(needs: &mut Needs, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.present {
        if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
            needs.referenced[*id].present.note(key);
        }
    }
    note_wanted(needs, layout, answer);
}

/// Notes only what a row wants: the keys of a table that is copied whole are all there.
fn note_wanted(needs: &mut Needs, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.wanted {
        let want = &mut needs.wants[*id];
        note.each(answer.address, answer.values, &mut scratch, |named| match named {
            Named::Key(key) => want.wanted.note(key),
            Named::Misfit(key) => want.misfits.note(key),
        });
    }
}
