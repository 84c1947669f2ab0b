//! Base selection: how many rows there are, and which are chosen before foreign keys ask for more.

use super::ask::{Answer, SCAN_ABOVE};
use super::{Selector, TableSelection};
use crate::catalog::{Storage, TableId};
use crate::failure::Failure;
use crate::stream::tuple;
use crate::subset::children::{Candidate, choose};
use crate::subset::graph::SelectionOrder;
use crate::subset::keys::{KeyRef, Keys};
use crate::subset::permutation::Permutation;
use crate::subset::questions::{self, Access, Layout, Lookup, RankKind};
use crate::subset::size::Target;
use crate::subset::wants::{Following, Form, Needs, Note, integer};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Tables above this size (bytes) are counted by a sample of their blocks.
const COUNTED_UP_TO: u64 = 4 << 30;

/// How many bytes of such a table the sample reads, about.
const SAMPLE: u64 = 128 << 20;

/// Up to this many rows, reading all keys is quicker than looking some up in several rounds.
const SMALL: u64 = 20_000;

/// A row of a heap takes at least this many bytes: its header and line pointer, and a key.
const SMALLEST_ROW: u64 = 36;

/// Keys spread over more than this many times the rows that fit into the table are too sparse to
/// be walked.
const SPARSE: u64 = 64;

/// Candidates beyond what is wanted before the worst are thrown away.
const SPARE_CANDIDATES: usize = 100_000;

impl Selector<'_> {
    /// N(T) and n(T) of every table. Statistics are never asked: they may be missing or wrong.
    pub(super) async fn count(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            let rule = &self.rules[table];
            let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
            let whole = matches!(rule.target, Target::All) || rule.target == Target::Part(1.0);
            self.tables[table] = match rule.target {
                Target::None => TableSelection::default(),
                _ if whole && condition.is_none() => {
                    TableSelection { whole: true, ..TableSelection::default() }
                }
                target => {
                    let (rows, estimated) = self.count_rows(table, condition).await?;
                    let wanted = target.of(rows);
                    TableSelection {
                        available: Some(rows),
                        estimated,
                        target: wanted,
                        whole: wanted >= rows && condition.is_none() && !estimated,
                        ..TableSelection::default()
                    }
                }
            };
        }
        Ok(())
    }

    async fn count_rows(
        &self,
        table: TableId,
        condition: Option<&str>,
    ) -> Result<(u64, bool), Failure> {
        let about = &self.catalog.tables[table];
        let partial = matches!(about.storage, Storage::Partitioned { partial: true, .. });
        let sampled = condition.is_none() && !partial && about.bytes > COUNTED_UP_TO;
        #[allow(clippy::cast_precision_loss, reason = "a percentage")]
        let percent = SAMPLE as f64 / about.bytes.max(1) as f64 * 100.0;
        let sql = if sampled {
            questions::sampled_count(about, percent)
        } else {
            questions::count(about, condition)
        };
        let rows = self.source.query(&sql, &[]).await.map_err(|error| {
            self.source.failure(&format!("cannot count the rows of {}", about.name), &error)
        })?;
        let counted = u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0);
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate"
        )]
        let rows = if sampled { (counted as f64 * 100.0 / percent) as u64 } else { counted };
        Ok((rows, sampled))
    }

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
    /// foreign key after the other, then whatever comes next in the seeded order.
    pub(super) async fn select_base(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
    ) -> Result<(), Failure> {
        if self.tables[table].whole || self.missing(table) == 0 {
            return Ok(());
        }
        self.prepare_rank(table).await?;
        for key in order.driving_foreign_keys(self.catalog, table) {
            if self.missing(table) == 0 {
                return Ok(());
            }
            self.select_children(table, key).await?;
        }
        let missing = self.missing(table);
        if missing > 0 {
            self.select_lowest(table, missing).await?;
        }
        Ok(())
    }

    /// How many rows are still to be chosen.
    fn missing(&self, table: TableId) -> usize {
        let selection = &self.tables[table];
        usize::try_from(selection.target).unwrap_or(usize::MAX).saturating_sub(selection.rows.len())
    }

    /// Finds the permutation of an integer key, or settles for the server's hash.
    async fn prepare_rank(&mut self, table: TableId) -> Result<(), Failure> {
        let RankKind::Integer { column } = self.layouts[table].rank else { return Ok(()) };
        let about = &self.catalog.tables[table];
        let rows =
            self.source.query(&questions::bounds(about, column), &[]).await.map_err(|error| {
                self.source.failure(&format!("cannot read the keys of {}", about.name), &error)
            })?;
        let seed = self.config.subset.seed;
        let bounds: (Option<i64>, Option<i64>) = (rows[0].get(0), rows[0].get(1));
        if let (Some(lowest), Some(highest)) = bounds {
            let permutation = Permutation::covering(lowest, highest, seed);
            let most_rows = (about.bytes / SMALLEST_ROW).max(1);
            if permutation.size() / SPARSE <= most_rows {
                self.permutations[table] = Some(permutation);
                return Ok(());
            }
        }
        self.layouts[table].rank_by_hash(self.catalog, seed);
        Ok(())
    }

    fn rank(&self, table: TableId, answer: &Answer<'_>) -> u64 {
        let value = answer.values.last().copied().flatten().unwrap_or_default();
        match &self.permutations[table] {
            Some(permutation) => permutation.rank(integer(value)),
            None => integer(value).cast_unsigned(),
        }
    }

    /// Children of chosen rows along one foreign key, up to n(T).
    async fn select_children(&mut self, table: TableId, key: usize) -> Result<(), Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        if self.tables[foreign.referenced].whole {
            return Ok(());
        }
        let referenced = self.needs.names[key];
        self.needs.referenced[referenced].present.settle();
        let parents =
            std::mem::replace(&mut self.needs.referenced[referenced].present, Keys::new(false));
        let chosen = self.children_of(table, key, &parents).await;
        self.needs.referenced[referenced].present = parents;
        let chosen = chosen?;
        if self.tables[table].driven_by.is_none() && !chosen.rows.is_empty() {
            self.tables[table].driven_by = Some(foreign.name.clone());
        }
        self.register(table, &chosen);
        Ok(())
    }

    async fn children_of(
        &self,
        table: TableId,
        key: usize,
        parents: &Keys,
    ) -> Result<Candidates, Failure> {
        let foreign = &self.catalog.foreign_keys[key];
        let wanted = self.missing(table);
        let mut found = Candidates::default();
        if parents.is_empty() {
            return Ok(found);
        }
        let layout = &self.layouts[table];
        let Some((_, note)) = layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(found);
        };
        // what the driving foreign key names is there, so its values need not be kept
        found.without_values = layout.present.is_empty()
            && match &layout.wanted[..] {
                [] => true,
                [(want, _)] => self.needs.following[key] == Following::Want(*want),
                _ => false,
            };
        let forms = self.needs.referenced[self.needs.names[key]].forms.clone();
        let lookup = Lookup {
            relation: None,
            columns: &foreign.columns,
            operators: &foreign.operators,
            forms: &forms,
        };
        let per_parent = self.config.subset.children;
        let most = wanted.saturating_mul(2).saturating_add(SPARE_CANDIDATES);
        let rows = &self.tables[table].rows;
        let access = self.access(table, &foreign.columns, foreign.referenced, parents.len());
        let condition = self.condition(table);
        let mut scratch = Vec::new();
        self.ask_by_keys(table, &lookup, parents, access, condition, true, |answer| {
            let Some(parent) = parent_of(note, &answer, &mut scratch) else { return };
            if rows.contains(answer.address) {
                return;
            }
            found.add(&answer, parent, self.rank(table, &answer));
            if found.rows.len() > most {
                found.keep(per_parent, wanted);
            }
        })
        .await?;
        found.keep(per_parent, wanted);
        Ok(found)
    }

    pub(super) fn condition(&self, table: TableId) -> Option<&str> {
        self.rules[table].condition.as_ref().map(|condition| condition.value.as_str())
    }

    /// Whether rows are looked up through an index or the table is read whole.
    pub(super) fn access(
        &self,
        table: TableId,
        columns: &[usize],
        referenced: TableId,
        keys: usize,
    ) -> Access {
        let all = self.tables[referenced].available.unwrap_or(u64::MAX);
        #[allow(clippy::cast_precision_loss, reason = "a part of the whole")]
        let part = keys as f64 / all.max(1) as f64;
        if self.catalog.tables[table].has_index_on(columns)
            && (part <= SCAN_ABOVE || (keys as u64) <= SMALL)
        {
            Access::Index
        } else {
            Access::Scan
        }
    }

    /// The rows of lowest rank that are not chosen yet.
    async fn select_lowest(&mut self, table: TableId, wanted: usize) -> Result<(), Failure> {
        let available = self.tables[table].available.unwrap_or(0);
        let through = (wanted + self.tables[table].rows.len()) as u64;
        let chosen = match self.permutations[table] {
            Some(permutation)
                if available > SMALL
                    && self.condition(table).is_none()
                    && through.saturating_mul(4) < available =>
            {
                self.walk(table, &permutation, wanted, available).await?
            }
            Some(_) => self.scan(table, wanted, None).await?,
            None => self.scan_hashes(table, wanted, through, available).await?,
        };
        self.register(table, &chosen);
        Ok(())
    }

    /// Turns ranks into keys and looks them up until enough exist.
    async fn walk(
        &self,
        table: TableId,
        permutation: &Permutation,
        wanted: usize,
        available: u64,
    ) -> Result<Candidates, Failure> {
        let Some(key) = &self.catalog.tables[table].key else { return Ok(Candidates::default()) };
        let operators = ["operator(pg_catalog.=)".to_owned()];
        let forms = [Form::Integer];
        let lookup = Lookup { relation: None, columns: key, operators: &operators, forms: &forms };
        // as many ranks as should do, and some more
        let ranks_per_row = permutation.size() / available.max(1) + 1;
        let step = (wanted as u64).saturating_mul(ranks_per_row).saturating_mul(9) / 8 + 100;
        let rows = &self.tables[table].rows;
        let mut found = Candidates::default();
        let mut from = 0;
        while found.rows.len() < wanted && from < permutation.size() {
            let to = from.saturating_add(step).min(permutation.size());
            let mut keys = Keys::new(true);
            for rank in from..to {
                keys.note(KeyRef::Integer(permutation.key(rank)));
            }
            keys.settle();
            self.ask_by_keys(table, &lookup, &keys, Access::Index, None, true, |answer| {
                if !rows.contains(answer.address) {
                    found.add(&answer, 0, self.rank(table, &answer));
                }
            })
            .await?;
            from = to;
        }
        found.keep_lowest(wanted);
        Ok(found)
    }

    /// Reads all keys and keeps those of lowest rank.
    async fn scan(
        &self,
        table: TableId,
        wanted: usize,
        below: Option<u64>,
    ) -> Result<Candidates, Failure> {
        let sql = self.layouts[table].all(self.condition(table), below);
        let rows = &self.tables[table].rows;
        let most = wanted.saturating_mul(2).saturating_add(SPARE_CANDIDATES);
        let mut found = Candidates::default();
        self.ask(table, &sql, |answer| {
            if rows.contains(answer.address) {
                return;
            }
            found.add(&answer, 0, self.rank(table, &answer));
            if found.rows.len() > most {
                found.keep_lowest(wanted);
            }
        })
        .await?;
        found.keep_lowest(wanted);
        Ok(found)
    }

    /// Lets the server pass on only hashes below a limit that should give enough, and more if it
    /// does not.
    async fn scan_hashes(
        &self,
        table: TableId,
        wanted: usize,
        through: u64,
        available: u64,
    ) -> Result<Candidates, Failure> {
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a limit that need not be exact"
        )]
        let limit = |rows: f64| {
            let part = (rows + 4.0 * rows.sqrt() + 16.0) / available.max(1) as f64;
            (part < 1.0).then_some((part * 9.223_372e18) as u64)
        };
        #[allow(clippy::cast_precision_loss, reason = "a limit that need not be exact")]
        let mut rows = through as f64;
        loop {
            let below = limit(rows);
            let found = self.scan(table, wanted, below).await?;
            if found.rows.len() >= wanted || below.is_none() {
                return Ok(found);
            }
            rows *= 2.0;
        }
    }

    /// Takes rows into the subset and notes their keys.
    fn register(&mut self, table: TableId, chosen: &Candidates) {
        let layout = &self.layouts[table];
        let mut addresses = Vec::with_capacity(chosen.rows.len());
        let mut fields = Vec::new();
        for candidate in &chosen.rows {
            addresses.push(candidate.address);
            let mut rest = chosen.values.get(candidate.values..).unwrap_or_default();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                let answer = Answer { address: candidate.address, values: &fields };
                note_keys(&mut self.needs, layout, &answer);
            }
        }
        self.tables[table].rows.add(addresses);
    }
}

/// Rows that may be chosen, with their key values.
#[derive(Default)]
struct Candidates {
    rows: Vec<Candidate>,
    /// Tuples, one behind the other.
    values: Vec<u8>,
    /// There is nothing to note of these rows.
    without_values: bool,
}

impl Candidates {
    fn add(&mut self, answer: &Answer<'_>, parent: u32, rank: u64) {
        let values = self.values.len();
        self.rows.push(Candidate { address: answer.address, parent, rank, values, turn: 0 });
        if self.without_values {
            return;
        }
        // the last value is what the rank was made of
        tuple::put(&mut self.values, answer.values.split_last().map_or(&[], |(_, kept)| kept));
    }

    fn keep(&mut self, per_parent: u32, wanted: usize) {
        if self.rows.len() > wanted {
            self.rows = choose(std::mem::take(&mut self.rows), per_parent, wanted);
            self.compact();
        }
    }

    fn keep_lowest(&mut self, wanted: usize) {
        if self.rows.len() > wanted {
            self.rows.select_nth_unstable_by_key(wanted, |c| (c.rank, c.address));
            self.rows.truncate(wanted);
            self.compact();
        }
    }

    /// Forgets the values of what was thrown away.
    fn compact(&mut self) {
        let mut values = Vec::new();
        let mut fields = Vec::new();
        for candidate in &mut self.rows {
            let mut rest = self.values.get(candidate.values..).unwrap_or_default();
            candidate.values = values.len();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                tuple::put(&mut values, &fields);
            }
        }
        self.values = values;
    }
}

/// Tells parents apart by a hash of the foreign key's value; nothing where there is no parent.
fn parent_of(note: &Note, answer: &Answer<'_>, scratch: &mut Vec<u8>) -> Option<u32> {
    let key = note.key(answer.address, answer.values, scratch)?;
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    u32::try_from(hasher.finish() >> 32).ok()
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
        if let Some(key) = note.key(answer.address, answer.values, &mut scratch) {
            needs.wants[*id].wanted.note(key);
        }
    }
}
