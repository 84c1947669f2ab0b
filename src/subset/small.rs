//! Small tables: a byte budget copies them whole, so that the cut falls on large ones. Settings,
//! roles, permissions and plans are among them.

use crate::catalog::TableId;

/// A table with more rows than this is not small.
const MOST_ROWS: u64 = 1_000;

/// Small tables together take at most this part of the budget.
const PART_OF_BUDGET: u64 = 10;

/// A table that the budget may cut, and what all of its rows would take on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncut {
    pub table: TableId,
    pub rows: u64,
    pub bytes: u64,
}

/// The tables to copy whole: the smallest first, until a tenth of the budget is used.
#[must_use]
pub fn small(tables: impl IntoIterator<Item = Uncut>, budget: u64) -> Vec<TableId> {
    let mut tables: Vec<Uncut> =
        tables.into_iter().filter(|table| (1..=MOST_ROWS).contains(&table.rows)).collect();
    tables.sort_by_key(|table| (table.bytes, table.rows, table.table));
    let mut left = budget / PART_OF_BUDGET;
    let fits = |table: &Uncut| {
        let fits = table.bytes <= left;
        left = left.saturating_sub(table.bytes);
        fits
    };
    tables.into_iter().take_while(fits).map(|table| table.table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Id as _;

    fn of(tables: &[(u64, u64)], budget: u64) -> Vec<usize> {
        let tables = small(
            TableId::each(tables).map(|(table, (rows, bytes))| Uncut {
                table,
                rows: *rows,
                bytes: *bytes,
            }),
            budget,
        );
        tables.into_iter().map(TableId::position).collect()
    }

    #[test]
    fn the_smallest_come_first_until_a_tenth_of_the_budget_is_used() {
        let tables = [(900, 5_000), (10, 4_000), (20, 1_000), (500, 6_000)];
        assert_eq!(of(&tables, 200_000), [2, 1, 0, 3]);
        assert_eq!(of(&tables, 100_000), [2, 1, 0], "exactly a tenth");
        assert_eq!(of(&tables, 99_990), [2, 1]);
        assert_eq!(of(&tables, 1_000), Vec::<usize>::new());
    }

    #[test]
    fn none_has_more_than_a_thousand_rows() {
        assert_eq!(of(&[(1_000, 10), (1_001, 10), (0, 10)], 1_000_000), [0]);
    }
}
