//! The seeded order of a table's rows, and the rows that come first in it.

use super::Selector;
use super::ask::{Answer, By};
use super::candidates::{Candidates, Parent, SPARE_CANDIDATES};
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::keys::{KeyRef, Keys};
use crate::subset::permutation::Permutation;
use crate::subset::questions::{self, Access, Lookup, RankKind, With};
use crate::subset::rows::{Address, SMALLEST_ROW};
use crate::subset::wants::{Form, integer};
use std::borrow::Cow;

/// Up to this many rows, reading all keys is quicker than looking some up in several rounds.
pub(super) const SMALL: u64 = 20_000;

/// Keys spread over more than this many times the rows that fit into the table are too sparse to
/// be walked.
const SPARSE: u64 = 64;

/// A place in the seeded order.
pub(super) type Place = (u64, Address);

impl Selector<'_> {
    /// Finds the permutation of an integer key, or settles for the server's hash.
    pub(super) async fn prepare_rank(&mut self, table: TableId) -> Result<(), Failure> {
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

    pub(super) fn rank(&self, table: TableId, answer: &Answer<'_>) -> u64 {
        let value = answer.values.last().copied().flatten().unwrap_or_default();
        match &self.permutations[table] {
            Some(permutation) => permutation.rank(integer(value)),
            None => integer(value).cast_unsigned(),
        }
    }

    /// Whether so many rows of lowest rank are looked up, and not found by reading the table.
    pub(super) fn walks(&self, table: TableId, wanted: usize) -> bool {
        let available = self.tables[table].available.unwrap_or(0);
        let through = wanted.saturating_add(self.tables[table].rows.len()) as u64;
        self.permutations[table].is_some()
            && available > SMALL
            && self.condition(table).is_none()
            && through.saturating_mul(4) < available
    }

    /// So many rows of lowest rank that are not chosen yet and come after that place, ascending.
    /// `with` is heeded where they are looked up.
    pub(super) async fn lowest(
        &self,
        table: TableId,
        wanted: usize,
        after: Option<Place>,
        with: With,
    ) -> Result<Candidates, Failure> {
        let mut found = match self.permutations[table] {
            _ if self.layouts[table].rank == RankKind::Place => {
                self.first_in_order(table, wanted, after).await?
            }
            Some(permutation) if self.walks(table, wanted) => {
                self.walk(table, &permutation, wanted, after, with).await?
            }
            Some(_) => self.scan(table, wanted, after, None).await?,
            None => self.scan_hashes(table, wanted, after).await?,
        };
        found.sort();
        Ok(found)
    }

    /// Lets the server put the rows into the order of the rule; an index may spare it that.
    async fn first_in_order(
        &self,
        table: TableId,
        wanted: usize,
        after: Option<Place>,
    ) -> Result<Candidates, Failure> {
        let selection = &self.tables[table];
        let skipped = after.map_or(0, |(rank, _)| rank);
        let limit = wanted.checked_add(selection.rows.len() + selection.foreseen.len());
        let question = self.layouts[table].in_order(self.condition(table), skipped, limit);
        let mut found = Candidates::default();
        self.ask(table, &question, |answer| {
            if !selection.has(answer.address) {
                found.add(&answer, Parent::default(), self.rank(table, &answer));
            }
        })
        .await?;
        found.keep_lowest(wanted);
        Ok(found)
    }

    /// Turns ranks into keys and looks them up until enough exist.
    async fn walk(
        &self,
        table: TableId,
        permutation: &Permutation,
        wanted: usize,
        after: Option<Place>,
        with: With,
    ) -> Result<Candidates, Failure> {
        let Some(key) = &self.catalog.tables[table].key else { return Ok(Candidates::default()) };
        let operators = ["operator(pg_catalog.=)".to_owned()];
        let forms = [Form::Integer];
        let lookup = Lookup { relation: None, columns: key, operators: &operators, forms: &forms };
        let selection = &self.tables[table];
        let mut found = Candidates::default();
        let mut from = after.map_or(0, |(rank, _)| rank + 1);
        while found.rows.len() < wanted && from < permutation.size() {
            let step = self.ranks_for(table, permutation, wanted - found.rows.len());
            let to = from.saturating_add(step).min(permutation.size());
            let mut keys = Keys::new(true);
            for rank in from..to {
                keys.note(KeyRef::Integer(permutation.key(rank)));
            }
            keys.settle();
            let by = By { reader: self.source, keys: Cow::Owned(keys), access: Access::Index };
            let sent = self.send_by_keys(table, &lookup, by, None, with).await?;
            self.receive_with_keys(sent, |answer| {
                if !selection.has(answer.address) {
                    found.add(&answer, Parent::default(), self.rank(table, &answer));
                }
            })
            .await?;
            from = to;
        }
        found.keep_lowest(wanted);
        Ok(found)
    }

    /// How many ranks should do for so many rows: what is to be expected, and some more.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number that need not be exact"
    )]
    fn ranks_for(&self, table: TableId, permutation: &Permutation, wanted: usize) -> u64 {
        let available = self.tables[table].available.unwrap_or(0).max(1);
        let wanted = wanted as f64;
        let ranks_a_row = (permutation.size() as f64 / available as f64).max(1.0);
        ((wanted + 3.0 * wanted.sqrt()) * ranks_a_row) as u64 + 20
    }

    /// Reads all keys and keeps those of lowest rank.
    async fn scan(
        &self,
        table: TableId,
        wanted: usize,
        after: Option<Place>,
        below: Option<u64>,
    ) -> Result<Candidates, Failure> {
        let question = self.layouts[table].all(self.condition(table), below);
        let selection = &self.tables[table];
        let most = wanted.saturating_mul(2).saturating_add(SPARE_CANDIDATES);
        let mut found = Candidates::default();
        self.ask(table, &question, |answer| {
            let rank = self.rank(table, &answer);
            let before = after.is_some_and(|after| (rank, answer.address) <= after);
            if before || selection.has(answer.address) {
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
        table: TableId,
        wanted: usize,
        after: Option<Place>,
    ) -> Result<Candidates, Failure> {
        let available = self.tables[table].available.unwrap_or(0);
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
            + self.tables[table].rows.len() as f64
            + after.map_or(0.0, |(rank, _)| rank as f64 / 9.223_372e18 * available as f64);
        loop {
            let below = limit(rows);
            let found = self.scan(table, wanted, after, below).await?;
            if found.rows.len() >= wanted || below.is_none() {
                return Ok(found);
            }
            rows *= 2.0;
        }
    }
}
