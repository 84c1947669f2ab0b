//! Takes chosen rows into the subset: their addresses, their keys, and the fractions at which they
//! come.

use crate::catalog::{ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::asking::query::Answer;
use crate::load::select::choosing::supply::{Feed, Watched};
use crate::load::select::chosen::Subset;
use crate::load::select::planning::plan::Plan;
use crate::load::select::provenance::{Course, Origin};
use crate::load::select::selector::Selector;
use crate::load::select::travelling::held::WholeRows;
use crate::subset::choice::{Choice, Chosen};
use crate::subset::noted_keys::NotedKeys;
use crate::subset::questions::Layout;
use crate::subset::references::{Named, Note, ReferencedKeyId, WantId};
use std::collections::BTreeMap;

impl Plan<'_> {
    /// What of a table's rows matters to tables that are selected later.
    pub(crate) fn watched(&self, table: TableId) -> Watched {
        let layout = &self.layouts[table];
        let here = self.order.position(table);
        let matters =
            |referenced: ReferencedKeyId| self.horizons.last_child[referenced] > Some(here);
        let named =
            |(want, note): &(WantId, Note)| (self.references.wants[*want].referenced, note.clone());
        Watched {
            present: layout.present.iter().filter(|(key, _)| matters(*key)).cloned().collect(),
            wanted: layout.wanted.iter().map(named).filter(|(key, _)| matters(*key)).collect(),
        }
    }
}

impl Selector<'_> {
    /// Takes rows into the subset, sends early rows on, and notes the rows' keys with the fractions
    /// at which they come.
    pub(crate) async fn register(
        &mut self,
        feed: &mut Feed,
        choice: &Choice<'_>,
    ) -> Result<(), Failure> {
        let table = feed.table;
        let Selector { asking, plan, subset } = self;
        let grows = plan.grows(table);
        let end = plan.horizons.fraction;
        let places_in_subset = feed.places_in_subset;
        let in_subset = || choice.chosen().filter(move |one| one.place < places_in_subset);
        note_origins(&mut subset.course, feed, in_subset(), end);
        let layout = &feed.layout;
        let Subset { keys, moments, foreseen: looked_ahead, tables, .. } = &mut *subset;
        let Watched { present, wanted } = &feed.watched;
        let mut scratch = Vec::new();
        let telling = choice.chosen().filter(|one| !feed.is_silent(one, end));
        feed.held.each(telling, |one, answer| {
            let since = if grows { one.since } else { 0.0 };
            let due = feed.due.as_ref().filter(|_| grows);
            let foreseen = one.place >= places_in_subset;
            if !foreseen {
                note_keys(keys, layout, &answer);
            }
            for (referenced, note) in present {
                if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
                    match due {
                        Some(due) => moments[*referenced].note_place(key, (one.place, since), due),
                        None => moments[*referenced].note_chosen(key, since),
                    }
                    if foreseen {
                        looked_ahead[*referenced].note(key);
                    }
                }
            }
            for (referenced, note) in wanted {
                note.each(answer.address, answer.values, &mut scratch, |named| {
                    if let Named::Key(key) = named {
                        moments[*referenced].note_wanted(key, since);
                    }
                });
            }
        });
        let whole = match &asking.outlet {
            Some(_) => feed.held.whole(in_subset()),
            None => WholeRows::default(),
        };
        let addresses = in_subset().map(|one| one.row.address).collect();
        let foreseen = choice.chosen().filter(|one| one.place >= places_in_subset);
        tables[table].foreseen.extend(foreseen.map(|one| one.row.address));
        subset.keys.relieve()?;
        subset.add_rows(asking, plan, table, addresses, whole).await
    }
}

/// Notes which lists rows came from, and for `why` where each row came from.
fn note_origins<'c>(
    course: &mut Course,
    feed: &mut Feed,
    chosen: impl Iterator<Item = Chosen<'c>>,
    end: f64,
) {
    let (mut in_order, mut covering) = (Vec::new(), Vec::new());
    let mut children = BTreeMap::<ForeignKeyId, Vec<_>>::new();
    for Chosen { list, row, covering: covers, .. } in chosen {
        let key = list.map(|list| feed.use_list(list));
        if !course.notes_origins() {
            continue;
        }
        match key {
            _ if covers => covering.push(row.address),
            // of a row that is not chosen itself, it is a child only in name
            Some(key) if row.since <= end => {
                children.entry(key).or_default().push(row.address);
            }
            Some(_) => in_order.push(row.address),
            None => {
                in_order.push(row.address);
                course.note_ranks(feed.table, std::iter::once(row.rank));
            }
        }
    }
    for (key, rows) in &children {
        course.note_origin(feed.table, Origin::Child(*key), rows);
    }
    course.note_origin(feed.table, Origin::InOrder, &in_order);
    course.note_origin(feed.table, Origin::Covering, &covering);
}

/// Notes the keys of a row in the subset: the keys that it has, and the keys that it references.
pub(crate) fn note_keys(keys: &mut NotedKeys, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.present {
        if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
            keys.present[*id].note(key);
        }
    }
    note_wanted(keys, layout, answer);
}

/// Notes only the keys that a row references: a table that is copied whole has all its own keys.
pub(crate) fn note_wanted(keys: &mut NotedKeys, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.wanted {
        let want = &mut keys.wants[*id];
        note.each(answer.address, answer.values, &mut scratch, |named| match named {
            Named::Key(key) => want.wanted.note(key),
            Named::Misfit(key) => want.misfits.note(key),
        });
    }
}
