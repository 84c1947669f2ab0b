//! Random masks for random columns, as lines of `[mask.columns]`.

use super::dice::Dice;
use super::schema::{Column, Counted, Database, quoted, rule_name, toml_text};
use super::values::Kind;
use std::collections::BTreeMap;

/// Columns, as the lines name them, and their masks.
#[derive(Clone, Debug)]
pub(super) struct Lines(BTreeMap<String, String>);

impl Lines {
    pub(super) fn random(seed: u64, database: &Database) -> Self {
        let mut dice = Dice::new(seed);
        let mut lines = BTreeMap::new();
        for (id, table) in database.tables.iter().enumerate() {
            let partitions = table.partitions.as_ref().map(|partitions| partitions.column);
            for (place, column) in table.columns.iter().enumerate() {
                let decides = database.foreign_keys.iter().any(|key| {
                    key.table == id && key.when.is_some_and(|(column, _)| column == place)
                });
                if dice.percent(40) && partitions != Some(place) && !decides {
                    let name = format!("{}.{}", rule_name(table), quoted(&column.name));
                    lines.extend(mask(column, &mut dice).map(|mask| (name, mask.to_owned())));
                }
            }
        }
        Lines(lines)
    }

    /// As the file has them, with the lines that a refusal says to add.
    pub(super) fn file(&self, refusal: &str) -> String {
        let pasted: Vec<&str> = refusal
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with(['"', '\'']) && line.ends_with("= \"keep\""))
            .collect();
        let is_kept = |column: &str| {
            let name = |text: &str| text.replace(['"', '\'', '\\'], "");
            let column = name(column);
            let column = column.strip_prefix("public.").unwrap_or(&column).to_owned();
            pasted.iter().any(|line| name(line) == format!("{column} = keep"))
        };
        let own = self.0.iter().filter(|(column, _)| !is_kept(column));
        let own = own.map(|(column, mask)| format!("{} = \"{mask}\"", toml_text(column)));
        let lines: Vec<String> = own.chain(pasted.iter().map(|line| (*line).to_owned())).collect();
        format!("[mask.columns]\n{}\n", lines.join("\n"))
    }
}

fn mask(column: &Column, dice: &mut Dice) -> Option<&'static str> {
    if column.counted != Counted::No {
        return None;
    }
    Some(match column.kind {
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Domain => dice.pick(&["hash", "number"]),
        Kind::Numeric | Kind::Scaled => "number",
        Kind::Text | Kind::Varchar => dice.pick(&["secret", "hash", "username", "phone"]),
        Kind::Bpchar | Kind::Bytea | Kind::Enum | Kind::Json | Kind::Jsonb => "secret",
        Kind::Uuid => "uuid",
        Kind::Date | Kind::Timestamp => "date",
        Kind::Array | Kind::Point | Kind::Boolean => return None,
    })
}
