//! Feeding a choice: children piece by piece, in the order in which their parents are chosen, and
//! spare rows.

use super::Selector;
use super::base::Counted;
use super::candidates::{Candidates, Held, Parent, SPARE_CANDIDATES};
use super::lowest::Place;
use super::register::Watched;
use crate::catalog::{ForeignKey, TableId};
use crate::failure::Failure;
use crate::subset::children::Candidate;
use crate::subset::choice::{Choice, Need};
use crate::subset::keys::Keys;
use crate::subset::questions::Access;
use crate::subset::wants::{Following, Named};

/// Rows that are asked for at once, about, where it can be chosen.
const PIECE: usize = 1 << 16;

/// Parents whose children are asked for at once, at least: each question is a round trip.
const FEWEST_PARENTS: usize = 1_000;

/// Spare rows that are asked for at once, at least.
const FEWEST_SPARES: usize = 256;

/// What one table's choice is fed with.
pub(super) struct Feed {
    pub(super) table: TableId,
    /// So many places are of the subset; what comes behind is only looked ahead at.
    pub(super) really: usize,
    pub(super) watched: Watched,
    /// The key values of the rows that the choice has at hand.
    pub(super) held: Held,
    counted: Vec<Counted>,
    lists: Vec<List>,
    spares: Spares,
}

/// The children along one foreign key.
struct List {
    key: usize,
    /// Rows were chosen from it.
    used: bool,
    parents: Option<Parents>,
}

/// Referenced rows, in the order in which they are chosen.
struct Parents {
    keys: Keys,
    /// Positions in `keys` with the fraction at which each is chosen, ascending. `None`: all are
    /// asked for at once.
    order: Option<Vec<(f64, u32)>>,
    next: usize,
    piece: usize,
}

/// Rows in the seeded order.
struct Spares {
    /// Whether there may be any.
    wanted: bool,
    /// The last one that was given.
    last: Option<Place>,
    /// How many were asked for at last.
    piece: usize,
}

impl Feed {
    pub(super) fn new(
        table: TableId,
        keys: &[usize],
        counted: Vec<Counted>,
        watched: Watched,
        spares: bool,
    ) -> Self {
        Feed {
            table,
            really: 0,
            watched,
            held: Held::default(),
            counted,
            lists: keys.iter().map(|key| List { key: *key, used: false, parents: None }).collect(),
            spares: Spares { wanted: spares, last: None, piece: 0 },
        }
    }

    /// A row was chosen from a list: says which foreign key's it is.
    pub(super) fn use_list(&mut self, list: usize) -> usize {
        self.lists[list].used = true;
        self.lists[list].key
    }

    /// The first foreign key in order by which rows were chosen.
    pub(super) fn first_used(&self) -> Option<usize> {
        self.lists.iter().find(|list| list.used).map(|list| list.key)
    }

    /// Forgets what will not be chosen any more.
    pub(super) fn compact(&mut self, choice: &mut Choice<'_>) {
        let before = std::mem::take(&mut self.held);
        choice.compact(|row| self.held.copy(&before, row.values));
    }

    fn add_children(
        &mut self,
        choice: &mut Choice<'_>,
        list: usize,
        (found, needs): (Candidates, Vec<Need>),
        complete: f64,
    ) {
        let rows = self.held.take(found);
        choice.add_children(list, &rows, &needs, complete);
    }
}

impl Parents {
    /// The next ones, and since when the one after them is chosen.
    fn take(&mut self) -> (Keys, f64) {
        let Some(order) = &self.order else {
            return (std::mem::replace(&mut self.keys, Keys::new(true)), f64::INFINITY);
        };
        // at least one, and all that are chosen at the same moment
        let mut end = (self.next + self.piece).min(order.len());
        while let (Some((since, _)), Some((next, _))) = (order.get(end - 1), order.get(end))
            && since.total_cmp(next).is_eq()
        {
            end += 1;
        }
        let mut positions: Vec<u32> = order[self.next..end].iter().map(|(_, at)| *at).collect();
        positions.sort_unstable();
        self.next = end;
        let complete = order.get(end).map_or(f64::INFINITY, |(since, _)| *since);
        (self.keys.at(&positions), complete)
    }
}

impl Selector<'_> {
    /// Gives a choice the next children along one of its foreign keys.
    pub(super) async fn more_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
    ) -> Result<(), Failure> {
        let key = feed.lists[list].key;
        if self.tables[self.catalog.foreign_keys[key].referenced].whole {
            choice.nothing_in(list);
            return Ok(());
        }
        let parents = match feed.lists[list].parents.take() {
            Some(parents) => parents,
            None => self.parents_along(key, &feed.counted),
        };
        let parents = feed.lists[list].parents.insert(parents);
        let (keys, complete) = parents.take();
        let wanted = choice.remaining();
        let others = feed.counted.iter().any(|about| about.required && about.key != key);
        let found = self.children_of(feed.table, key, &keys, wanted, others).await?;
        let needs = self.needs_of(&found, Some(key), &feed.counted);
        feed.add_children(choice, list, (found, needs), complete);
        Ok(())
    }

    /// The rows whose children may be chosen along a foreign key.
    fn parents_along(&mut self, key: usize, counted: &[Counted]) -> Parents {
        let foreign = &self.catalog.foreign_keys[key];
        let referenced = self.needs.names[key];
        self.needs.referenced[referenced].present.settle();
        self.foreseen[referenced].settle();
        let mut keys = self.needs.referenced[referenced].present.clone();
        if counted.iter().any(|about| about.key == key) {
            keys.absorb(&self.foreseen[referenced]);
        }
        let piece = self.parents_in_a_piece(foreign);
        let mut parents = Parents { keys, order: None, next: 0, piece };
        // equal keys that are spelled differently are not known apart
        let exact = self.needs.referenced[referenced].columns.iter().all(|column| {
            let data_type = &self.catalog.tables[foreign.referenced].columns[*column].data_type;
            data_type.is_integer() || data_type.is_uuid()
        });
        let count = parents.keys.len();
        let looked_up = || self.access_to_children(key, count) != Access::Scan;
        if exact && foreign.configured.is_none() && count > piece && looked_up() {
            let moments = &self.moments[referenced];
            let since = |key| moments.chosen(key).unwrap_or(0.0);
            let mut order: Vec<(f64, u32)> =
                parents.keys.ascending().map(since).zip(0u32..).collect();
            order.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            parents.order = Some(order);
        }
        parents
    }

    /// How many parents have about a piece of children.
    fn parents_in_a_piece(&self, foreign: &ForeignKey) -> usize {
        let rows = |table: TableId| self.tables[table].available.unwrap_or(0).max(1);
        let parents = (PIECE as u64).saturating_mul(rows(foreign.referenced)) / rows(foreign.table);
        usize::try_from(parents).unwrap_or(usize::MAX).clamp(FEWEST_PARENTS, PIECE)
    }

    async fn children_of(
        &self,
        table: TableId,
        key: usize,
        parents: &Keys,
        wanted: usize,
        others: bool,
    ) -> Result<Candidates, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let mut found = Candidates::default();
        if parents.is_empty() {
            return Ok(found);
        }
        let layout = &self.layouts[table];
        let Some((_, note)) = layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(found);
        };
        // where what the driving foreign key names is there, its values need not be kept
        let nothing_else = foreign.configured.is_none()
            && layout.present.is_empty()
            && match &layout.wanted[..] {
                [] => true,
                [(want, _)] => self.needs.following[key] == Following::Want(*want),
                _ => false,
            };
        let per_parent = self.children_along(key);
        let spare = wanted.saturating_add(SPARE_CANDIDATES);
        // where other foreign keys have a say, more are kept for them to choose from
        let kept = if others { spare } else { wanted };
        let mut most = kept.saturating_add(spare);
        let rows = &self.tables[table].rows;
        let condition = self.condition(table);
        let moments = &self.moments[self.needs.names[key]];
        let present = &self.needs.referenced[self.needs.names[key]].present;
        let end = self.end();
        let mut scratch = Vec::new();
        self.ask_children(key, parents, condition, true, |answer| {
            if rows.contains(answer.address) {
                return;
            }
            // of several that an array names, the one that is there first
            let mut parent: Option<Parent> = None;
            note.each(answer.address, answer.values, &mut scratch, |named| {
                let Named::Key(key) = named else { return };
                let chosen = moments.chosen(key);
                // a key that is spelled differently is not known here, though it is equal
                let there = match chosen {
                    Some(since) => since <= end,
                    None => present.contains(key),
                };
                let several = note.reading.is_some() && chosen.is_none() && !there;
                let since = if several { f64::INFINITY } else { chosen.unwrap_or(0.0) };
                if parent.is_none_or(|first| since < first.since) {
                    parent = Some(Parent {
                        hash: u32::try_from(key.fingerprint() >> 32).unwrap_or_default(),
                        since,
                        suffices: nothing_else && there,
                    });
                }
            });
            let Some(parent) = parent else { return };
            found.add(&answer, parent, self.rank(table, &answer));
            if found.rows.len() > most {
                found.take_turns(per_parent, kept);
                most = found.rows.len().saturating_mul(2).max(most);
            }
        })
        .await?;
        found.take_turns(per_parent, kept);
        Ok(found)
    }

    /// Gives a choice more spare rows.
    pub(super) async fn more_spares(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
    ) -> Result<(), Failure> {
        if !feed.spares.wanted {
            choice.add_spares(&[], &[], true);
            return Ok(());
        }
        let all = choice.remaining();
        let spares = &mut feed.spares;
        let grown = (spares.piece * 2).clamp(FEWEST_SPARES, PIECE).min(all);
        let enough = choice.spares_to_see(grown);
        // looked up, they may come piece by piece; a table that has to be read is read once
        let wanted = if self.walks(feed.table, enough) {
            spares.piece = grown;
            enough
        } else {
            for list in 0..feed.lists.len() {
                self.all_children(feed, choice, list).await?;
            }
            let unfilled = choice.unfilled_without_spares();
            // a spare row may be taken that would have been a chosen row's child later
            let reserve = if feed.lists.is_empty() { 0 } else { unfilled / 8 + 16 };
            choice.spares_to_see((unfilled + reserve).max(1))
        };
        let found = self.lowest(feed.table, wanted, feed.spares.last).await?;
        let last = found.rows.last().map(|row: &Candidate| (row.rank, row.address));
        feed.spares.last = last.or(feed.spares.last);
        let all = found.rows.len() < wanted;
        let needs = self.needs_of(&found, None, &feed.counted);
        let rows = feed.held.take(found);
        choice.add_spares(&rows, &needs, all);
        Ok(())
    }

    /// Gives a choice all children of one list that are still to come.
    async fn all_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
    ) -> Result<(), Failure> {
        while !choice.is_complete(list) {
            self.more_children(feed, choice, list).await?;
        }
        Ok(())
    }

    /// What each row needs besides the one that it is a child of. A child's nullable foreign keys
    /// are left out of account: rows with a NULL there are not better ones, only other ones.
    fn needs_of(&self, found: &Candidates, by: Option<usize>, counted: &[Counted]) -> Vec<Need> {
        let counts = |about: &&Counted| by.is_none_or(|key| about.required && about.key != key);
        let counts: Vec<&Counted> = counted.iter().filter(counts).collect();
        let mut needs = Vec::new();
        if counts.is_empty() {
            return needs;
        }
        let mut scratch = Vec::new();
        found.each(|row, answer| {
            for about in &counts {
                about.note.each(answer.address, answer.values, &mut scratch, |named| {
                    let Named::Key(key) = named else { return };
                    let moments = &self.moments[about.referenced];
                    let chosen = moments.chosen(key).or_else(|| {
                        // rows that are always there have no moment
                        let there = &self.needs.referenced[about.referenced].present;
                        there.contains(key).then_some(0.0)
                    });
                    let since = moments.wanted(key).min(chosen.unwrap_or(f64::INFINITY));
                    needs.push(Need { row, key: (about.referenced, key.fingerprint()), since });
                });
            }
        });
        needs
    }
}
