//! Rows that come along with their keys and go on to the target as soon as they are chosen. Others
//! are known by their address, and read in the end.

use super::Selector;
use super::held::WholeRows;
use super::outlet::Batch;
use crate::catalog::{ForeignKey, Storage, TableId};
use crate::failure::Failure;
use crate::subset::graph::SelectionOrder;
use crate::subset::rows::Address;
use crate::subset::wants::Following;

/// Rows that are asked for at once, about, where it can be chosen.
pub(super) const PIECE: usize = 7 << 14;

/// Bytes that a piece is to have at most, about.
const PIECE_SIZE: u64 = 8 << 20;

/// Rows that take more bytes than this, on average, are better asked for by their address, once
/// they are chosen.
pub(super) const WIDE: u64 = 512;

impl Selector<'_> {
    /// Whether rows of a table come along with their keys.
    pub(super) fn come_along(&self, table: TableId) -> bool {
        let written = self.outlet.as_ref().is_some_and(|outlet| outlet.takes(table));
        let nulled =
            self.catalog.foreign_keys.iter().zip(&self.needs.following).any(|(key, following)| {
                key.table == table && matches!(following, Following::Nulled { .. })
            });
        let narrow = self.width(table).is_some_and(|width| width <= WIDE);
        written && !nulled && narrow && !self.tables[table].whole
    }

    /// How many rows of a table are asked for at once.
    pub(super) fn rows_in_a_piece(&self, table: TableId) -> usize {
        let rows = match self.width(table) {
            Some(width) if self.come_along(table) => PIECE_SIZE / width.max(1),
            _ => PIECE as u64,
        };
        usize::try_from(rows).unwrap_or(PIECE).min(PIECE)
    }

    /// Bytes that a row takes in the source, on average.
    pub(super) fn width(&self, table: TableId) -> Option<u64> {
        let rows = self.tables[table].available?;
        Some(self.catalog.tables[table].stored / rows.max(1))
    }

    /// Takes rows into the subset that were not in it. Those among them that are `whole` go on to
    /// the target.
    pub(super) async fn add_rows(
        &mut self,
        table: TableId,
        addresses: Vec<Address>,
        whole: WholeRows,
    ) -> Result<(), Failure> {
        if self.tables[table].whole {
            return Ok(());
        }
        if let Some(outlet) = &self.outlet {
            let WholeRows { addresses: mut gone, places } = whole;
            let columns = self.layouts[table].columns();
            for (values, places) in places.into_iter().filter(|(_, rows)| !rows.is_empty()) {
                outlet.send(Batch::new(table, columns, values, places)).await?;
            }
            let selected = &mut self.tables[table];
            selected.gone += gone.len() as u64;
            if gone.len() < addresses.len() {
                gone.sort_unstable();
                let left = addresses.iter().filter(|address| gone.binary_search(address).is_err());
                selected.left.add(left.copied().collect());
            }
        }
        self.tables[table].rows.add(addresses);
        Ok(())
    }

    /// Lets the target make a table's keys and indexes while rows of others are being selected, where
    /// hardly any more of its own will come: into a table that has them, a row takes several times as
    /// long.
    pub(super) async fn complete(
        &self,
        order: &SelectionOrder,
        table: TableId,
    ) -> Result<(), Failure> {
        let selected = &self.tables[table];
        let all_gone = selected.gone > 0 && selected.left.is_empty();
        let plain = matches!(self.catalog.tables[table].storage, Storage::Plain);
        // children of its rows name these, and only some of a child's siblings name others
        let brings_many = |(key, about): (usize, &ForeignKey)| {
            about.referenced == table
                && matches!(self.needs.following[key], Following::Want(_))
                && order.driving_foreign_keys(self.catalog, about.table).first() != Some(&key)
        };
        match &self.outlet {
            Some(outlet)
                if all_gone
                    && plain
                    && !self.catalog.foreign_keys.iter().enumerate().any(brings_many) =>
            {
                outlet.complete(table).await
            }
            _ => Ok(()),
        }
    }
}
