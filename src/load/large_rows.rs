//! Rows that are too large for this process. They are found by their sizes, before they are fetched.

use crate::catalog::{Storage, Table};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, QuotedLiteral, ReadOnly};
use crate::report::bytes;
use crate::stream::edit::Edits;
use crate::stream::format::Format;
use crate::subset::questions::large::{Among, Limits, may_hold, too_large};

/// What the process needs besides one row.
const BESIDES: u64 = 64 << 20;

/// A row that needs this much is tried, however little memory there is.
const LEAST: u64 = 2 << 20;

/// A message of the server has at most this many bytes.
const MOST_IN_A_MESSAGE: u64 = (1 << 30) - (1 << 10);

/// How large the rows of a table may be.
#[derive(Clone, Debug)]
pub(super) struct Room {
    /// `None`: the system does not tell.
    limit: Option<u64>,
    format: Format,
    /// By written column: how often its value is in memory.
    copies: Vec<u64>,
}

impl Room {
    pub(super) fn new(limit: Option<u64>, table: &Table, edits: &Edits) -> Self {
        let format = edits.format();
        let copies = |place| match (edits.rewrites(place), format) {
            (false, _) => 2,
            (true, Format::Binary) => 3,
            // with the escapes of COPY, and without
            (true, Format::Text) => 5,
        };
        let copies = (0..table.written().count()).map(copies).collect();
        Room { limit, format, copies }
    }

    /// The memory that a row may need.
    fn memory(&self) -> u64 {
        let room = self.limit.map(|limit| limit.saturating_sub(BESIDES));
        room.unwrap_or(u64::MAX).max(LEAST)
    }

    /// How many bytes a row may surely take.
    fn most(&self) -> u64 {
        let copies = self.copies.iter().copied().max().unwrap_or(2);
        (self.memory() / copies).min(MOST_IN_A_MESSAGE)
    }

    /// Whether a row of a table may be too large.
    pub(super) fn matters(&self, table: &Table) -> bool {
        may_hold(table, self.most())
    }

    /// Stops the load at a row that is too large.
    pub(super) async fn check(
        &self,
        source: &ReadOnly,
        table: &Table,
        among: Among<'_>,
    ) -> Result<(), Failure> {
        let key = table.key.clone().unwrap_or_default();
        let shown = key.iter().all(|column| {
            let data_type = &table.columns[*column].data_type;
            data_type.is_integer() || data_type.is_uuid()
        });
        let shown = if shown { key } else { Vec::new() };
        let limits = Limits {
            bytes: MOST_IN_A_MESSAGE,
            memory: self.memory().min(i64::MAX.cast_unsigned()),
            surely: self.most(),
        };
        let as_text = self.format == Format::Text;
        let sql = too_large(table, among, limits, (as_text, &self.copies), &shown);
        let found = source.query(&sql, &[]).await.map_err(|error| {
            source.failure(&format!("cannot ask for the sizes of rows of {}", table.name), &error)
        })?;
        let Some(row) = found.first() else { return Ok(()) };
        let (relation, address): (u32, String) = (row.get(0), row.get(1));
        let sizes = [2, 3].map(|place| u64::try_from(row.get::<_, i64>(place)).unwrap_or(u64::MAX));
        let values: Vec<String> = row.get(4);
        let pairs = shown.iter().zip(values);
        let pairs: Vec<(&str, String)> =
            pairs.map(|(column, value)| (table.columns[*column].name.as_str(), value)).collect();
        let joined = |quoted: bool| {
            let pair = |(name, value): &(&str, String)| {
                if quoted {
                    format!("{} = {}", QuotedIdent::new(name), QuotedLiteral::new(value))
                } else {
                    format!("{name} = {value}")
                }
            };
            pairs.iter().map(pair).collect::<Vec<_>>().join(" and ")
        };
        let (mut name, mut condition) = (joined(false), joined(true));
        if pairs.is_empty() {
            name = format!("ctid = '{address}'");
            if let Storage::Partitioned { leaves, .. } = &table.storage
                && let Some(leaf) = leaves.iter().find(|leaf| leaf.oid == relation)
            {
                name = format!("{name} and tableoid = '{}'::regclass", leaf.name);
            }
            condition.clone_from(&name);
        }
        Err(self.failure(table, (&name, &condition), sizes))
    }

    fn failure(
        &self,
        table: &Table,
        (row, condition): (&str, &str),
        [size, needed]: [u64; 2],
    ) -> Failure {
        let why = match self.limit {
            Some(limit) if size <= MOST_IN_A_MESSAGE => format!(
                "it needs {} of memory, and this process is limited to {}",
                bytes(needed.saturating_add(BESIDES)),
                bytes(limit)
            ),
            _ => "PostgreSQL does not send a row of 1 GiB or more".to_owned(),
        };
        let setting = format!(
            " [tables.{}]\n where = \"{}\"",
            QuotedIdent::new(&table.name.to_string()),
            format!("not ({condition})").replace('\\', "\\\\").replace('"', "\\\"")
        );
        Failure::new(format!("a row of {} is too large: {row}", table.name))
            .because(format!("the row takes {}", bytes(size)))
            .because(why)
            .remedy(format!(
                "run the load with more memory, or leave the row out in review-data.toml:\n{setting}"
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_may_take_half_of_what_is_left_of_the_memory_and_a_third_if_it_is_masked() {
        let most = |limit, copies| {
            let room = Room { limit, format: Format::Binary, copies: vec![2, copies] };
            room.most()
        };
        assert_eq!(most(Some(512 << 20), 2), 224 << 20);
        assert_eq!(most(Some(514 << 20), 3), 150 << 20);
        assert_eq!(most(Some(1 << 20), 2), LEAST / 2);
        assert_eq!(most(Some(1 << 40), 2), MOST_IN_A_MESSAGE);
        assert_eq!(most(None, 5), MOST_IN_A_MESSAGE);
    }
}
