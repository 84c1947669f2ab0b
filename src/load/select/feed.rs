//! Feeding a choice: children piece by piece, in the order in which their parents are chosen, and
//! spare rows.

use super::along::PIECE;
use super::base::Counted;
use super::candidates::{Candidates, Parent, SPARE_CANDIDATES};
use super::children::SentAboutChildren;
use super::coverage::Covering;
use super::lowest::Place;
use super::parents::{self, Parents};
use super::register::Watched;
use super::values::Held;
use super::{Selector, TableSelection};
use crate::catalog::{ForeignKey, TableId};
use crate::failure::Failure;
use crate::subset::children::Candidate;
use crate::subset::choice::{Choice, Chosen, Need};
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, With};
use crate::subset::wants::{Following, Named};
use std::borrow::Cow;

/// Parents whose children are asked for at once, at least: each question is a round trip.
const FEWEST_PARENTS: usize = 1_000;

/// Spare rows that are asked for at once, at least.
const FEWEST_SPARES: usize = 256;

/// What one table's choice is fed with.
pub(super) struct Feed {
    pub(super) table: TableId,
    /// So many places are of the subset; what comes behind is only looked ahead at.
    pub(super) really: usize,
    /// No row of the table was there before.
    pub(super) from_nothing: bool,
    pub(super) watched: Watched,
    /// The rows that the choice has at hand: their key values, or all of them.
    pub(super) held: Held,
    counted: Vec<Counted>,
    /// What is to be there at least once.
    pub(super) covering: Option<Covering>,
    lists: Vec<List>,
    spares: Spares,
}

/// The children along one foreign key.
struct List {
    key: usize,
    /// Rows were chosen from it.
    used: bool,
    /// Of children whose parent is there, there is nothing to note.
    quiet: bool,
    parents: Option<Parents>,
}

/// Children that were asked for.
pub(super) struct NextChildren<'a> {
    list: usize,
    /// Since when their parents are chosen, …
    since: Vec<(u64, f64)>,
    /// … if that is known of all.
    tells_all: bool,
    /// Since when the next ones' are.
    complete: f64,
    /// They come along with their keys.
    row: bool,
    sent: SentAboutChildren<'a, 'static>,
}

impl List {
    fn new(key: usize) -> Self {
        List { key, used: false, quiet: false, parents: None }
    }
}

/// Which spare rows there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpareRows {
    None,
    /// Only some of those that are looked at will be chosen.
    Some,
    /// Nearly all.
    All,
}

/// Rows in the seeded order.
struct Spares {
    rows: SpareRows,
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
        held: Held,
        spares: SpareRows,
    ) -> Self {
        Feed {
            table,
            really: 0,
            from_nothing: false,
            watched,
            held,
            counted,
            covering: None,
            lists: keys.iter().map(|key| List::new(*key)).collect(),
            spares: Spares { rows: spares, last: None, piece: 0 },
        }
    }

    /// What a row covers.
    pub(super) fn features(&self, row: &Candidate) -> Vec<u16> {
        let covering = self.covering.as_ref();
        covering
            .map(|covering| self.held.of(row, |values| covering.features(values)))
            .unwrap_or_default()
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

    /// Whether there is nothing to note of a chosen row but its address.
    pub(super) fn says_nothing(&self, chosen: &Chosen<'_>, end: f64) -> bool {
        chosen.list.is_some_and(|list| self.lists[list].quiet && chosen.row.since <= end)
    }
}

impl<'a> Selector<'a> {
    /// Asks for the next children along one of a choice's foreign keys, of which so many are wanted;
    /// `None`: there are none.
    pub(super) async fn ask_for_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
        wanted: usize,
    ) -> Result<Option<NextChildren<'a>>, Failure> {
        let key = feed.lists[list].key;
        let foreign = &self.catalog.foreign_keys[key];
        if self.tables[foreign.referenced].whole {
            choice.nothing_in(list);
            return Ok(None);
        }
        let parents = match feed.lists[list].parents.take() {
            Some(parents) => parents,
            None => self.parents_along(key, &feed.counted),
        };
        let parents = feed.lists[list].parents.insert(parents);
        let parents = parents.take(&self.moments[self.needs.names[key]]);
        // where all that matters of a child is its parent, and that is known
        feed.lists[list].quiet = self.says_nothing_else(feed.table, key) && parents.tells_all();
        if parents.keys.is_empty() {
            choice.add_children(list, Vec::new(), &[], parents.complete);
            return Ok(None);
        }
        // a row that is likely to be chosen comes along with its keys
        let children = self.children_of_so_many(foreign, parents.keys.len());
        let row = children <= 2 * wanted as u64 && self.come_along(feed.table);
        let with = With { rank: true, row };
        let condition = self.condition(feed.table);
        let tells_all = parents.tells_all();
        let parents::Piece { keys, since, complete } = parents;
        let sent = self.send_about_children(key, Cow::Owned(keys), condition, with).await?;
        Ok(Some(NextChildren { list, since, tells_all, complete, row, sent }))
    }

    /// Gives a choice the children that were asked for. Where it is sure to need more, these are
    /// asked for before it has chosen from the first ones.
    pub(super) async fn receive_more_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        next: NextChildren<'a>,
    ) -> Result<Option<NextChildren<'a>>, Failure> {
        let (list, complete) = (next.list, next.complete);
        let key = feed.lists[list].key;
        let others = feed.counted.iter().any(|about| about.required && about.key != key);
        // each row is the child of one parent, in one piece
        let first = list == 0 && feed.from_nothing && next.tells_all;
        let known = (!first).then_some(&self.tables[feed.table]);
        let wanted = choice.remaining();
        let covers = choice.wants_features();
        let found = self.children_of(key, next, wanted, (others, covers), known).await?;
        let needs = self.needs_of(&found, Some(key), feed);
        let rows = feed.held.take(found);
        choice.add_children(list, rows, &needs, complete);
        // rows of the table itself become parents only when they are chosen
        let itself = self.catalog.foreign_keys[key].referenced == feed.table;
        let lacking = choice.lacking();
        if itself || choice.is_complete(list) || lacking == 0 {
            return Ok(None);
        }
        self.ask_for_children(feed, choice, list, lacking).await
    }

    /// The rows whose children may be chosen along a foreign key.
    fn parents_along(&mut self, key: usize, counted: &[Counted]) -> Parents {
        let foreign = &self.catalog.foreign_keys[key];
        let referenced = self.needs.names[key];
        self.needs.referenced[referenced].present.settle();
        self.foreseen[referenced].settle();
        let present = &self.needs.referenced[referenced].present;
        let ahead = counted.iter().any(|about| about.key == key);
        let none = Keys::new(matches!(present, Keys::Integers(_)));
        let foreseen = if ahead { &self.foreseen[referenced] } else { &none };
        // equal keys that are spelled differently are not known apart
        let exact = self.needs.referenced[referenced].columns.iter().all(|column| {
            let data_type = &self.catalog.tables[foreign.referenced].columns[*column].data_type;
            data_type.is_integer() || data_type.is_uuid()
        });
        if !exact || foreign.configured.is_some() {
            return Parents::at_once(present, foreseen);
        }
        let count = present.len() + foreseen.len();
        let looked_up = self.access_to_children(key, count) != Access::Scan;
        // in an order that a rule gives, rows of different answers cannot be compared
        let in_pieces = looked_up && self.rules[foreign.table].order.is_none();
        let piece = if in_pieces { self.parents_in_a_piece(foreign) } else { usize::MAX };
        let end = self.end();
        let until = if ahead { f64::INFINITY } else { end };
        Parents::new(present, foreseen, &self.moments[referenced], (end, until), piece)
    }

    /// How many parents have about a piece of children.
    fn parents_in_a_piece(&self, foreign: &ForeignKey) -> usize {
        let rows = self.rows_in_a_piece(foreign.table) as u64;
        let parents = rows.saturating_mul(self.rows_of(foreign.referenced));
        let parents = parents / self.rows_of(foreign.table);
        usize::try_from(parents).unwrap_or(usize::MAX).clamp(FEWEST_PARENTS, PIECE)
    }

    /// How many children so many parents have, about.
    fn children_of_so_many(&self, foreign: &ForeignKey, parents: usize) -> u64 {
        let children = (parents as u64).saturating_mul(self.rows_of(foreign.table));
        children / self.rows_of(foreign.referenced)
    }

    fn rows_of(&self, table: TableId) -> u64 {
        self.tables[table].available.unwrap_or(0).max(1)
    }

    /// Whether all there is to note of a child is the row that this foreign key names.
    fn says_nothing_else(&self, table: TableId, key: usize) -> bool {
        let layout = &self.layouts[table];
        self.catalog.foreign_keys[key].configured.is_none()
            && layout.present.is_empty()
            && match &layout.wanted[..] {
                [] => true,
                [(want, _)] => self.needs.following[key] == Following::Want(*want),
                _ => false,
            }
    }

    async fn children_of(
        &self,
        key: usize,
        next: NextChildren<'a>,
        wanted: usize,
        (others, covers): (bool, bool),
        known: Option<&TableSelection>,
    ) -> Result<Candidates, Failure> {
        let NextChildren { since: parents, tells_all, row, sent, .. } = next;
        let table = self.catalog.foreign_keys[key].table;
        let mut found = Candidates::default();
        let layout = &self.layouts[table];
        let Some((_, note)) = layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(found);
        };
        let per_parent = self.children_along(key);
        let spare = wanted.saturating_add(SPARE_CANDIDATES);
        // where other foreign keys have a say, or values, more are kept for them to choose from
        let kept = if others || covers { spare } else { wanted };
        let mut most = kept.saturating_add(spare);
        let moments = &self.moments[self.needs.names[key]];
        let present = &self.needs.referenced[self.needs.names[key]].present;
        let end = self.end();
        // where what the driving foreign key names is there, its values need not be kept
        let nothing_else = self.says_nothing_else(table, key) && !covers;
        let all_are_there = tells_all && parents.iter().all(|(_, since)| *since <= end);
        let mut scratch = Vec::new();
        self.receive_children(sent, |answer| {
            if known.is_some_and(|known| known.has(answer.address)) {
                return;
            }
            if tells_all && (row || all_are_there) {
                // since when it is there is found when all children are at hand
                let Some(key) = note.key(answer.address, answer.values, &mut scratch) else {
                    return;
                };
                let fingerprint = key.fingerprint();
                let parent = Parent { fingerprint, since: 0.0, suffices: nothing_else };
                found.add(&answer, parent, self.rank(table, &answer));
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
                        fingerprint: key.fingerprint(),
                        since,
                        suffices: nothing_else && there,
                    });
                }
            });
            let Some(parent) = parent else { return };
            found.add(&answer, parent, self.rank(table, &answer));
            if found.rows.len() > most {
                found.take_turns(per_parent, kept, &parents);
                most = found.rows.len().saturating_mul(2).max(most);
            }
        })
        .await?;
        found.take_turns(per_parent, kept, &parents);
        Ok(found)
    }

    /// Gives a choice more spare rows.
    pub(super) async fn more_spares(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
    ) -> Result<(), Failure> {
        if feed.spares.rows == SpareRows::None {
            choice.add_spares(Vec::new(), &[], true);
            return Ok(());
        }
        let all = choice.remaining();
        let spares = &mut feed.spares;
        let fewest = if feed.lists.is_empty() { PIECE } else { FEWEST_SPARES };
        let grown = (spares.piece * 2).clamp(fewest, PIECE).min(all);
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
        let row = feed.spares.rows == SpareRows::All && self.come_along(feed.table);
        let with = With { rank: true, row };
        let found = self.lowest(feed.table, wanted, feed.spares.last, with).await?;
        let last = found.rows.last().map(|row: &Candidate| (row.rank, row.address));
        feed.spares.last = last.or(feed.spares.last);
        let all = found.rows.len() < wanted;
        let needs = self.needs_of(&found, None, feed);
        let rows = feed.held.take(found);
        choice.add_spares(rows, &needs, all);
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
            let wanted = choice.remaining();
            let mut next = self.ask_for_children(feed, choice, list, wanted).await?;
            while let Some(children) = next {
                next = self.receive_more_children(feed, choice, children).await?;
            }
        }
        Ok(())
    }

    /// What each row needs besides the one that it is a child of. A child's nullable foreign keys
    /// are left out of account: rows with a NULL there are not better ones, only other ones.
    fn needs_of(&self, found: &Candidates, by: Option<usize>, feed: &Feed) -> Vec<Need> {
        let counts = |about: &&Counted| by.is_none_or(|key| about.required && about.key != key);
        let counts: Vec<&Counted> = feed.counted.iter().filter(counts).collect();
        let mut needs = Vec::new();
        // who asks for an order does not ask for the rows that need the fewest others
        if counts.is_empty() || self.rules[feed.table].order.is_some() {
            return needs;
        }
        let mut scratch = Vec::new();
        found.each(feed.held.layout(), |row, answer| {
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
