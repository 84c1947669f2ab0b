//! Base selection: which rows are chosen before foreign keys ask for more.

use super::Selector;
use super::answers::Answer;
use super::feed::{Counted, Feed, SpareRows};
use super::held::Held;
use super::lowest::SMALL;
use super::register::note_wanted;
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::choice::{Choice, Sight, Step};
use crate::subset::graph::{SelectionOrder, nullable};
use crate::subset::questions::With;
use crate::subset::wants::Following;
use std::collections::{HashSet, VecDeque};

impl Selector<'_> {
    /// Tables that are copied whole have foreign keys too.
    pub(super) async fn note_whole_tables(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            if self.tables[table].whole && self.layouts[table].has_wants() {
                let question = self.layouts[table].whole();
                let mut notes = std::mem::take(&mut self.needs);
                let layout = &self.layouts[table];
                let note = |answer: Answer<'_>| note_wanted(&mut notes, layout, &answer);
                let asked = self.ask(table, &question, note).await;
                self.needs = notes;
                asked?;
            }
        }
        Ok(())
    }

    /// Chooses rows of one table until n(T) is reached: children of chosen rows first, along one
    /// foreign key after the other, then whatever comes next in the seeded order and needs the
    /// fewest rows that are not there.
    pub(super) async fn select_base(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
    ) -> Result<(), Failure> {
        let places = self.places(table);
        if self.tables[table].whole || places.is_empty() {
            return Ok(());
        }
        self.prepare_rank(table).await?;
        let driving = order.driving_foreign_keys(self.catalog, table);
        let counted = self.counted(table, &driving);
        let ordered = self.rules[table].order.is_some();
        let sight = match self.tables[table].available {
            _ if counted.is_empty() || ordered => Sight::Next,
            Some(available) if available > SMALL => Sight::Several,
            _ => Sight::All,
        };
        let ahead = driving
            .iter()
            .map(|key| Some(self.ahead(self.catalog.foreign_keys[*key].referenced)))
            .collect();
        let spares = if sight == Sight::Next { SpareRows::All } else { SpareRows::Some };
        let watched = self.watched(order, table);
        let before = self.layouts[table].width();
        let covering = self.cover(table, &driving).await?;
        let mut feed = Feed::new(table, &driving, counted, watched, self.held(table), spares);
        let mut choice = Choice::new(places, ahead, sight);
        if let Some(covering) = covering {
            choice = choice.covering(covering.coverage.patience(!driving.is_empty()));
            feed.covering = Some(covering);
        }
        let first = self.choose(feed, choice).await?;
        self.layouts[table].uncover(before);
        let driven_by = first.map(|key| self.catalog.foreign_keys[key].name.clone());
        let selection = &mut self.tables[table];
        selection.driven_by = selection.driven_by.take().or(driven_by);
        Ok(())
    }

    /// How many children of each row come first along a foreign key.
    pub(super) fn children_along(&self, key: usize) -> u32 {
        self.catalog.foreign_keys[key].downward.children.unwrap_or(self.config.subset.children)
    }

    /// Chooses children of chosen rows along one foreign key, up to n(T).
    pub(super) async fn select_children(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
        key: usize,
    ) -> Result<(), Failure> {
        let driving = order.driving_foreign_keys(self.catalog, table);
        let counted = self.counted(table, &driving);
        let (watched, held) = (self.watched(order, table), self.held(table));
        let feed = Feed::new(table, &[key], counted, watched, held, SpareRows::None);
        let choice = Choice::new(self.places(table), vec![None], Sight::Next);
        self.choose(feed, choice).await?;
        Ok(())
    }

    /// Lets a choice take its course; says which foreign key was the first in order by which rows
    /// were chosen.
    async fn choose(
        &mut self,
        mut feed: Feed,
        mut choice: Choice<'_>,
    ) -> Result<Option<usize>, Failure> {
        feed.really = self.missing(feed.table);
        feed.from_nothing = self.tables[feed.table].rows.is_empty();
        let mut sent = VecDeque::new();
        loop {
            let step = choice.go_on(|row| feed.features(row));
            // the source has something to do while the last rows are taken care of
            if let Step::Children(list) = step
                && sent.is_empty()
            {
                sent = self.ask_for_first_children(&mut feed, &mut choice, list).await?;
            }
            self.register(&mut feed, &choice).await?;
            choice.take_off();
            if choice.is_loose() {
                feed.held.compact(&mut choice);
            }
            if step != Step::Done && !sent.is_empty() {
                self.receive_more_children(&mut feed, &mut choice, &mut sent).await?;
                continue;
            }
            match step {
                Step::Children(_) => {}
                Step::Covering => self.give_covering(&mut feed, &mut choice).await?,
                Step::Spares => self.more_spares(&mut feed, &mut choice).await?,
                Step::Done => {
                    self.forget_children(sent).await?;
                    break;
                }
            }
        }
        self.tables[feed.table].foreseen = HashSet::new();
        Ok(feed.first_used())
    }

    fn held(&self, table: TableId) -> Held {
        Held::new(self.layouts[table].answer(With { rank: true, row: true }))
    }

    /// How many rows are still to be chosen.
    pub(super) fn missing(&self, table: TableId) -> usize {
        let selection = &self.tables[table];
        usize::try_from(selection.target).unwrap_or(usize::MAX).saturating_sub(selection.rows.len())
    }

    /// The foreign keys whose referenced rows may have to be pulled in.
    fn counted(&self, table: TableId, driving: &[usize]) -> Vec<Counted> {
        driving
            .iter()
            .filter_map(|key| {
                let Following::Want(want) = self.needs.following[*key] else { return None };
                let (_, note) = self.layouts[table].foreign.iter().find(|(id, _)| id == key)?;
                let want = &self.needs.wants[want];
                (want.comparable && want.fetched).then(|| Counted {
                    key: *key,
                    referenced: self.needs.names[*key],
                    required: !nullable(self.catalog, &self.catalog.foreign_keys[*key]),
                    note: note.clone(),
                })
            })
            .collect()
    }

    pub(super) fn condition(&self, table: TableId) -> Option<&str> {
        self.conditions[table].as_deref()
    }
}
