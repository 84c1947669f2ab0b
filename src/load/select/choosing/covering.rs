//! What is to be there of a table at least once, while its rows are being chosen.

use crate::catalog::TableId;
use crate::load::select::choosing::candidates::Candidates;
use crate::subset::choice::coverage::{self, Coverage, Statistics};
use crate::subset::questions::AnswerLayout;
use std::collections::HashMap;

/// What is to be covered of one table.
pub(crate) struct Covering {
    pub(crate) coverage: Coverage,
    /// By column of it: which of the layout's values it is.
    pub(crate) places: Vec<usize>,
    /// Of a small table: rows that have all of it.
    pub(crate) pool: Option<Pool>,
}

/// Rows, each with its features.
pub(crate) struct Pool {
    pub(crate) rows: Candidates,
    pub(crate) features: Vec<Vec<u16>>,
}

impl Pool {
    /// `features` gives the features of a row from the layout's values.
    pub(crate) fn of(
        rows: Candidates,
        layout: &AnswerLayout,
        features: impl Fn(&[Option<&[u8]>]) -> Vec<u16>,
    ) -> Self {
        let mut of_rows = Vec::with_capacity(rows.rows.len());
        rows.each(layout, |_, answer| of_rows.push(features(answer.values)));
        Pool { rows, features: of_rows }
    }

    /// Keeps only the rows at these positions, ascending.
    pub(crate) fn keep(&mut self, positions: &[usize]) {
        self.rows.keep(positions);
        let kept = positions.iter().map(|row| std::mem::take(&mut self.features[*row]));
        self.features = kept.collect();
    }

    /// Keeps few rows that together have all features.
    pub(crate) fn keep_cover(&mut self, features: usize) {
        self.keep(&coverage::cover(&self.features, features));
    }

    pub(crate) fn append(&mut self, other: Pool) {
        self.rows.append(&other.rows);
        self.features.extend(other.features);
    }
}

impl Covering {
    /// A row's features, by the layout's values.
    pub(crate) fn features(&self, values: &[Option<&[u8]>]) -> Vec<u16> {
        self.coverage.of(|column| values.get(self.places[column]).copied().flatten())
    }
}

/// What the planner's statistics know, by table and column.
pub(crate) type Known = HashMap<(TableId, usize), Statistics>;
