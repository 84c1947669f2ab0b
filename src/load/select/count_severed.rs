//! References that are read as NULL, since `[[only]]` excludes what they name: counted in the rows that
//! are copied.

use crate::catalog::{ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::selector::Selector;
use crate::subset::questions::{self, one_row};

/// Rows that lost a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Severed {
    pub(crate) key: ForeignKeyId,
    pub(crate) rows: u64,
}

impl Selector<'_> {
    /// By foreign key, as far as there are any.
    pub(crate) async fn count_severed(&self) -> Result<Vec<Severed>, Failure> {
        let mut counted = Vec::new();
        for (id, about) in self.plan.catalog.tables.pairs() {
            let severed = about.kept.as_ref().map(|kept| &kept.severed[..]).unwrap_or_default();
            if severed.is_empty() {
                continue;
            }
            for (severed, rows) in severed.iter().zip(self.severed_rows(id).await?) {
                if rows > 0 {
                    counted.push(Severed { key: severed.key, rows });
                }
            }
        }
        Ok(counted)
    }

    /// In the order of the table's severed foreign keys.
    async fn severed_rows(&self, table: TableId) -> Result<Vec<u64>, Failure> {
        let about = &self.plan.catalog.tables[table];
        let source = self.asking.source;
        let failed =
            |error| source.failure(&format!("cannot count rows of {}", about.name), &error);
        let mut sums = vec![0; about.kept.iter().map(|kept| kept.severed.len()).sum()];
        let mut add = |rows: Vec<tokio_postgres::Row>| {
            for (position, sum) in sums.iter_mut().enumerate() {
                *sum += u64::try_from(rows[0].get::<_, i64>(position)).unwrap_or(0);
            }
        };
        if self.plan.counts[table].whole {
            let sql = questions::severed_rows(about, None);
            add(source.query(&sql, &[]).await.map_err(failed)?);
            return Ok(sums);
        }
        let selected = &self.subset.tables[table];
        for leaf in 0..about.leaves().len() {
            let sql = questions::severed_rows(about, Some(&one_row::is_among(about, leaf)));
            for addresses in selected.rows.in_leaf(leaf, one_row::MOST_ADDRESSES) {
                let list = questions::address_list(&addresses);
                source.query(one_row::SET_ADDRESSES, &[&list]).await.map_err(failed)?;
                add(source.query(&sql, &[]).await.map_err(failed)?);
            }
        }
        Ok(sums)
    }
}
