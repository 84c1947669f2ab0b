//! Rows that are always there (`always`, `--force`), with all their descendants: downward only, and
//! down self-references too.

use crate::catalog::{ById, ForeignKeyId, TableId};
use crate::config::ForceMissing;
use crate::failure::Failure;
use crate::load::select::asking::children::AboutChildren;
use crate::load::select::asking::query::Answer;
use crate::load::select::asking::sessions::Asking;
use crate::load::select::choosing::accept::note_keys;
use crate::load::select::chosen::Subset;
use crate::load::select::planning::plan::Plan;
use crate::load::select::provenance::Origin;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::held::WholeRows;
use crate::subset::descent::Descent;
use crate::subset::keys::Keys;
use crate::subset::noted_keys::NotedKeys;
use crate::subset::questions::{Access, Layout, Question, With, key_condition};
use crate::subset::references::{ReferencedKeyId, References};
use crate::subset::rows::{Address, RowSet};
use crate::subset::size::Target;
use std::collections::{BTreeMap, HashSet};

/// After this many levels of few rows, the server follows a self-reference down in one question.
const PATIENCE: usize = 8;

/// What counts as few rows.
const FEW: usize = 64;

/// How many levels the server follows in one question. It does not notice a cycle of rows, and goes
/// round until then.
const LEVELS: usize = 250;

/// Bytes that the edges of a table may take that is read whole for its self-reference.
const EDGES: usize = 24 << 20;

/// How many levels came one after the other.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    all: usize,
    /// The last ones of them that had few rows.
    narrow: usize,
}

type Levels = ById<ForeignKeyId, Level>;

/// Keys of rows whose children are still to be fetched, by referenced key.
type Expansion = BTreeMap<ReferencedKeyId, Keys>;

impl Selector<'_> {
    pub(crate) async fn select_always(&mut self) -> Result<(), Failure> {
        let mut expansion = Expansion::new();
        let mut seen = vec![HashSet::new(); self.plan.catalog.tables.len()];
        for (table, seen) in TableId::each_mut(&mut seen) {
            let rule = &self.plan.rules[table];
            for condition in &rule.always {
                let question = self.plan.layouts[table].matching(&condition.value);
                self.take(table, &question, Origin::Always, seen, &mut expansion).await?;
            }
            for values in &rule.forced {
                let about = &self.plan.catalog.tables[table];
                let key = about.key.as_deref().unwrap_or_default();
                let question =
                    self.plan.layouts[table].matching(&key_condition(about, key, values));
                if self.take(table, &question, Origin::Forced, seen, &mut expansion).await? == 0 {
                    let given = format!("{}:{}", about.name, values.join(","));
                    if self.plan.config.force_missing == ForceMissing::Warn {
                        self.subset
                            .warnings
                            .push(format!("--force {given} names no row of the source"));
                        continue;
                    }
                    let excluded =
                        if about.kept.is_some() { ", or [[only]] excludes it" } else { "" };
                    return Err(Failure::new(format!("--force {given} names no row"))
                        .because(format!("{} has no row with that key{excluded}", about.name))
                        .remedy(
                            "name a row that the source has, or go on without it: \
                             --force-missing=warn",
                        ));
                }
            }
        }
        let foreign_keys = &self.plan.catalog.foreign_keys;
        let mut levels: Levels = foreign_keys.iter().map(|_| Level::default()).collect();
        while !expansion.is_empty() {
            for (referenced, mut keys) in std::mem::take(&mut expansion) {
                keys.settle();
                self.descend(referenced, &keys, &mut levels, &mut seen, &mut expansion).await?;
            }
        }
        Ok(())
    }

    /// Takes the rows of one question; says how many there were.
    async fn take(
        &mut self,
        table: TableId,
        question: &Question,
        origin: Origin,
        seen: &mut HashSet<Address>,
        expansion: &mut Expansion,
    ) -> Result<usize, Failure> {
        let Selector { asking, plan, subset } = self;
        let mut found = Found::new(plan, subset, table, seen, expansion);
        asking.ask(table, question, |answer| found.add(&answer)).await?;
        let (rows, addresses) = (found.rows, found.addresses);
        self.come(table, addresses, origin).await?;
        Ok(rows)
    }

    async fn come(
        &mut self,
        table: TableId,
        addresses: Vec<Address>,
        origin: Origin,
    ) -> Result<(), Failure> {
        let Selector { asking, plan, subset } = self;
        subset.course.note_origin(table, origin, &addresses);
        subset.add_rows(asking, plan, table, addresses, WholeRows::default()).await
    }

    /// Takes all rows that reference these keys. `levels` counts, by foreign key, the levels that
    /// came one after the other.
    async fn descend(
        &mut self,
        referenced: ReferencedKeyId,
        keys: &Keys,
        levels: &mut Levels,
        seen: &mut [HashSet<Address>],
        expansion: &mut Expansion,
    ) -> Result<(), Failure> {
        let catalog = self.plan.catalog;
        for (id, foreign) in catalog.foreign_keys.pairs() {
            let Selector { asking, plan, subset } = self;
            if plan.references.names[id] != referenced
                || !foreign.brings_descendants()
                || plan.is_nulled(id)
                || plan.left_empty(foreign.table)
                || plan.rules[foreign.table].target == Target::OnlyReferenced
            {
                continue;
            }
            let table = foreign.table;
            let layout = &plan.layouts[table];
            let own = layout.foreign.iter().find(|(key, _)| *key == id);
            let mut scratch = Vec::new();
            let level = &mut levels[id];
            level.all += 1;
            level.narrow = if keys.len() <= FEW { level.narrow + 1 } else { 0 };
            // `why` notes the origin of each row, so each level needs a question
            let several = foreign.is_self_reference()
                && foreign.configured.is_none()
                && !foreign.is_temporal()
                && !subset.course.notes_origins();
            let access = plan.access_to_children(id, keys.len());
            // without an index, each level reads the whole table
            let by_edges = several && access == Access::Scan && level.all > PATIENCE;
            let by_levels = several && access != Access::Scan && level.narrow > PATIENCE;
            let below;
            let keys = if by_edges {
                level.all = 0;
                below = keys_below(asking, plan, id, keys).await?;
                &below
            } else {
                keys
            };
            if plan.lacks_index(id, keys.len()) {
                subset.course.note_unindexed(id);
            }
            let mut found = Found::new(plan, subset, table, &mut seen[table], expansion);
            let take = |answer: Answer<'_>| {
                // a foreign key of one partition says nothing about rows of another
                let names_it = own.is_some_and(|(_, note)| {
                    note.key(answer.address, answer.values, &mut scratch).is_some()
                });
                if names_it {
                    found.add(&answer);
                }
            };
            let about =
                AboutChildren { key: id, layout, access, condition: None, with: With::KEYS };
            if by_levels {
                asking.ask_levels(about, keys, LEVELS, take).await?;
            } else {
                asking.ask_children(about, keys, take).await?;
            }
            let addresses = found.addresses;
            self.come(table, addresses, Origin::Descendant(id)).await?;
        }
        Ok(())
    }
}

/// These keys, and the keys of all rows below them along a self-reference.
async fn keys_below(
    asking: &Asking<'_>,
    plan: &Plan<'_>,
    id: ForeignKeyId,
    keys: &Keys,
) -> Result<Keys, Failure> {
    let table = plan.catalog.foreign_keys[id].table;
    let layout = &plan.layouts[table];
    let own = layout.present.iter().find(|(key, _)| *key == plan.references.names[id]);
    let above = layout.foreign.iter().find(|(key, _)| *key == id);
    let (Some((_, own)), Some((_, above))) = (own, above) else { return Ok(keys.clone()) };
    let mut descent = Descent::below(keys, EDGES);
    let (mut one, mut other) = (Vec::new(), Vec::new());
    let note = |answer: Answer<'_>| {
        let own = own.key(answer.address, answer.values, &mut one);
        let above = above.key(answer.address, answer.values, &mut other);
        if let (Some(own), Some(above)) = (own, above) {
            descent.note(own, above);
        }
    };
    asking.ask(table, &layout.whole(), note).await?;
    let mut below = descent.finish();
    below.absorb(keys);
    Ok(below)
}

/// Rows of one table as they are found.
struct Found<'a> {
    layout: &'a Layout,
    references: &'a References,
    known: &'a RowSet,
    keys: &'a mut NotedKeys,
    seen: &'a mut HashSet<Address>,
    expansion: &'a mut Expansion,
    addresses: Vec<Address>,
    rows: usize,
}

impl<'a> Found<'a> {
    fn new(
        plan: &'a Plan<'_>,
        subset: &'a mut Subset,
        table: TableId,
        seen: &'a mut HashSet<Address>,
        expansion: &'a mut Expansion,
    ) -> Self {
        Found {
            layout: &plan.layouts[table],
            references: &plan.references,
            known: &subset.tables[table].rows,
            keys: &mut subset.keys,
            seen,
            expansion,
            addresses: Vec::new(),
            rows: 0,
        }
    }

    fn add(&mut self, answer: &Answer<'_>) {
        self.rows += 1;
        if self.known.contains(answer.address) || !self.seen.insert(answer.address) {
            return;
        }
        self.addresses.push(answer.address);
        note_keys(self.keys, self.layout, answer);
        let mut scratch = Vec::new();
        for (id, note) in &self.layout.present {
            if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
                let integers = self.references.referenced[*id].is_integer();
                self.expansion.entry(*id).or_insert_with(|| Keys::new(integers)).note(key);
            }
        }
    }
}
