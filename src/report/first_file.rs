//! The first `review-data.toml` of an app: the decisions about masks, each as a line to take over.

use super::masks::MaskedPath;
use super::planned_masks::{PlannedMask, PlannedMasks};
use crate::failure::visible;
use crate::mask::decisions::{line, line_of_path};
use std::fmt::Write as _;

impl PlannedMasks {
    /// The file's text. The lines are comments: a decision is fixed by removing the mark in front.
    #[must_use]
    pub fn first_file(&self) -> String {
        let mut text = format!(
            "# Written by review-data init, from {} as of {}.\n\
             # All keys: docs/configuration.md. Everything is optional.\n\n\
             [mask]\n\
             # Modes: \"auto\" masks what is likely personal; \"strict\" wants a line for each other column with text.\n\
             mode = \"auto\"\n\n\
             # What review-data would do with each column that holds text or is masked. To fix a\n\
             # decision, remove the mark in front of it. To correct one, change the mask too.\n\
             [mask.columns]\n",
            visible(&self.source),
            self.snapshot_at
        );
        let same = |a: &PlannedMask, b: &PlannedMask| a.schema == b.schema && a.table == b.table;
        for table in self.columns.chunk_by(same) {
            let _ =
                writeln!(text, "\n# {}.{}", visible(&table[0].schema), visible(&table[0].table));
            for column in table {
                let PlannedMask { schema, table, column: name, mask, .. } = column;
                let why = visible(&column.reason);
                let own = line(schema, table, name, mask);
                if let Some(refused) = &column.refused {
                    let keep = line(schema, table, name, "keep");
                    let _ = writeln!(text, "# A load stops here: {}: {}.", mask, visible(refused));
                    let _ =
                        writeln!(text, "# Keep the values by this line, or write another mask:");
                    let _ = writeln!(text, "# {keep}");
                    continue;
                }
                let _ = writeln!(text, "# {own} # {}: {why}", column.confidence);
                for MaskedPath { path, mask } in &column.paths {
                    if !path.is_empty() {
                        let line = line_of_path(schema, table, name, path, mask);
                        let _ = writeln!(text, "# {line}");
                    }
                }
            }
        }
        text
    }
}
