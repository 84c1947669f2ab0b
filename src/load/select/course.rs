//! What a selection notes of its own course, for those who ask how it came about.

use crate::subset::wants::{Following, Needs};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The course of a selection. Foreign keys are positions in the catalogue.
#[derive(Debug, Default)]
pub(in crate::load) struct Course {
    /// By want: the rows that it brought.
    fetched: BTreeMap<usize, u64>,
    /// The foreign keys behind each want.
    keys: BTreeMap<usize, Vec<usize>>,
    nulled: Vec<(usize, Vec<usize>)>,
    unindexed: RefCell<BTreeSet<usize>>,
}

impl Course {
    /// The closure brought so many rows that were not there.
    pub(super) fn note_fetched(&mut self, want: usize, rows: usize) {
        *self.fetched.entry(want).or_default() += rows as u64;
    }

    /// A table was read whole, since there is no index on this foreign key of it.
    pub(super) fn note_unindexed(&self, foreign_key: usize) {
        self.unindexed.borrow_mut().insert(foreign_key);
    }

    pub(super) fn end(&mut self, needs: &Needs) {
        for (id, following) in needs.following.iter().enumerate() {
            match following {
                Following::Want(want) => self.keys.entry(*want).or_default().push(id),
                Following::Nulled { columns } => self.nulled.push((id, columns.clone())),
                Following::Satisfied => {}
            }
        }
    }

    /// Which foreign keys brought how many rows beyond those that were chosen; several, where they
    /// name the same key and were followed together.
    pub(in crate::load) fn pulled_in(&self) -> impl Iterator<Item = (&[usize], u64)> {
        self.fetched
            .iter()
            .filter(|(_, rows)| **rows > 0)
            .filter_map(|(want, rows)| Some((self.keys.get(want)?.as_slice(), *rows)))
    }

    /// Foreign keys whose referenced table is left empty, and their columns that become NULL.
    pub(in crate::load) fn nulled(&self) -> &[(usize, Vec<usize>)] {
        &self.nulled
    }

    /// Foreign keys whose lack of an index made the source read a whole table.
    pub(in crate::load) fn unindexed(&self) -> Vec<usize> {
        self.unindexed.borrow().iter().copied().collect()
    }
}
