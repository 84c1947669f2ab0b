//! Taking chosen rows into the subset: their addresses, their keys, and since when these are there.

use super::Selector;
use super::ask::Answer;
use super::course::Origin;
use super::feed::Feed;
use crate::catalog::TableId;
use crate::subset::choice::Chosen;
use crate::subset::graph::SelectionOrder;
use crate::subset::questions::Layout;
use crate::subset::wants::{Named, Needs, Note};
use std::collections::BTreeMap;

/// What of a table's rows matters to tables that are still to come.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    /// Since when a key is there, by referenced key.
    present: Vec<(usize, Note)>,
    /// Since when one is wanted.
    wanted: Vec<(usize, Note)>,
}

impl Selector<'_> {
    pub(super) fn watched(&self, order: &SelectionOrder, table: TableId) -> Watched {
        let layout = &self.layouts[table];
        let here = order.position(table);
        let matters = |referenced: usize| self.last_child[referenced] > Some(here);
        let named =
            |(want, note): &(usize, Note)| (self.needs.wants[*want].referenced, note.clone());
        Watched {
            present: layout.present.iter().filter(|(key, _)| matters(*key)).cloned().collect(),
            wanted: layout.wanted.iter().map(named).filter(|(key, _)| matters(*key)).collect(),
        }
    }

    /// Takes rows into the subset and notes their keys, and since when they are there.
    pub(super) fn register(&mut self, feed: &mut Feed, chosen: &[Chosen], due: &[f64]) {
        let table = feed.table;
        let layout = &self.layouts[table];
        let grows = self.grows(table);
        let end = self.end();
        let mut addresses = Vec::with_capacity(chosen.len());
        let mut in_order = Vec::new();
        let mut children = BTreeMap::<usize, Vec<_>>::new();
        let really = feed.really;
        for Chosen { list, row, .. } in chosen.iter().filter(|chosen| chosen.place < really) {
            addresses.push(row.address);
            match list {
                // of a row that is not chosen itself, it is a child only in name
                Some(list) if row.since <= end => {
                    children.entry(feed.use_list(*list)).or_default().push(row.address);
                }
                Some(list) => {
                    feed.use_list(*list);
                    in_order.push(row.address);
                }
                None => {
                    in_order.push(row.address);
                    self.course.note_ranks(table, std::iter::once(row.rank));
                }
            }
        }
        for (key, rows) in &children {
            self.course.note_origin(table, Origin::Child(*key), rows);
        }
        self.course.note_origin(table, Origin::InOrder, &in_order);
        let Watched { present, wanted } = &feed.watched;
        let mut scratch = Vec::new();
        feed.held.each(chosen.iter().map(|chosen| (&chosen.row, chosen.place)), |place, answer| {
            let since = if grows { due[place] } else { 0.0 };
            let foreseen = place >= really;
            if !foreseen {
                note_keys(&mut self.needs, layout, &answer);
            }
            for (referenced, note) in present {
                if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
                    self.moments[*referenced].note_chosen(key, since);
                    if foreseen {
                        self.foreseen[*referenced].note(key);
                    }
                }
            }
            for (referenced, note) in wanted {
                note.each(answer.address, answer.values, &mut scratch, |named| {
                    if let Named::Key(key) = named {
                        self.moments[*referenced].note_wanted(key, since);
                    }
                });
            }
        });
        self.tables[table].rows.add(addresses);
    }
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
pub(super) fn note_wanted(needs: &mut Needs, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.wanted {
        let want = &mut needs.wants[*id];
        note.each(answer.address, answer.values, &mut scratch, |named| match named {
            Named::Key(key) => want.wanted.note(key),
            Named::Misfit(key) => want.misfits.note(key),
        });
    }
}
