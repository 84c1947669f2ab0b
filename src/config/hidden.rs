//! The settings of a load without what may be a value of a masked column: the record of the load
//! keeps them, and whoever opens the target reads the record.

use super::model::{Config, Located, OnlyKeep, Order};
use super::table::TableName;

/// A table with masked columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedTable {
    pub schema: String,
    pub table: String,
    pub columns: Vec<String>,
    /// Whether its key is masked.
    pub key: bool,
}

/// Stands for a text that mentions a masked column.
const HIDDEN: &str = "(it mentions a masked column)";

impl MaskedTable {
    fn mentioned_in(&self, text: &str) -> bool {
        self.columns.iter().any(|column| mentions(text, column))
    }

    fn is(&self, name: &TableName) -> bool {
        self.table.eq_ignore_ascii_case(&name.table)
            && name.schema.as_ref().is_none_or(|schema| schema.eq_ignore_ascii_case(&self.schema))
    }
}

impl Config {
    /// The same configuration without conditions on masked columns, and without masked keys.
    #[must_use]
    pub fn hiding(&self, masked: &[MaskedTable]) -> Config {
        let mut config = self.clone();
        let hide = |text: &mut String, hidden: bool| {
            if hidden {
                HIDDEN.clone_into(text);
            }
        };
        let mentioned = |text: &str| masked.iter().any(|table| table.mentioned_in(text));
        for rule in &mut config.tables {
            let texts = rule.condition.iter_mut().chain(&mut rule.always);
            for Located { value, .. } in texts {
                let hidden = mentioned(value);
                hide(value, hidden);
            }
            if let Some(Located { value: Order::Sql(sql), .. }) = &mut rule.order {
                let hidden = mentioned(sql);
                hide(sql, hidden);
            }
        }
        for force in &mut config.force {
            let hidden = masked.iter().any(|table| table.key && table.is(&force.table));
            hide(&mut force.key, hidden);
        }
        for only in &mut config.only {
            let column = &only.column.value;
            let of_masked =
                masked.iter().any(|table| table.columns.iter().any(|masked| masked == column));
            match &mut only.keep {
                OnlyKeep::Values(values) => {
                    for value in values {
                        hide(value, of_masked);
                    }
                }
                OnlyKeep::Where(sql) => {
                    let hidden = of_masked || mentioned(&sql.value);
                    hide(&mut sql.value, hidden);
                }
            }
        }
        for key in &mut config.foreign_keys {
            if let Some(condition) = &mut key.condition {
                let hidden = mentioned(&condition.value);
                hide(&mut condition.value, hidden);
            }
        }
        config
    }

    /// Whether something is hidden.
    #[must_use]
    pub fn hides(&self) -> bool {
        let rules = self.tables.iter().any(|rule| {
            let sql = match &rule.order {
                Some(Located { value: Order::Sql(sql), .. }) => Some(sql),
                _ => None,
            };
            let texts = rule.condition.iter().chain(&rule.always).map(|text| &text.value);
            texts.chain(sql).any(|text| text == HIDDEN)
        });
        let only = self.only.iter().any(|only| match &only.keep {
            OnlyKeep::Values(values) => values.iter().any(|value| value == HIDDEN),
            OnlyKeep::Where(sql) => sql.value == HIDDEN,
        });
        let keys = self
            .foreign_keys
            .iter()
            .any(|key| key.condition.as_ref().is_some_and(|condition| condition.value == HIDDEN));
        rules || only || keys || self.force.iter().any(|force| force.key == HIDDEN)
    }

    /// The settings of a record with what it hides, as this configuration has it; `None` if the
    /// configuration is not the one of the record.
    #[must_use]
    pub fn revealed(&self, now: &Config, masked: &[MaskedTable]) -> Option<Config> {
        let hidden = now.hiding(masked);
        let texts = |config: &Config| serde_json::to_value((&config.tables, &config.only)).ok();
        let same = texts(&hidden)? == texts(self)?;
        let force = self.force.iter().all(|force| force.key != HIDDEN);
        let revealed =
            Config { tables: now.tables.clone(), only: now.only.clone(), ..self.clone() };
        (same && force && !revealed.hides()).then_some(revealed)
    }
}

/// Whether a text has this name as a word.
fn mentions(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(&name).any(|(place, _)| {
        !is_word(text[..place].chars().next_back())
            && !is_word(text[place + name.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mentions_a_masked_column_is_hidden_and_found_again() {
        let text = "[tables.users]\nalways = [\"email = 'ann@shop.test'\", \"id = 1\"]\n\
                    where = \"emails > 1\"\n[[only]]\ncolumn = \"email\"\nvalues = [\"a@b.test\"]\n";
        let mut now = Config::parse("review-data.toml", text).unwrap();
        let masked = [MaskedTable {
            schema: "public".to_owned(),
            table: "users".to_owned(),
            columns: vec!["email".to_owned()],
            key: true,
        }];
        let hidden = now.hiding(&masked);
        assert!(hidden.hides() && !now.hides());
        let shown = format!("{:?}{:?}", hidden.tables, hidden.only);
        assert!(!shown.contains('@') && shown.contains("id = 1") && shown.contains("emails > 1"));
        assert_eq!(
            hidden.revealed(&now, &masked).map(|config| config.tables),
            Some(now.tables.clone())
        );
        assert!(hidden.revealed(&Config::default(), &masked).is_none());
        now.force = vec!["users:ann@shop.test".parse().unwrap(), "orders:7".parse().unwrap()];
        let hidden = now.hiding(&masked);
        assert_eq!(hidden.force[0].key, HIDDEN);
        assert_eq!(hidden.force[1].key, "7");
        assert!(hidden.revealed(&now, &masked).is_none(), "a forced key is on no file");
    }
}
