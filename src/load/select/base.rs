//! Base selection: which rows are chosen before foreign keys ask for more.

use super::Selector;
use super::ask::{Answer, SCAN_ABOVE};
use super::candidates::{Candidates, Parent, SPARE_CANDIDATES};
use super::course::Origin;
use super::lowest::SMALL;
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::children::Candidate;
use crate::subset::choice::{Choice, Chosen, Sight};
use crate::subset::graph::{SelectionOrder, nullable};
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, Layout, Referencing};
use crate::subset::wants::{Following, Named, Needs, Note};

impl Selector<'_> {
    /// Tables that are copied whole have foreign keys too.
    pub(super) async fn note_whole_tables(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            if self.tables[table].whole && self.layouts[table].has_wants() {
                let sql = self.layouts[table].whole();
                let mut notes = std::mem::take(&mut self.needs);
                let layout = &self.layouts[table];
                let asked =
                    self.ask(table, &sql, |answer| note_wanted(&mut notes, layout, &answer)).await;
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
        let due = self.due(table);
        if self.tables[table].whole || due.is_empty() {
            return Ok(());
        }
        self.prepare_rank(table).await?;
        let driving = order.driving_foreign_keys(self.catalog, table);
        let counted = self.counted(table, &driving);
        let mut lists = Vec::new();
        let mut by = Vec::new();
        let mut ahead = Vec::new();
        let mut chosen = Chosen { unfilled: due.len(), ..Chosen::default() };
        for key in &driving {
            if chosen.unfilled == 0 {
                break;
            }
            let found = self.children(table, *key, due.len(), &counted).await?;
            if !found.rows.is_empty() {
                lists.push(found);
                by.push(Some(*key));
                ahead.push(self.ahead(self.catalog.foreign_keys[*key].referenced));
                let choice = self.choice(&lists, &by, None, &counted);
                chosen = choice.fill(&due, &ahead, Sight::Next);
            }
        }
        let sight = match self.tables[table].available {
            _ if counted.is_empty() => Sight::Next,
            Some(available) if available > SMALL => Sight::Several,
            _ => Sight::All,
        };
        // a spare row may be taken that would have been a chosen row's child later
        let reserve = |places: usize| if lists.is_empty() { 0 } else { places / 8 + 16 };
        let mut seen = sight.of(chosen.unfilled + reserve(chosen.unfilled));
        let mut spares = Candidates::default();
        while chosen.unfilled > 0 || chosen.unseen > 0 {
            spares = self.lowest(table, seen).await?;
            chosen = self.choice(&lists, &by, Some(&spares), &counted).fill(&due, &ahead, sight);
            if spares.rows.len() < seen {
                break;
            }
            seen = seen.saturating_add(chosen.unseen + reserve(chosen.unseen));
        }
        lists.push(spares);
        by.push(None);
        let driven_by = (0..by.len())
            .find(|list| by[*list].is_some() && chosen.rows.iter().any(|(of, ..)| of == list))
            .and_then(|list| by[list])
            .map(|key| self.catalog.foreign_keys[key].name.clone());
        let selection = &mut self.tables[table];
        selection.driven_by = selection.driven_by.take().or(driven_by);
        self.register(order, table, (&lists, &by), &chosen.rows, &due);
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
        let due = self.due(table);
        let driving = order.driving_foreign_keys(self.catalog, table);
        let counted = self.counted(table, &driving);
        let list = [self.children(table, key, due.len(), &counted).await?];
        let chosen = self.choice(&list, &[Some(key)], None, &counted).fill(&due, &[], Sight::Next);
        self.register(order, table, (&list, &[Some(key)]), &chosen.rows, &due);
        Ok(())
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

    /// What is to be chosen from. A child's nullable foreign keys are left out of account: rows
    /// with a NULL there are not better ones, only other ones.
    fn choice<'a>(
        &self,
        lists: &'a [Candidates],
        by: &[Option<usize>],
        spares: Option<&'a Candidates>,
        counted: &[Counted],
    ) -> Choice<'a> {
        let children: Vec<&[Candidate]> = lists.iter().map(|list| &list.rows[..]).collect();
        let mut choice = Choice::new(&children, spares.map_or(&[], |spares| &spares.rows[..]));
        let mut scratch = Vec::new();
        for (list, found) in lists.iter().chain(spares).enumerate() {
            let child_by = by.get(list).copied().flatten();
            let counts =
                |about: &&Counted| child_by.is_none_or(|key| about.required && about.key != key);
            let counts: Vec<&Counted> = counted.iter().filter(counts).collect();
            if counts.is_empty() {
                continue;
            }
            found.each((0..found.rows.len()).map(|row| (row, row)), |row, answer| {
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
                        choice.needs(list, row, (about.referenced, key.fingerprint()), since);
                    });
                }
            });
        }
        choice
    }

    /// Children of chosen rows along one foreign key.
    async fn children(
        &mut self,
        table: TableId,
        key: usize,
        wanted: usize,
        counted: &[Counted],
    ) -> Result<Candidates, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        if self.tables[foreign.referenced].whole {
            return Ok(Candidates::default());
        }
        let referenced = self.needs.names[key];
        self.needs.referenced[referenced].present.settle();
        self.foreseen[referenced].settle();
        let mut parents = self.needs.referenced[referenced].present.clone();
        if counted.iter().any(|about| about.key == key) {
            parents.absorb(&self.foreseen[referenced]);
        }
        let others = counted.iter().any(|about| about.required && about.key != key);
        self.children_of(table, key, &parents, wanted, others).await
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

    pub(super) fn condition(&self, table: TableId) -> Option<&str> {
        self.conditions[table].as_deref()
    }

    /// Whether rows are looked up through an index or the table is read whole.
    pub(super) fn access(
        &self,
        table: TableId,
        columns: &[usize],
        referenced: TableId,
        keys: usize,
    ) -> Access {
        if self.catalog.tables[table].has_index_on(columns) && self.are_few(referenced, keys) {
            Access::Index
        } else {
            Access::Scan
        }
    }

    /// The same for the rows that reference these keys; notes where an index would have served.
    pub(super) fn access_to_children(&self, key: usize, keys: usize) -> Access {
        let foreign = &self.catalog.foreign_keys[key];
        let few = self.are_few(foreign.referenced, keys);
        let access = match Referencing::along(self.catalog, foreign) {
            None => self.access(foreign.table, &foreign.columns, foreign.referenced, keys),
            Some(_) if !few => Access::Scan,
            Some(along) => along.access,
        };
        if access == Access::Scan && few {
            self.course.note_unindexed(key);
        }
        access
    }

    /// Whether so many keys of a table are better looked up than found by reading all.
    fn are_few(&self, referenced: TableId, keys: usize) -> bool {
        let all = self.tables[referenced].available.unwrap_or(u64::MAX);
        #[allow(clippy::cast_precision_loss, reason = "a part of the whole")]
        let part = keys as f64 / all.max(1) as f64;
        part <= SCAN_ABOVE || (keys as u64) <= SMALL
    }

    /// Takes rows into the subset and notes their keys, and since when they are there.
    fn register(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
        (lists, by): (&[Candidates], &[Option<usize>]),
        chosen: &[(usize, usize, usize)],
        due: &[f64],
    ) {
        let layout = &self.layouts[table];
        // since when a key is there matters to tables that are still to come
        let here = order.position(table);
        let matters = |referenced: usize| self.last_child[referenced] > Some(here);
        let watched: Vec<&(usize, Note)> =
            layout.present.iter().filter(|(referenced, _)| matters(*referenced)).collect();
        let wanted: Vec<(usize, &Note)> = layout
            .wanted
            .iter()
            .map(|(want, note)| (self.needs.wants[*want].referenced, note))
            .filter(|(referenced, _)| matters(*referenced))
            .collect();
        let grows = self.grows(table);
        let really = self.missing(table);
        let end = self.end();
        let mut addresses = Vec::with_capacity(really);
        let mut scratch = Vec::new();
        for (list, found) in lists.iter().enumerate() {
            let here = chosen.iter().filter(|(of, ..)| *of == list);
            let (mut children, mut in_order) = (Vec::new(), Vec::new());
            for (_, row, _) in here.clone().filter(|(.., place)| *place < really) {
                let candidate = &found.rows[*row];
                match by[list] {
                    // of a row that is not chosen itself, it is a child only in name
                    Some(_) if candidate.since <= end => children.push(candidate.address),
                    Some(_) => in_order.push(candidate.address),
                    None => {
                        in_order.push(candidate.address);
                        self.course.note_ranks(table, std::iter::once(candidate.rank));
                    }
                }
            }
            if let Some(key) = by[list] {
                self.course.note_origin(table, Origin::Child(key), &children);
            }
            self.course.note_origin(table, Origin::InOrder, &in_order);
            addresses.extend(children.into_iter().chain(in_order));
            found.each(here.map(|(_, row, place)| (*row, *place)), |place, answer| {
                let since = if grows { due[place] } else { 0.0 };
                let foreseen = place >= really;
                if !foreseen {
                    note_keys(&mut self.needs, layout, &answer);
                }
                for (referenced, note) in &watched {
                    if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
                        self.moments[*referenced].note_chosen(key, since);
                        if foreseen {
                            self.foreseen[*referenced].note(key);
                        }
                    }
                }
                for (referenced, note) in &wanted {
                    note.each(answer.address, answer.values, &mut scratch, |named| {
                        if let Named::Key(key) = named {
                            self.moments[*referenced].note_wanted(key, since);
                        }
                    });
                }
            });
        }
        self.tables[table].rows.add(addresses);
    }
}

/// A foreign key whose referenced rows may have to be pulled in.
struct Counted {
    key: usize,
    referenced: usize,
    required: bool,
    note: Note,
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
fn note_wanted(needs: &mut Needs, layout: &Layout, answer: &Answer<'_>) {
    let mut scratch = Vec::new();
    for (id, note) in &layout.wanted {
        let want = &mut needs.wants[*id];
        note.each(answer.address, answer.values, &mut scratch, |named| match named {
            Named::Key(key) => want.wanted.note(key),
            Named::Misfit(key) => want.misfits.note(key),
        });
    }
}
