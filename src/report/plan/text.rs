//! The plan as it is read: a line a table, and what to know besides.

use super::super::lines::{WIDTH, short_key, table_name, wrapped};
use super::super::numbers::{bytes, counted, grouped};
use super::super::result::part_text;
use super::{ForeignKeyName, MissingIndex, Plan, PlannedSubset, TablePlan, Undeclared, Unsorted};
use std::fmt::{self, Write as _};

/// The cells of a line before "why": the table's name, then numbers.
type Cells = [String; 5];

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_tables(f)?;
        for table in &self.tables {
            table.write_notes(f)?;
        }
        for missing in &self.missing_indexes {
            writeln!(f, "{}", wrapped(&missing.why()))?;
            write_statements(f, &missing.statements)?;
        }
        for unsorted in &self.unsorted {
            writeln!(f, "{}", wrapped(&unsorted.why()))?;
            write_statements(f, &unsorted.statements)?;
        }
        self.write_undeclared(f)?;
        for unresolved in &self.unresolved {
            writeln!(f, "{}", wrapped(&unresolved.to_string()))?;
        }
        for severed in &self.severed {
            writeln!(f, "{}", wrapped(&severed.to_string()))?;
        }
        for warning in &self.warnings {
            writeln!(f, "{}", wrapped(&format!("warning: {warning}")))?;
        }
        write!(f, "{}", self.differences)?;
        let PlannedSubset { fraction, logarithmic, max_size, children, seed } = self.subset;
        let size =
            if logarithmic { part_text(fraction) } else { format!("{fraction} of the rows") };
        let by = match max_size {
            Some(budget) => format!("by budget: what fits {}:", bytes(budget)),
            None => "by fraction:".to_owned(),
        };
        writeln!(
            f,
            "{}",
            wrapped(&format!(
                "{by} {size}, {children} children first, seed {seed}; as of {}",
                self.snapshot_at
            ))
        )?;
        write!(
            f,
            "{}, {}, about {} with indexes; nothing was written",
            counted(self.tables.len() as u64, "table"),
            counted(self.rows, "row"),
            bytes(self.bytes)
        )
    }
}

/// Columns that look like foreign keys that are shown: a schema may declare none at all.
const SHOWN_UNDECLARED: usize = 6;

/// A longer table name gets its own line.
const LONGEST_NAME: usize = 28;

/// Statements for one index that are shown: a table may have many partitions.
const SHOWN_STATEMENTS: usize = 4;

impl Plan {
    fn write_undeclared(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for undeclared in self.undeclared.iter().take(SHOWN_UNDECLARED) {
            let Undeclared { schema, table, column, references, entry } = undeclared;
            let told = format!(
                "{schema}.{table}({column}) looks like a foreign key to {references}, and is not \
                 followed; if it is one, say so in review-data.toml:"
            );
            writeln!(f, "{}", wrapped(&told))?;
            for line in entry.lines() {
                writeln!(f, "    {line}")?;
            }
        }
        let more = self.undeclared.len().saturating_sub(SHOWN_UNDECLARED);
        if more > 0 {
            writeln!(f, "and {} like it: --format json has them", counted(more as u64, "column"))?;
        }
        Ok(())
    }

    fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: Cells = ["table", "rows", "wanted", "of", "size"].map(str::to_owned);
        let lines: Vec<Cells> = self.tables.iter().map(TablePlan::cells).collect();
        let mut widths = [0, 1, 2, 3, 4].map(|column| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            let short = cells.filter(|width| column > 0 || *width <= LONGEST_NAME);
            short.max().unwrap_or(0).max(head[column].len())
        });
        if lines.iter().all(|line| line[2].is_empty()) {
            widths[2] = 0;
        }
        writeln!(f, "{}  why", aligned(&head, widths))?;
        for (table, line) in self.tables.iter().zip(&lines) {
            let mut line = line.clone();
            if line[0].chars().count() > widths[0] {
                // the numbers stand in their columns all the same
                writeln!(f, "{}", std::mem::take(&mut line[0]))?;
            }
            let start = aligned(&line, widths);
            let room = WIDTH.saturating_sub(start.chars().count() + 2);
            writeln!(f, "{start}  {}", table.why(room))?;
        }
        Ok(())
    }
}

/// The name to the left, numbers to the right; a column of width 0 is not there.
fn aligned(cells: &Cells, widths: [usize; 5]) -> String {
    let mut line = format!("{:1$}", cells[0], widths[0]);
    for (cell, width) in cells.iter().zip(widths).skip(1).filter(|(_, width)| *width > 0) {
        let _ = write!(line, " {cell:>width$}");
    }
    line
}

impl TablePlan {
    fn name(&self) -> String {
        table_name(&self.schema, &self.table)
    }

    fn cells(&self) -> Cells {
        let source_rows = match self.source_rows {
            Some(rows) if self.source_rows_estimated => format!("~{}", grouped(rows)),
            Some(rows) => grouped(rows),
            None => "-".to_owned(),
        };
        let wanted =
            if self.rows == self.target_rows { String::new() } else { grouped(self.target_rows) };
        [self.name(), grouped(self.rows), wanted, source_rows, bytes(self.bytes.total)]
    }

    /// The reason, and more where there is room for it: the notes below say what is pulled in.
    fn why(&self, room: usize) -> String {
        let mut why = self.reason.clone();
        let pulled_in = (!self.pulled_in.is_empty()).then(|| " + referenced".to_owned());
        let driven_by = self.driven_by.as_ref();
        let driven_by = driven_by.map(|key| format!(", by {}", short_key(&self.table, key)));
        for more in [pulled_in, driven_by].into_iter().flatten() {
            if why.chars().count() + more.chars().count() <= room {
                why.push_str(&more);
            }
        }
        why
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pulled in &self.pulled_in {
            let keys: Vec<String> = pulled.foreign_keys.iter().map(ToString::to_string).collect();
            writeln!(
                f,
                "{}",
                wrapped(&format!(
                    "{}: {} besides, referenced by {}",
                    self.name(),
                    counted(pulled.rows, "row"),
                    keys.join(", ")
                ))
            )?;
        }
        for nulled in &self.nulled {
            writeln!(
                f,
                "{}",
                wrapped(&format!(
                    "{}: {} becomes NULL, since {} is left empty ({})",
                    self.name(),
                    nulled.columns.join(", "),
                    nulled.references,
                    nulled.foreign_key
                ))
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ForeignKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}({})", self.schema, self.table, self.columns.join(", "))
    }
}

fn write_statements(f: &mut fmt::Formatter<'_>, statements: &[String]) -> fmt::Result {
    for statement in statements.iter().take(SHOWN_STATEMENTS) {
        writeln!(f, "    {statement}")?;
    }
    match statements.len().saturating_sub(SHOWN_STATEMENTS) {
        0 => Ok(()),
        more => writeln!(f, "    -- and {more} more: --format json has them"),
    }
}

impl Unsorted {
    fn why(&self) -> String {
        format!(
            "no index on {}.{}({}), which the order of its rule is by: all of the table is read, \
             {}; this would help, on the source's primary:",
            self.schema,
            self.table,
            self.column,
            bytes(self.scanned_bytes)
        )
    }
}

impl MissingIndex {
    fn why(&self) -> String {
        let ForeignKeyName { name, .. } = &self.foreign_key;
        format!(
            "no index on {} for {name}: all of the table is read, {}; this would help, on the \
             source's primary:",
            self.foreign_key,
            bytes(self.scanned_bytes)
        )
    }
}
