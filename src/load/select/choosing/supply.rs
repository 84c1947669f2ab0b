//! Gives a choice the rows that it asks for: children of chosen rows, and spare rows.

use crate::catalog::{ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::asking::in_order::{InOrder, MOST_AT_ONCE, Place};
use crate::load::select::choosing::candidates::Candidates;
use crate::load::select::choosing::covering::Covering;
use crate::load::select::choosing::overflow::Best;
use crate::load::select::choosing::parents::Parents;
use crate::load::select::choosing::waiting::{Piece, Waiting};
use crate::load::select::planning::goal::Goal;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::early::ROWS_IN_A_BATCH;
use crate::load::select::travelling::held::Held;
use crate::subset::choice::children::Candidate;
use crate::subset::choice::moments::Due;
use crate::subset::choice::{Choice, Chosen, Need};
use crate::subset::questions::{Layout, With};
use crate::subset::references::{Named, Note, ReferencedKeyId};
use std::collections::VecDeque;

/// The fewest spare rows that one question asks for.
const FEWEST_SPARES: usize = 256;

/// A foreign key whose referenced rows may have to be pulled in.
pub(crate) struct PulledParent {
    pub(crate) key: ForeignKeyId,
    pub(crate) referenced: ReferencedKeyId,
    pub(crate) required: bool,
    pub(crate) note: Note,
}

/// What of a table's rows matters to tables that are still to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    /// Keys of chosen rows: the fraction at which each comes is noted.
    pub(crate) present: Vec<(ReferencedKeyId, Note)>,
    /// Keys that chosen rows reference: the fraction at which each is first wanted is noted.
    pub(crate) wanted: Vec<(ReferencedKeyId, Note)>,
}

/// What one table's choice is fed with.
pub(crate) struct Feed {
    pub(crate) table: TableId,
    pub(crate) goal: Goal,
    /// The questions about the rows. A choice that covers values asks for these, too.
    pub(crate) layout: Layout,
    /// How many places belong to the subset. Rows in later places are only looked ahead at.
    pub(crate) places_in_subset: usize,
    /// When they fall due.
    pub(crate) due: Option<Due>,
    /// No row of the table was there before.
    pub(crate) from_nothing: bool,
    pub(crate) watched: Watched,
    /// The rows that the choice has at hand: their key values, or all of them.
    pub(crate) held: Held,
    pub(crate) pulled: Vec<PulledParent>,
    /// What is to be there at least once.
    pub(crate) covering: Option<Covering>,
    pub(crate) lists: Vec<List>,
    spares: Spares,
}

/// The children along one foreign key.
pub(crate) struct List {
    pub(crate) key: ForeignKeyId,
    /// Rows were chosen from it.
    used: bool,
    /// Children whose parents are in the subset are silent: only their addresses are noted.
    pub(crate) silent: bool,
    pub(crate) parents: Option<Parents>,
    /// Children that are too many for memory, and the children of later answers.
    waiting: VecDeque<Batch>,
    /// By number: what waits of each fraction that has very many.
    open: Vec<Waiting>,
}

/// The children of one answer that were not given yet.
struct Batch {
    rows: Waited,
    /// The fraction at which the next parents are chosen.
    complete: f64,
}

enum Waited {
    InMemory(Candidates),
    InFiles(Waiting),
}

impl List {
    fn new(key: ForeignKeyId) -> Self {
        List {
            key,
            used: false,
            silent: false,
            parents: None,
            waiting: VecDeque::new(),
            open: Vec::new(),
        }
    }
}

/// Which spare rows there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpareRows {
    None,
    /// Of the rows that are looked at, some will be chosen.
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
    batch: usize,
    /// Rows that are too many for memory, …
    waiting: Option<Waiting>,
    /// … and whether they are the last ones.
    ends: bool,
}

impl Feed {
    pub(crate) fn new(
        layout: Layout,
        goal: Goal,
        keys: &[ForeignKeyId],
        pulled: Vec<PulledParent>,
        watched: Watched,
        held: Held,
        spares: SpareRows,
    ) -> Self {
        Feed {
            table: layout.table,
            goal,
            layout,
            places_in_subset: 0,
            due: None,
            from_nothing: false,
            watched,
            held,
            pulled,
            covering: None,
            lists: keys.iter().map(|key| List::new(*key)).collect(),
            spares: Spares { rows: spares, last: None, batch: 0, waiting: None, ends: false },
        }
    }

    /// What a row covers.
    pub(crate) fn features(&self, row: &Candidate) -> Vec<u16> {
        let covering = self.covering.as_ref();
        covering
            .map(|covering| self.held.of(row, |values| covering.features(values)))
            .unwrap_or_default()
    }

    /// The foreign keys whose referenced rows matter.
    pub(crate) fn parents(&self) -> Vec<ForeignKeyId> {
        let pulled = self.pulled.iter().map(|about| about.key);
        self.lists.iter().map(|list| list.key).chain(pulled).collect()
    }

    /// Whether children of a list are at hand that were not given.
    pub(crate) fn waits(&self, list: usize) -> bool {
        !self.lists[list].waiting.is_empty()
    }

    /// A row was chosen from a list: says which foreign key's it is.
    pub(crate) fn use_list(&mut self, list: usize) -> ForeignKeyId {
        self.lists[list].used = true;
        self.lists[list].key
    }

    /// The first foreign key in order by which rows were chosen.
    pub(crate) fn first_used(&self) -> Option<ForeignKeyId> {
        self.lists.iter().find(|list| list.used).map(|list| list.key)
    }

    /// Whether only the address of a chosen row is noted.
    pub(crate) fn is_silent(&self, chosen: &Chosen<'_>, end: f64) -> bool {
        chosen.list.is_some_and(|list| self.lists[list].silent && chosen.row.since <= end)
    }
}

impl<'a> Selector<'a> {
    /// The rows that a choice may take in the seeded order.
    pub(crate) fn in_order<'s>(&'s self, feed: &'s Feed) -> InOrder<'s, 'a> {
        InOrder {
            asking: &self.asking,
            plan: &self.plan,
            chosen: &self.subset.tables[feed.table],
            layout: &feed.layout,
            condition: feed.goal.condition.as_deref(),
        }
    }

    /// Gives a choice the children of one answer, or the first of them if they are in files. Children
    /// of earlier answers come first.
    pub(crate) fn give_children(
        &self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
        (found, complete): (Best, f64),
    ) -> Result<(), Failure> {
        let rows = match found {
            Best::InMemory(found) if !feed.waits(list) => {
                self.add_children(feed, choice, list, (found, complete));
                return Ok(());
            }
            Best::InMemory(found) => Waited::InMemory(found),
            Best::InFiles(waiting) => Waited::InFiles(waiting),
        };
        let first = !feed.waits(list);
        feed.lists[list].waiting.push_back(Batch { rows, complete });
        if first { self.give_waiting(feed, choice, list) } else { Ok(()) }
    }

    /// Gives a choice the next children that are at hand.
    pub(crate) fn give_waiting(
        &self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
    ) -> Result<(), Failure> {
        let Some(Batch { rows, complete }) = feed.lists[list].waiting.pop_front() else {
            return Ok(());
        };
        let waiting = match rows {
            Waited::InMemory(found) => {
                self.add_children(feed, choice, list, (found, complete));
                return Ok(());
            }
            Waited::InFiles(waiting) => waiting,
        };
        let (Piece { found, open }, waiting) = waiting.piece()?;
        let next = waiting.as_ref().and_then(Waiting::since);
        self.add_children(feed, choice, list, (found, next.unwrap_or(complete)));
        if let Some((since, others)) = open
            && let Some(rest) = others.rest()
        {
            let number = choice.open(list, since, rest);
            debug_assert_eq!(number, feed.lists[list].open.len());
            feed.lists[list].open.push(others);
        }
        if let Some(waiting) = waiting {
            let batch = Batch { rows: Waited::InFiles(waiting), complete };
            feed.lists[list].waiting.push_front(batch);
        }
        Ok(())
    }

    /// Gives a choice the next children of a fraction that has very many.
    pub(crate) fn give_rest(
        &self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
        number: usize,
    ) -> Result<(), Failure> {
        let key = feed.lists[list].key;
        let waiting = &mut feed.lists[list].open[number];
        let found = waiting.take()?;
        let rest = waiting.rest();
        let needs = self.needs_of(&found, Some(key), feed);
        let rows = feed.held.take(found);
        choice.add_rest((list, number), rows, &needs, rest);
        Ok(())
    }

    fn add_children(
        &self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
        (found, complete): (Candidates, f64),
    ) {
        let needs = self.needs_of(&found, Some(feed.lists[list].key), feed);
        let rows = feed.held.take(found);
        choice.add_children(list, rows, &needs, complete);
    }

    /// Gives a choice more spare rows.
    pub(crate) async fn more_spares(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
    ) -> Result<(), Failure> {
        if feed.spares.rows == SpareRows::None {
            choice.add_spares(Vec::new(), &[], true);
            return Ok(());
        }
        if let Some(mut waiting) = feed.spares.waiting.take() {
            let found = waiting.take()?;
            let all = waiting.is_empty() && feed.spares.ends;
            feed.spares.waiting = Some(waiting).filter(|waiting| !waiting.is_empty());
            self.add_spares(feed, choice, found, all);
            return Ok(());
        }
        let all = choice.remaining();
        let fewest = if feed.lists.is_empty() { ROWS_IN_A_BATCH } else { FEWEST_SPARES };
        let grown = (feed.spares.batch * 2).clamp(fewest, ROWS_IN_A_BATCH).min(all);
        let enough = choice.spares_to_see(grown);
        // looked up, they may come batch by batch; a table that has to be read is read once
        let wanted = if self.in_order(feed).walks(enough) {
            feed.spares.batch = grown;
            enough
        } else {
            for list in 0..feed.lists.len() {
                self.all_children(feed, choice, list).await?;
            }
            let no_lists = feed.lists.is_empty();
            // children in files and spare rows cannot be distinguished that soon
            let many = (0..feed.lists.len()).any(|list| feed.waits(list));
            let unfilled = if no_lists || many {
                choice.remaining()
            } else {
                choice.unfilled_without_spares()
            };
            // a spare row may be taken that would have been a chosen row's child later
            let reserve = if no_lists { 0 } else { unfilled / 8 + 16 };
            let wanted = choice.spares_to_see((unfilled + reserve).max(1));
            // places in the order of a rule are known only if the question is for all rows
            let ordered = self.plan.rules[feed.table].order.is_some();
            if ordered { wanted } else { wanted.min(MOST_AT_ONCE) }
        };
        let row = feed.spares.rows == SpareRows::All && self.comes_early(feed.table);
        let with = With { rank: true, row };
        let found = self.in_order(feed).lowest(wanted, feed.spares.last, with).await?;
        match found {
            Best::InMemory(found) => {
                let all = found.rows.len() < wanted;
                self.add_spares(feed, choice, found, all);
            }
            Best::InFiles(mut waiting) => {
                feed.spares.ends = waiting.len() < wanted;
                let found = waiting.take()?;
                feed.spares.waiting = Some(waiting);
                self.add_spares(feed, choice, found, false);
            }
        }
        Ok(())
    }

    fn add_spares(&self, feed: &mut Feed, choice: &mut Choice<'_>, found: Candidates, all: bool) {
        let last = found.rows.last().map(|row: &Candidate| (row.rank, row.address));
        feed.spares.last = last.or(feed.spares.last);
        let needs = self.needs_of(&found, None, feed);
        let rows = feed.held.take(found);
        choice.add_spares(rows, &needs, all);
    }

    /// Gives a choice all children of one list that are still to come.
    async fn all_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
    ) -> Result<(), Failure> {
        while !choice.is_complete(list) && !feed.waits(list) {
            let mut sent = self.ask_for_first_children(feed, choice, list).await?;
            while !sent.is_empty() {
                self.receive_more_children(feed, choice, &mut sent).await?;
            }
        }
        Ok(())
    }

    /// What each row needs besides the one that it is a child of. A child's nullable foreign keys
    /// are left out of account: rows with a NULL there are not better ones, only other ones.
    pub(crate) fn needs_of(
        &self,
        found: &Candidates,
        by: Option<ForeignKeyId>,
        feed: &Feed,
    ) -> Vec<Need> {
        let counts =
            |about: &&PulledParent| by.is_none_or(|key| about.required && about.key != key);
        let counts: Vec<&PulledParent> = feed.pulled.iter().filter(counts).collect();
        let mut needs = Vec::new();
        // who asks for an order does not ask for the rows that need the fewest others
        if counts.is_empty() || self.plan.rules[feed.table].order.is_some() {
            return needs;
        }
        let mut scratch = Vec::new();
        found.each(feed.held.layout(), |row, answer| {
            for about in &counts {
                about.note.each(answer.address, answer.values, &mut scratch, |named| {
                    let Named::Key(key) = named else { return };
                    let moments = &self.subset.moments[about.referenced];
                    let chosen = moments.chosen(key).or_else(|| {
                        // rows that are always there have no moment
                        let there = &self.subset.keys.present[about.referenced];
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
