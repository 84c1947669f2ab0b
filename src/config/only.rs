//! `[[only]]`, entry by entry.

use super::model::{OnlyKeep, OnlyRule};
use super::reader::{self, Reader, Section};
use super::sections::keys_of;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What the section is called in messages.
const CALLED: &str = "[[only]]";

const VALUES: &str = "an array of numbers or strings, such as [42]";

impl Reader<'_> {
    /// In the file's order.
    pub(super) fn only(&mut self, root: &DeTable<'_>) -> Vec<OnlyRule> {
        let once = "only is a list: write [[only]], with two brackets, above each of its entries";
        let entries = self.entries(root, "only", once);
        entries.iter().filter_map(|entry| self.only_entry(entry)).collect()
    }

    fn only_entry(&mut self, entry: &Spanned<DeValue<'_>>) -> Option<OnlyRule> {
        let table = self.table(entry, &format!("each item of {CALLED}"))?;
        self.check_keys(CALLED, table, keys_of("only"));
        let section = Section { table };
        let column = self.text(section, "column");
        if section.get("column").is_none() {
            let message =
                format!("this entry of {CALLED} needs column, such as column = \"tenant_id\"");
            self.mistake(entry.span(), message);
        }
        let values = self.values(section);
        let condition = self.text(section, "where");
        let null = self.boolean(section, "null").unwrap_or(true);
        let keep = match (section.get("values"), section.get("where")) {
            (None, None) => {
                let message = format!(
                    "this entry of {CALLED} needs values, such as values = [42], or where, such \
                     as where = \"tenant_id < 100\""
                );
                self.mistake(entry.span(), message);
                return None;
            }
            (Some(_), Some(second)) => {
                self.mistake(second.span(), "values and where exclude each other");
                return None;
            }
            (Some(_), None) => OnlyKeep::Values(values?),
            (None, Some(_)) => OnlyKeep::Where(condition?),
        };
        Some(OnlyRule { column: column?, keep, null })
    }

    /// `[42, "acme"]`
    fn values(&mut self, section: Section<'_, '_>) -> Option<Vec<String>> {
        let value = section.get("values")?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), "values", VALUES, value.get_ref());
            return None;
        };
        if items.is_empty() {
            self.mistake(value.span(), "values must not be empty");
            return None;
        }
        let mut values = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => values.push(text.to_string()),
                DeValue::Boolean(yes) => values.push(yes.to_string()),
                DeValue::Integer(_) => match reader::integer(item.get_ref()) {
                    Some(number) => values.push(number.to_string()),
                    None => self.mistake(item.span(), "this number is too large: put it in quotes"),
                },
                other => self.wrong_type(
                    item.span(),
                    "each item of values",
                    "a number or a string",
                    other,
                ),
            }
        }
        (values.len() == items.len()).then_some(values)
    }
}
