//! Base selection: which rows are chosen before foreign keys ask for more.

use crate::catalog::{ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::asking::answer::Answer;
use crate::load::select::asking::in_order::SMALL;
use crate::load::select::choosing::accept::note_wanted;
use crate::load::select::choosing::supply::{Feed, PulledParent, SpareRows};
use crate::load::select::chosen::Subset;
use crate::load::select::planning::goal::Goal;
use crate::load::select::planning::plan::Plan;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::held::Held;
use crate::subset::choice::{Choice, Sight, Step};
use crate::subset::graph::nullable;
use crate::subset::questions::{Layout, With};
use crate::subset::references::Following;
use std::collections::{HashSet, VecDeque};

impl Selector<'_> {
    /// Tables that are copied whole have foreign keys too.
    pub(crate) async fn note_whole_tables(&mut self) -> Result<(), Failure> {
        let Selector { asking, plan, subset: Subset { keys, .. } } = self;
        for (table, layout) in TableId::each(&plan.layouts) {
            if plan.counts[table].whole && layout.has_wants() {
                let note = |answer: Answer<'_>| note_wanted(keys, layout, &answer);
                asking.ask(table, &layout.whole(), note).await?;
            }
        }
        Ok(())
    }

    /// Chooses rows of one table until the goal is reached: children of chosen rows first, along
    /// one foreign key after the other, then whatever comes next in the seeded order and needs the
    /// fewest rows that are not there.
    pub(crate) async fn select_base(&mut self, table: TableId, goal: &Goal) -> Result<(), Failure> {
        let places = self.plan.places(&self.subset, table, goal);
        if self.plan.counts[table].whole || places.is_empty() {
            return Ok(());
        }
        self.plan.prepare_rank(&self.asking, table).await?;
        let driving = self.plan.driving[table].clone();
        let pulled = self.plan.pulled_parents(table, &driving);
        let ordered = self.plan.rules[table].order.is_some();
        let sight = match self.plan.counts[table].available {
            _ if pulled.is_empty() || ordered => Sight::Next,
            Some(available) if available > SMALL => Sight::Several,
            _ => Sight::All,
        };
        let parent = |key: &ForeignKeyId| self.plan.catalog.foreign_keys[*key].referenced;
        let ahead = driving.iter().map(|key| Some(self.plan.ahead(parent(key)))).collect();
        let spares = if sight == Sight::Next { SpareRows::All } else { SpareRows::Some };
        let watched = self.plan.watched(table);
        let mut layout = self.plan.layouts[table].clone();
        let covering = self.plan.cover(&self.asking, &mut layout, goal).await?;
        let held = held(&layout);
        let mut feed = Feed::new(layout, goal.clone(), &driving, pulled, watched, held, spares);
        feed.due = Some(places.due());
        let mut choice = Choice::new(places, ahead, sight);
        if let Some(covering) = covering {
            choice = choice.covering(covering.coverage.patience(!driving.is_empty()));
            feed.covering = Some(covering);
        }
        let first = Box::pin(self.choose(feed, choice)).await?;
        let driven_by = first.map(|key| self.plan.catalog.foreign_keys[key].name.clone());
        let chosen = &mut self.subset.tables[table];
        chosen.driven_by = chosen.driven_by.take().or(driven_by);
        Ok(())
    }

    /// Chooses children of chosen rows along one foreign key, until the goal is reached.
    pub(crate) async fn select_children(
        &mut self,
        table: TableId,
        key: ForeignKeyId,
        goal: &Goal,
    ) -> Result<(), Failure> {
        let pulled = self.plan.pulled_parents(table, &self.plan.driving[table]);
        let watched = self.plan.watched(table);
        let layout = self.plan.layouts[table].clone();
        let held = held(&layout);
        let spares = SpareRows::None;
        let feed = Feed::new(layout, goal.clone(), &[key], pulled, watched, held, spares);
        let places = self.plan.places(&self.subset, table, goal);
        let choice = Choice::new(places, vec![None], Sight::Next);
        Box::pin(self.choose(feed, choice)).await?;
        Ok(())
    }

    /// Lets a choice take its course; says which foreign key was the first in order by which rows
    /// were chosen.
    async fn choose(
        &mut self,
        mut feed: Feed,
        mut choice: Choice<'_>,
    ) -> Result<Option<ForeignKeyId>, Failure> {
        feed.places_in_subset = self.missing(feed.table, &feed.goal);
        feed.from_nothing = self.subset.tables[feed.table].rows.is_empty();
        // questions about these keys must not depend on when the keys are written to files
        for key in feed.parents() {
            self.subset.keys.present[self.plan.references.names[key]].settle();
        }
        let mut sent = VecDeque::new();
        loop {
            let step = choice.go_on(|row| feed.features(row));
            let waits = match step {
                Step::Children(list) => feed.waits(list),
                Step::Rest(..) => true,
                _ => false,
            };
            // the source has something to do while the last rows are taken care of
            if let Step::Children(list) = step
                && sent.is_empty()
                && !waits
            {
                sent = self.ask_for_first_children(&mut feed, &mut choice, list).await?;
            }
            self.register(&mut feed, &choice).await?;
            choice.take_off();
            if choice.is_loose() {
                feed.held.compact(&mut choice);
            }
            if step != Step::Done && !sent.is_empty() && !waits {
                self.receive_more_children(&mut feed, &mut choice, &mut sent).await?;
                continue;
            }
            match step {
                Step::Children(list) => self.give_waiting(&mut feed, &mut choice, list)?,
                Step::Rest(list, number) => {
                    self.give_rest(&mut feed, &mut choice, list, number)?;
                }
                Step::Covering => self.give_covering(&mut feed, &mut choice).await?,
                Step::Spares => self.more_spares(&mut feed, &mut choice).await?,
                Step::Done => {
                    self.forget_children(sent).await?;
                    break;
                }
            }
        }
        self.subset.tables[feed.table].foreseen = HashSet::new();
        Ok(feed.first_used())
    }

    /// How many rows are still to be chosen.
    pub(crate) fn missing(&self, table: TableId, goal: &Goal) -> usize {
        let chosen = self.subset.tables[table].rows.len();
        usize::try_from(goal.rows).unwrap_or(usize::MAX).saturating_sub(chosen)
    }
}

fn held(layout: &Layout) -> Held {
    Held::new(layout.answer(With { rank: true, row: true }))
}

impl Plan<'_> {
    /// The foreign keys whose referenced rows may have to be pulled in.
    fn pulled_parents(&self, table: TableId, driving: &[ForeignKeyId]) -> Vec<PulledParent> {
        driving
            .iter()
            .filter_map(|key| {
                let Following::Want(want) = self.references.following[*key] else { return None };
                let (_, note) = self.layouts[table].foreign.iter().find(|(id, _)| id == key)?;
                let want = &self.references.wants[want];
                (want.comparable && want.fetched).then(|| PulledParent {
                    key: *key,
                    referenced: self.references.names[*key],
                    required: !nullable(self.catalog, &self.catalog.foreign_keys[*key]),
                    note: note.clone(),
                })
            })
            .collect()
    }
}
