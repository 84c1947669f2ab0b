//! The children of chosen rows, in batches, in the order in which their parents are chosen. Batches
//! are requested ahead, on two sessions if there are two, and given to the choice in their order.

use crate::catalog::{ForeignKey, ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::asking::answer::Answer;
use crate::load::select::asking::children::{AboutChildren, SentAboutChildren};
use crate::load::select::choosing::candidates::{Candidates, Parent, SPARE_CANDIDATES};
use crate::load::select::choosing::overflow::{Best, Overflow};
use crate::load::select::choosing::parents::{self, InSight, Parents};
use crate::load::select::choosing::supply::{Feed, PulledParent};
use crate::load::select::chosen::{ChosenRows, Subset};
use crate::load::select::planning::plan::Plan;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::early::ROWS_IN_A_BATCH;
use crate::postgres::ReadOnly;
use crate::spill::SpillError;
use crate::subset::choice::Choice;
use crate::subset::choice::children::Since;
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, With};
use crate::subset::references::{Following, Named};
use std::borrow::Cow;
use std::collections::VecDeque;

/// The fewest parents in one question: each question is a round trip.
const FEWEST_PARENTS: usize = 1_000;

/// The most children that one answer brings, where key ranges can divide them.
const MOST_AT_ONCE: u64 = 250_000;

/// About how many children one reading of a whole table gives, where no index finds them.
const MOST_IN_A_SCAN: u64 = 750_000;

/// Children that were asked for.
pub(crate) struct NextChildren<'a> {
    list: usize,
    /// How many there are, about.
    likely: u64,
    /// The fraction at which each parent is chosen, …
    since: Vec<(u64, f64)>,
    /// … and whether this is known for all.
    tells_all: bool,
    /// The fraction at which the next parents are chosen.
    complete: f64,
    /// They are early rows.
    row: bool,
    sent: SentAboutChildren<'a, 'static>,
}

/// Children along one of a choice's foreign keys.
#[derive(Clone, Copy)]
struct ForList {
    list: usize,
    /// How many are wanted, or were received.
    children: usize,
}

/// What the children that are received are chosen for.
struct Selecting<'c> {
    /// Rows that were chosen before; `None`: no child can be among them.
    known: Option<&'c ChosenRows>,
    wanted: usize,
    /// Other foreign keys have a say in which children are chosen.
    others: bool,
    /// So have values that are to be covered.
    covers: bool,
}

/// Children that were received.
#[derive(Default)]
struct Found {
    candidates: Candidates,
    /// The fraction at which each parent is chosen.
    parents: Vec<(u64, f64)>,
    per_parent: u32,
    kept: usize,
    /// More than there is memory for.
    overflow: Overflow,
}

impl Found {
    /// The children that may be chosen.
    fn best(mut self) -> Result<Best, SpillError> {
        if self.overflow.began() {
            self.overflow.take(&mut self.candidates);
            return Ok(Best::InFiles(self.overflow.by_turn(self.per_parent, &self.parents)?));
        }
        self.candidates.take_turns(self.per_parent, self.kept, &self.parents);
        Ok(Best::InMemory(self.candidates))
    }

    fn len(&self) -> usize {
        self.candidates.rows.len() + self.overflow.len()
    }
}

/// Children on their way from an answer. Where they are too many for memory, they go to files.
struct Gathered<'c> {
    found: Candidates,
    overflow: Overflow,
    parents: &'c Since,
    per_parent: u32,
    /// How many of them can be chosen at most, …
    kept: usize,
    /// … and at which number the others are thrown away.
    most: usize,
}

impl Gathered<'_> {
    fn add(&mut self, answer: &Answer<'_>, parent: Parent, rank: u64) {
        self.found.add(answer, parent, rank);
        let rows = self.found.rows.len();
        if rows > self.most {
            self.found.take_turns(self.per_parent, self.kept, self.parents);
            self.most = self.found.rows.len().saturating_mul(2).max(self.most);
        } else if self.overflow.is_due(&self.found) {
            if self.kept < rows / 2 && !self.overflow.began() {
                self.found.take_turns(self.per_parent, self.kept, self.parents);
            } else {
                self.overflow.take(&mut self.found);
            }
        }
    }
}

impl<'a> Selector<'a> {
    /// Asks for the next children along one of a choice's foreign keys, if there are more parents.
    async fn ask_for_children(
        &mut self,
        reader: &'a ReadOnly,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        ForList { list, children: wanted }: ForList,
    ) -> Result<Option<NextChildren<'a>>, Failure> {
        let key = feed.lists[list].key;
        let foreign = &self.plan.catalog.foreign_keys[key];
        if self.plan.counts[foreign.referenced].whole {
            choice.nothing_in(list);
            return Ok(None);
        }
        let parents = match feed.lists[list].parents.take() {
            Some(parents) => parents,
            None => self.parents_along(key, &feed.pulled)?,
        };
        let parents = feed.lists[list].parents.insert(parents);
        let parents = parents.take(&self.subset.moments[self.plan.references.names[key]])?;
        // a child whose only key is a known parent's needs no notes
        feed.lists[list].silent = self.plan.has_silent_children(feed, key) && parents.tells_all();
        if parents.keys.is_empty() {
            choice.add_children(list, Vec::new(), &[], parents.complete);
            return Ok(None);
        }
        // a row that is likely to be chosen is read with its keys
        let likely = self.plan.children_of(foreign, parents.keys.len());
        let places = choice.remaining().max(wanted) as u64;
        let row = likely <= 2 * places && self.comes_early(feed.table);
        let with = With { rank: true, row };
        let tells_all = parents.tells_all();
        let parents::ParentBatch { keys, since, complete } = parents;
        let access = self.plan.access_to_children(key, keys.len());
        if self.plan.lacks_index(key, keys.len()) {
            self.subset.course.note_unindexed(key);
        }
        let condition = feed.goal.condition.as_deref();
        let about = AboutChildren { key, layout: &feed.layout, access, condition, with };
        let sent = self.asking.send_about_children(reader, about, Cow::Owned(keys)).await?;
        Ok(Some(NextChildren { list, likely, since, tells_all, complete, row, sent }))
    }

    /// Asks for the first children that a choice needs, and for the next ones where it will need
    /// them too.
    pub(crate) async fn ask_for_first_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        list: usize,
    ) -> Result<VecDeque<NextChildren<'a>>, Failure> {
        let wanted = ForList { list, children: choice.remaining() };
        let first = self.ask_for_children(self.asking.source, feed, choice, wanted).await?;
        let mut sent: VecDeque<_> = first.into_iter().collect();
        if !sent.is_empty() {
            self.ask_ahead(feed, choice, ForList { list, children: 0 }, &mut sent).await?;
        }
        Ok(sent)
    }

    /// Asks each idle session for the next children along a foreign key, while the choice is sure
    /// to need more children than were received and are expected from questions in flight.
    async fn ask_ahead(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        ForList { list, children: received }: ForList,
        sent: &mut VecDeque<NextChildren<'a>>,
    ) -> Result<(), Failure> {
        loop {
            let lacking = self.lacking(feed, choice, sent, list, received);
            if lacking == 0 {
                return Ok(());
            }
            let Some(reader) = self.free_reader(sent).await else { return Ok(()) };
            let next = self
                .ask_for_children(reader, feed, choice, ForList { list, children: lacking })
                .await?;
            let Some(next) = next else { return Ok(()) };
            sent.push_back(next);
        }
    }

    /// A session that has nothing to answer.
    async fn free_reader(&self, sent: &VecDeque<NextChildren<'a>>) -> Option<&'a ReadOnly> {
        let at_work =
            |reader: &ReadOnly| sent.iter().any(|one| std::ptr::eq(one.sent.reader(), reader));
        if !at_work(self.asking.source) {
            return Some(self.asking.source);
        }
        self.asking.second?.get().await.filter(|second: &&ReadOnly| !at_work(second))
    }

    /// How many children a choice still needs, beyond the received ones and the expected ones of
    /// questions in flight. The expectation is an estimate, so an eighth is added to it.
    fn lacking(
        &self,
        feed: &Feed,
        choice: &Choice<'_>,
        sent: &VecDeque<NextChildren<'a>>,
        list: usize,
        received: usize,
    ) -> usize {
        // rows of the table itself become parents only when they are chosen
        let itself = self.plan.catalog.foreign_keys[feed.lists[list].key].referenced == feed.table;
        let ended = feed.lists[list].parents.as_ref().is_some_and(Parents::ended);
        if itself || ended {
            return 0;
        }
        let likely: u64 = sent.iter().map(|one| one.likely + one.likely / 8).sum();
        let likely = usize::try_from(likely).unwrap_or(usize::MAX);
        choice.lacking().saturating_sub(received).saturating_sub(likely)
    }

    /// Gives a choice the children of the oldest question. If it is sure to need more, the next
    /// question is sent first: the source works on it meanwhile.
    pub(crate) async fn receive_more_children(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
        sent: &mut VecDeque<NextChildren<'a>>,
    ) -> Result<(), Failure> {
        let Some(next) = sent.pop_front() else { return Ok(()) };
        let NextChildren { list, complete, .. } = next;
        let key = feed.lists[list].key;
        let others = feed.pulled.iter().any(|about| about.required && about.key != key);
        // each row is the child of one parent, in one batch
        let first = list == 0 && feed.from_nothing && next.tells_all;
        let selecting = Selecting {
            known: (!first).then_some(&self.subset.tables[feed.table]),
            wanted: choice.remaining(),
            others,
            covers: choice.wants_features(),
        };
        let found = self.receive_next_children(feed, next, selecting).await?;
        let received = ForList { list, children: found.len() };
        if !found.overflow.began() && !feed.waits(list) {
            self.ask_ahead(feed, choice, received, sent).await?;
        }
        self.give_children(feed, choice, list, (found.best()?, complete))
    }

    /// Lets go what was asked for and is not needed.
    pub(crate) async fn forget_children(
        &self,
        sent: VecDeque<NextChildren<'a>>,
    ) -> Result<(), Failure> {
        for next in sent {
            self.asking.receive_children(next.sent, |_| {}).await?;
        }
        Ok(())
    }

    /// The rows whose children may be chosen along a foreign key.
    fn parents_along(
        &mut self,
        key: ForeignKeyId,
        pulled: &[PulledParent],
    ) -> Result<Parents, SpillError> {
        let Selector { plan, subset, .. } = self;
        let foreign = &plan.catalog.foreign_keys[key];
        let referenced = plan.references.names[key];
        subset.keys.present[referenced].settle();
        subset.foreseen[referenced].settle();
        let present = &subset.keys.present[referenced];
        let ahead = pulled.iter().any(|about| about.key == key);
        let none = Keys::new(present.are_integers());
        let foreseen = if ahead { &subset.foreseen[referenced] } else { &none };
        // equal keys that are spelled differently are not known apart
        let columns = |table: TableId| &plan.catalog.tables[table].columns;
        let mut pairs = foreign.columns.iter().zip(&plan.references.referenced[referenced].columns);
        let exact = pairs.all(|(own, named)| {
            let (own, named) =
                (&columns(foreign.table)[*own], &columns(foreign.referenced)[*named]);
            own.is_exact() && named.is_exact() && own.data_type.same_bytes(&named.data_type)
        });
        if !exact || foreign.configured.is_some() {
            // a row may reference several of them, and an order is one of all rows
            let together =
                foreign.configured.is_some() || plan.rules[foreign.table].order.is_some();
            return Parents::at_once(present, foreseen, together);
        }
        let count = present.len() + foreseen.len();
        let looked_up = plan.access_to_children(key, count) != Access::Scan;
        if plan.lacks_index(key, count) {
            subset.course.note_unindexed(key);
        }
        // in an order that a rule gives, rows of different answers cannot be compared
        let comparable = plan.rules[foreign.table].order.is_none();
        let many = plan.children_of(foreign, count) > MOST_AT_ONCE;
        let looked_up = looked_up || (many && plan.looks_up(key));
        let end = plan.horizons.fraction;
        let until = if ahead { f64::INFINITY } else { end };
        let batch = match (comparable, looked_up) {
            (true, true) => self.parents_in_a_batch(foreign),
            (true, false) if many => self.parents_of(foreign, MOST_IN_A_SCAN),
            _ => usize::MAX,
        };
        let Subset { keys, foreseen, moments, .. } = &self.subset;
        let foreseen = if ahead { &foreseen[referenced] } else { &none };
        let moments = &moments[referenced];
        Parents::new(&keys.present[referenced], foreseen, moments, InSight { end, until }, batch)
    }

    /// How many parents have about a batch of children.
    fn parents_in_a_batch(&self, foreign: &ForeignKey) -> usize {
        let rows = self.rows_in_a_batch(foreign.table) as u64;
        self.parents_of(foreign, rows).min(ROWS_IN_A_BATCH)
    }

    /// How many parents have about this many children.
    fn parents_of(&self, foreign: &ForeignKey, children: u64) -> usize {
        let parents = children.saturating_mul(self.plan.rows_of(foreign.referenced));
        let parents = parents / self.plan.rows_of(foreign.table);
        usize::try_from(parents).unwrap_or(usize::MAX).max(FEWEST_PARENTS)
    }

    async fn receive_next_children(
        &self,
        feed: &Feed,
        next: NextChildren<'a>,
        Selecting { known, wanted, others, covers }: Selecting<'_>,
    ) -> Result<Found, Failure> {
        let NextChildren { list, since: parents, tells_all, row, sent, .. } = next;
        let Selector { plan, subset, .. } = self;
        let key = feed.lists[list].key;
        let table = feed.table;
        let Some((_, note)) = feed.layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(Found::default());
        };
        let per_parent = plan.children_along(key);
        let spare = wanted.saturating_add(SPARE_CANDIDATES);
        // where other foreign keys have a say, or values, more are kept for them to choose from
        let kept = if others || covers { spare } else { wanted };
        let mut gathered = Gathered {
            found: Candidates::default(),
            overflow: Overflow::default(),
            parents: &parents,
            per_parent,
            kept,
            most: kept.saturating_add(spare),
        };
        let moments = &subset.moments[plan.references.names[key]];
        let present = &subset.keys.present[plan.references.names[key]];
        let end = plan.horizons.fraction;
        // where what the driving foreign key names is there, its values need not be kept
        let silent = plan.has_silent_children(feed, key) && !covers;
        let all_are_there = tells_all && parents.iter().all(|(_, since)| *since <= end);
        let mut scratch = Vec::new();
        self.asking
            .receive_children(sent, |answer| {
                if known.is_some_and(|known| known.has(answer.address)) {
                    return;
                }
                if tells_all && (row || all_are_there) {
                    // the fraction is looked up when all children are at hand
                    let Some(key) = note.key(answer.address, answer.values, &mut scratch) else {
                        return;
                    };
                    let fingerprint = key.fingerprint();
                    let parent = Parent { fingerprint, since: 0.0, silent };
                    gathered.add(&answer, parent, plan.rank(table, &answer));
                    return;
                }
                // of several that an array names, the one that is there first
                let mut parent: Option<Parent> = None;
                note.each(answer.address, answer.values, &mut scratch, |named| {
                    let Named::Key(key) = named else { return };
                    let chosen = moments.chosen(key);
                    // an equal key may have other bytes, and then is not found here
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
                            silent: silent && there,
                        });
                    }
                });
                let Some(parent) = parent else { return };
                gathered.add(&answer, parent, plan.rank(table, &answer));
            })
            .await?;
        let Gathered { found, overflow, .. } = gathered;
        Ok(Found { candidates: found, parents, per_parent, kept, overflow })
    }
}

impl Plan<'_> {
    /// How many children this many parents have, about.
    fn children_of(&self, foreign: &ForeignKey, parents: usize) -> u64 {
        let children = (parents as u64).saturating_mul(self.rows_of(foreign.table));
        children / self.rows_of(foreign.referenced)
    }

    /// Whether the only key of a child is the one of its parent along this foreign key.
    fn has_silent_children(&self, feed: &Feed, key: ForeignKeyId) -> bool {
        let layout = &feed.layout;
        self.catalog.foreign_keys[key].configured.is_none()
            && layout.present.is_empty()
            && match &layout.wanted[..] {
                [] => true,
                [(want, _)] => self.references.following[key] == Following::Want(*want),
                _ => false,
            }
    }
}
