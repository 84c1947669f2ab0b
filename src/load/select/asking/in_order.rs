//! The seeded order of a table's rows, and the rows that come first in it.

use crate::catalog::TableId;
use crate::failure::Failure;
use crate::load::select::asking::query::{Answer, By};
use crate::load::select::asking::sessions::Asking;
use crate::load::select::choosing::candidates::{Candidates, Parent, SPARE_CANDIDATES};
use crate::load::select::choosing::overflow::{Best, Overflow};
use crate::load::select::chosen::ChosenRows;
use crate::load::select::planning::plan::Plan;
use crate::subset::keys::{KeyRef, Keys};
use crate::subset::permutation::Permutation;
use crate::subset::questions::{self, Access, Layout, Lookup, RankKind, With};
use crate::subset::references::{Form, integer};
use crate::subset::rows::{Address, SMALLEST_ROW};
use std::borrow::Cow;

/// The most rows that one answer puts into order. Later questions get the next ones.
pub(crate) const MOST_AT_ONCE: usize = 500_000;

/// Up to this many rows, reading all keys is quicker than looking some up in several rounds.
pub(crate) const SMALL: u64 = 20_000;

/// Keys spread over more than this many times the rows that fit into the table are too sparse to
/// be walked.
const SPARSE: u64 = 64;

/// A place in the seeded order.
pub(crate) type Place = (u64, Address);

impl Plan<'_> {
    /// Finds the permutation of an integer key, or settles for the server's hash.
    pub(crate) async fn prepare_rank(
        &mut self,
        asking: &Asking<'_>,
        table: TableId,
    ) -> Result<(), Failure> {
        let RankKind::Integer { column } = self.layouts[table].rank else { return Ok(()) };
        let about = &self.catalog.tables[table];
        let source = asking.source;
        let rows = source.query(&questions::bounds(about, column), &[]).await;
        let rows = rows.map_err(|error| {
            source.failure(&format!("cannot read the keys of {}", about.name), &error)
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

    pub(crate) fn rank(&self, table: TableId, answer: &Answer<'_>) -> u64 {
        let value = answer.values.last().copied().flatten().unwrap_or_default();
        match &self.permutations[table] {
            Some(permutation) => permutation.rank(integer(value)),
            None => integer(value).cast_unsigned(),
        }
    }
}

/// The rows of one table that were not chosen yet, in the seeded order.
pub(crate) struct InOrder<'s, 'a> {
    pub(crate) asking: &'s Asking<'a>,
    pub(crate) plan: &'s Plan<'a>,
    pub(crate) chosen: &'s ChosenRows,
    pub(crate) layout: &'s Layout,
    /// SQL: only these rows.
    pub(crate) condition: Option<&'s str>,
}

impl InOrder<'_, '_> {
    /// Whether this many rows of lowest rank are looked up by their keys, instead of reading the
    /// whole table.
    pub(crate) fn walks(&self, wanted: usize) -> bool {
        let available = self.available();
        let through = wanted.saturating_add(self.chosen.rows.len()) as u64;
        let Some(permutation) = self.permutation() else { return false };
        let dense = permutation.size() / 4 <= available;
        available > SMALL
            && self.condition.is_none()
            && !self.is_restricted()
            && (through.saturating_mul(4) < available || (dense && through > MOST_AT_ONCE as u64))
    }

    fn permutation(&self) -> Option<Permutation> {
        self.plan.permutations[self.layout.table]
    }

    /// Its keys say nothing about which rows `[[only]]` keeps.
    fn is_restricted(&self) -> bool {
        self.plan.catalog.tables[self.layout.table].kept.is_some()
    }

    fn available(&self) -> u64 {
        self.plan.counts[self.layout.table].available.unwrap_or(0)
    }

    fn rank(&self, answer: &Answer<'_>) -> u64 {
        self.plan.rank(self.layout.table, answer)
    }

    /// The rows of lowest rank behind a place, ascending: as many as are wanted, if there are.
    /// `with` is heeded where they are looked up.
    pub(crate) async fn lowest(
        &self,
        wanted: usize,
        after: Option<Place>,
        with: With,
    ) -> Result<Best, Failure> {
        let mut found = match self.permutation() {
            _ if self.layout.rank == RankKind::Place => {
                return self.first_in_order(wanted, after).await;
            }
            Some(permutation) if self.walks(wanted) => {
                self.walk(&permutation, wanted, after, with).await?
            }
            Some(_) => self.scan(wanted, after, None).await?,
            None => self.scan_hashes(wanted, after).await?,
        };
        found.sort();
        Ok(Best::InMemory(found))
    }

    /// Lets the server put the rows into the order of the rule; an index may spare it that.
    async fn first_in_order(&self, wanted: usize, after: Option<Place>) -> Result<Best, Failure> {
        let chosen = self.chosen;
        let skipped = after.map_or(0, |(rank, _)| rank);
        let limit = wanted.checked_add(chosen.rows.len() + chosen.foreseen.len());
        let question = self.layout.in_order(self.condition, skipped, limit);
        let (mut found, mut overflow) = (Candidates::default(), Overflow::default());
        self.asking
            .ask(self.layout.table, &question, |answer| {
                if !chosen.has(answer.address) {
                    found.add(&answer, Parent::default(), self.rank(&answer));
                    if overflow.is_due(&found) {
                        overflow.take(&mut found);
                    }
                }
            })
            .await?;
        if overflow.began() {
            overflow.take(&mut found);
            return Ok(Best::InFiles(overflow.by_rank()?));
        }
        found.keep_lowest(wanted);
        found.sort();
        Ok(Best::InMemory(found))
    }

    /// Turns ranks into keys and looks them up until enough exist.
    async fn walk(
        &self,
        permutation: &Permutation,
        wanted: usize,
        after: Option<Place>,
        with: With,
    ) -> Result<Candidates, Failure> {
        let about = &self.plan.catalog.tables[self.layout.table];
        let Some(key) = &about.key else { return Ok(Candidates::default()) };
        let operators = ["operator(pg_catalog.=)".to_owned()];
        let forms = [Form::Integer];
        let lookup = Lookup { relation: None, columns: key, operators: &operators, forms: &forms };
        let chosen = self.chosen;
        let mut found = Candidates::default();
        let mut from = after.map_or(0, |(rank, _)| rank + 1);
        while found.rows.len() < wanted && from < permutation.size() {
            let step = self.ranks_for(permutation, wanted - found.rows.len());
            let to = from.saturating_add(step).min(permutation.size());
            let mut keys = Keys::new(true);
            for rank in from..to {
                keys.note(KeyRef::Integer(permutation.key(rank)));
            }
            keys.settle();
            let by =
                By { reader: self.asking.source, keys: Cow::Owned(keys), access: Access::Index };
            let sent = self.asking.send_by_keys(self.layout, &lookup, by, None, with).await?;
            self.asking
                .receive_with_keys(sent, |answer| {
                    if !chosen.has(answer.address) {
                        found.add(&answer, Parent::default(), self.rank(&answer));
                    }
                })
                .await?;
            from = to;
        }
        found.keep_lowest(wanted);
        Ok(found)
    }

    /// How many ranks should give this many rows: the expected number, and three standard
    /// deviations more.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number that need not be exact"
    )]
    fn ranks_for(&self, permutation: &Permutation, wanted: usize) -> u64 {
        let available = self.available().max(1);
        let wanted = wanted as f64;
        let ranks_a_row = (permutation.size() as f64 / available as f64).max(1.0);
        ((wanted + 3.0 * wanted.sqrt()) * ranks_a_row) as u64 + 20
    }

    /// Reads all keys and keeps the rows of lowest rank.
    async fn scan(
        &self,
        wanted: usize,
        after: Option<Place>,
        below: Option<u64>,
    ) -> Result<Candidates, Failure> {
        // only hashes are known to the server
        let from = after.filter(|_| self.permutation().is_none()).map(|(rank, _)| rank);
        let question = self.layout.between(self.condition, from, below);
        let most = wanted.saturating_add((wanted / 2).max(SPARE_CANDIDATES));
        let mut found = Candidates::default();
        self.asking
            .ask(self.layout.table, &question, |answer| {
                let rank = self.rank(&answer);
                let before = after.is_some_and(|after| (rank, answer.address) <= after);
                if before || self.chosen.has(answer.address) {
                    return;
                }
                found.add(&answer, Parent::default(), rank);
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
        wanted: usize,
        after: Option<Place>,
    ) -> Result<Candidates, Failure> {
        let available = self.available();
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
        let mut rows = (wanted as f64)
            + self.chosen.rows.len() as f64
            + after.map_or(0.0, |(rank, _)| rank as f64 / 9.223_372e18 * available as f64);
        loop {
            let below = limit(rows);
            let found = self.scan(wanted, after, below).await?;
            if found.rows.len() >= wanted || below.is_none() {
                return Ok(found);
            }
            rows *= 2.0;
        }
    }
}
