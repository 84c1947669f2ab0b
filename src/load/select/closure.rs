//! Closure: what the selected rows reference is fetched, and what that references, until nothing
//! is missing. Cycles and self-references need nothing special, since rows are known by address.

use super::Selector;
use super::answers::Answer;
use super::ask::By;
use super::course::Origin;
use super::held::WholeRows;
use super::register::note_keys;
use super::values::{IS_WHOLE, Values};
use crate::failure::Failure;
use crate::subset::keys::Keys;
use crate::subset::questions::{Access, Lookup, With};
use crate::subset::wants::Want;
use std::borrow::Cow;
use std::collections::HashSet;

/// After so many rounds of few keys, a self-reference is followed by the server itself.
const PATIENCE: usize = 8;

/// What counts as few keys: the server follows each by itself, and lines that meet are followed
/// twice.
const FEW: usize = 64;

/// How far the server follows a self-reference in one question.
const DEPTH: usize = 2_000;

impl Selector<'_> {
    pub(super) async fn close(&mut self) -> Result<(), Failure> {
        let mut rounds = vec![0; self.needs.wants.len()];
        loop {
            let mut asked = false;
            for (want, rounds) in rounds.iter_mut().enumerate() {
                if !self.needs.wants[want].fetched {
                    continue;
                }
                let missing = self.missing_keys(want);
                if missing.is_empty() {
                    continue;
                }
                asked = true;
                *rounds = if missing.len() <= FEW { *rounds + 1 } else { 0 };
                // where each step is noted, each is taken by itself
                let lineage = *rounds > PATIENCE && !self.course.notes_origins();
                self.fetch(want, &missing, lineage).await?;
                self.needs.wants[want].asked.absorb(&missing);
            }
            if !asked {
                return Ok(());
            }
        }
    }

    /// The wanted keys that are neither there nor asked for already.
    fn missing_keys(&mut self, want: usize) -> Keys {
        let want = &mut self.needs.wants[want];
        let referenced = &mut self.needs.referenced[want.referenced];
        referenced.present.settle();
        want.asked.settle();
        let Want { wanted, asked, comparable, .. } = want;
        if *comparable {
            wanted.take_missing_from(&[&referenced.present, asked])
        } else {
            wanted.take_missing_from(&[asked])
        }
    }

    async fn fetch(&mut self, want: usize, missing: &Keys, lineage: bool) -> Result<(), Failure> {
        let about = self.needs.wants[want].clone_question();
        let referenced = &self.needs.referenced[about.referenced];
        let (table, columns) = (referenced.table, &referenced.columns);
        let access = match self.access(table, columns, table, missing.len()) {
            // a referenced key is unique: an index is there, if only the partition's own
            Access::Scan if missing.len() < FEW => Access::Index,
            access => access,
        };
        let most = self.rows_in_a_piece(table);
        if missing.len() <= most || access == Access::Scan {
            return self.fetch_piece((want, &about), missing, access, lineage).await;
        }
        let positions: Vec<u32> = (0u32..).take(missing.len()).collect();
        for piece in positions.chunks(most) {
            self.fetch_piece((want, &about), &missing.at(piece), access, lineage).await?;
        }
        Ok(())
    }

    async fn fetch_piece(
        &mut self,
        (want, about): (usize, &Asked),
        missing: &Keys,
        access: Access,
        lineage: bool,
    ) -> Result<(), Failure> {
        let catalog = self.catalog;
        let referenced = &self.needs.referenced[about.referenced];
        let (table, relation, columns) =
            (referenced.table, referenced.relation.clone(), referenced.columns.clone());
        let lookup = Lookup {
            relation: Some(&relation),
            columns: &columns,
            operators: &about.operators,
            forms: &about.forms,
        };
        let with = With { row: self.come_along(table), ..With::KEYS };
        let mut needs = std::mem::take(&mut self.needs);
        let layout = &self.layouts[table];
        let there = &self.tables[table].rows;
        let mut addresses = Vec::new();
        let (mut values, mut whole, mut places) = (Values::default(), Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let note = |answer: Answer<'_>| {
            note_keys(&mut needs, layout, &answer);
            if there.contains(answer.address) || !seen.insert(answer.address) {
                return;
            }
            addresses.push(answer.address);
            let place = answer.row.map(|_| values.put(&answer)).unwrap_or_default();
            if place & IS_WHOLE != 0 {
                whole.push(answer.address);
                places.push(place);
            }
        };
        let (reader, keys) = (self.source, Cow::Borrowed(missing));
        let sent = match about.self_reference {
            Some(key) if lineage => {
                let own = &catalog.foreign_keys[key].columns;
                let question = layout.lineage(catalog, &lookup, own, DEPTH, with);
                let by = By { reader, keys, access: Access::Index };
                self.send_with_keys(table, question, &about.forms, by).await
            }
            _ => {
                let by = By { reader, keys, access };
                self.send_by_keys(table, &lookup, by, None, with).await
            }
        };
        let asked = match sent {
            Ok(sent) => self.receive_with_keys(sent, note).await,
            Err(failure) => Err(failure),
        };
        self.needs = needs;
        asked?;
        self.course.note_origin(table, Origin::PulledIn(want), &addresses);
        self.course.note_fetched(want, addresses.len());
        let whole = WholeRows { addresses: whole, places: vec![(values, places)] };
        self.add_rows(table, addresses, whole).await
    }
}

/// A want without its keys.
struct Asked {
    referenced: usize,
    forms: Vec<crate::subset::wants::Form>,
    operators: Vec<String>,
    self_reference: Option<usize>,
}

impl Want {
    fn clone_question(&self) -> Asked {
        Asked {
            referenced: self.referenced,
            forms: self.forms.clone(),
            operators: self.operators.clone(),
            self_reference: self.self_reference,
        }
    }
}
