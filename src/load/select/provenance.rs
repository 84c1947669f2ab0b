//! What a selection notes about its course, for the plan, the result and `why`.

use crate::catalog::{ForeignKeyId, TableId};
use crate::subset::references::{Following, References, WantId};
use crate::subset::rows::{Address, RowSet};
use std::collections::{BTreeMap, BTreeSet};

/// The course of a selection.
#[derive(Debug, Default)]
pub(crate) struct Course {
    /// By want: the rows that it brought.
    fetched: BTreeMap<WantId, u64>,
    /// The foreign keys behind each want.
    keys: BTreeMap<WantId, Vec<ForeignKeyId>>,
    nulled: Vec<(ForeignKeyId, Vec<usize>)>,
    unindexed: BTreeSet<ForeignKeyId>,
    origins: Option<Origins>,
}

impl Course {
    /// Notes where each row comes from, too: 8 bytes a row.
    pub(crate) fn with_origins(tables: usize) -> Self {
        let origins =
            Origins { batches: vec![Vec::new(); tables], next: 1, last_ranks: vec![None; tables] };
        Course { origins: Some(origins), ..Course::default() }
    }

    pub(crate) fn notes_origins(&self) -> bool {
        self.origins.is_some()
    }

    /// These rows come now, unless they were there before.
    pub(crate) fn note_origin(&mut self, table: TableId, origin: Origin, rows: &[Address]) {
        if let Some(origins) = &mut self.origins
            && !rows.is_empty()
        {
            let mut set = RowSet::default();
            set.add(rows.to_vec());
            origins.batches[table].push(Batch { origin, moment: origins.next, rows: set });
            origins.next += 1;
        }
    }

    /// Rows of these ranks are taken, for their ranks.
    pub(crate) fn note_ranks(&mut self, table: TableId, ranks: impl Iterator<Item = u64>) {
        if let Some(origins) = &mut self.origins {
            let last = &mut origins.last_ranks[table];
            *last = (*last).max(ranks.max());
        }
    }

    /// Where a row first came from, and when.
    pub(crate) fn origin(&self, table: TableId, row: Address) -> Option<(Origin, Moment)> {
        let batches = &self.origins.as_ref()?.batches[table];
        let batch = batches.iter().find(|batch| batch.rows.contains(row))?;
        Some((batch.origin, batch.moment))
    }

    /// The highest rank of the rows that were taken for their rank.
    pub(crate) fn last_rank(&self, table: TableId) -> Option<u64> {
        self.origins.as_ref()?.last_ranks[table]
    }

    /// The foreign keys behind a want.
    pub(crate) fn keys_of(&self, want: WantId) -> &[ForeignKeyId] {
        self.keys.get(&want).map_or(&[], Vec::as_slice)
    }

    /// The closure brought this many rows that were not there.
    pub(crate) fn note_fetched(&mut self, want: WantId, rows: usize) {
        *self.fetched.entry(want).or_default() += rows as u64;
    }

    /// A table was read whole because this foreign key has no index.
    pub(crate) fn note_unindexed(&mut self, foreign_key: ForeignKeyId) {
        self.unindexed.insert(foreign_key);
    }

    pub(crate) fn lay_out(&mut self, references: &References) {
        for (id, following) in references.following.pairs() {
            match following {
                Following::Want(want) => self.keys.entry(*want).or_default().push(id),
                Following::Nulled { columns } => self.nulled.push((id, columns.clone())),
                Following::Satisfied => {}
            }
        }
    }

    /// How many rows foreign keys pulled in. Foreign keys that reference the same key are followed
    /// together, and stand together.
    pub(crate) fn pulled_in(&self) -> impl Iterator<Item = (&[ForeignKeyId], u64)> {
        self.fetched
            .iter()
            .filter(|(_, rows)| **rows > 0)
            .filter_map(|(want, rows)| Some((self.keys.get(want)?.as_slice(), *rows)))
    }

    /// Foreign keys whose referenced table is left empty, and their columns that become NULL.
    pub(crate) fn nulled(&self) -> &[(ForeignKeyId, Vec<usize>)] {
        &self.nulled
    }

    /// Foreign keys whose lack of an index made the source read a whole table.
    pub(crate) fn unindexed(&self) -> Vec<ForeignKeyId> {
        self.unindexed.iter().copied().collect()
    }
}

/// Why a row came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A condition of `always`.
    Always,
    /// `--force`
    Forced,
    /// It references, by this foreign key, a row that came with all its descendants.
    Descendant(ForeignKeyId),
    /// It references, by this foreign key, a chosen row.
    Child(ForeignKeyId),
    /// Its turn came in the seeded order.
    InOrder,
    /// It has what would not have been there else.
    Covering,
    /// Rows that were there reference it, by the foreign keys of this want.
    PulledIn(WantId),
}

/// Counts up from 1 in the course of a selection.
pub(crate) type Moment = usize;

/// Where rows came from, a batch for each time that some came.
#[derive(Debug)]
struct Origins {
    batches: Vec<Vec<Batch>>,
    next: Moment,
    last_ranks: Vec<Option<u64>>,
}

#[derive(Clone, Debug)]
struct Batch {
    origin: Origin,
    moment: Moment,
    rows: RowSet,
}
