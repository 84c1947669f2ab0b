//! `[[foreign_keys]]`, entry by entry.

use super::column::ColumnPath;
use super::model::{ForeignKeyRule, Located, Pattern, PatternRule};
use super::reader::{Reader, Section};
use super::sections::keys_of;
use super::table::TableName;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What the section is called in messages.
const CALLED: &str = "[[foreign_keys]]";

impl Reader<'_> {
    /// In the file's order.
    pub(super) fn foreign_keys(&mut self, root: &DeTable<'_>) -> Vec<ForeignKeyRule> {
        let once = "foreign keys are a list: write [[foreign_keys]], with two brackets, above \
                    each of them";
        let entries = self.entries(root, "foreign_keys", once);
        entries.iter().filter_map(|entry| self.foreign_key(entry)).collect()
    }

    fn foreign_key(&mut self, entry: &Spanned<DeValue<'_>>) -> Option<ForeignKeyRule> {
        let table = self.table(entry, &format!("each item of {CALLED}"))?;
        self.check_keys(CALLED, table, keys_of("foreign_keys"));
        let section = Section { table };
        let place = self.located(&entry.span(), ()).location;
        let columns = self.columns(section);
        let name = self.text(section, "name");
        let pattern = self.pattern(section);
        if columns.is_empty() && name.is_none() && pattern.is_none() {
            let example = "columns = [\"user_id\"], or name = \"orders_user_id_fkey\"";
            self.incomplete(entry, section, "columns", example);
        }
        let follow = self.boolean(section, "follow").unwrap_or(true);
        let descend = self.located_boolean(section, "descend");
        if !follow && descend.as_ref().is_some_and(|descend| descend.value) {
            let span = section.get("descend").map_or(0..0, Spanned::span);
            self.mistake(span, "descend = true follows children, and follow = false does not");
        }
        let references = section
            .get("references")
            .and_then(|value| self.parsed(value, "references", "what a foreign key references"));
        let condition = self.text(section, "when");
        if references.is_some() && name.is_some() {
            let span = section.get("name").map_or(0..0, Spanned::span);
            self.mistake(
                span,
                "name means a foreign key that the schema declares, which needs no references",
            );
        }
        if condition.is_some() && section.get("references").is_none() {
            let span = section.get("when").map_or(0..0, Spanned::span);
            self.mistake(
                span,
                "when needs references beside it, such as references = \"posts(id)\"",
            );
        }
        Some(ForeignKeyRule {
            place,
            elsewhere: None,
            table: self.table_name(entry, section)?,
            columns,
            name,
            references,
            condition,
            pattern,
            children: self.integer(section, "children", "a whole number, 0 or more"),
            follow,
            descend,
        })
    }

    /// `polymorphic` or `generic`, with `types`.
    fn pattern(&mut self, section: Section<'_, '_>) -> Option<PatternRule> {
        let rails = self.text(section, "polymorphic").map(|name| (Pattern::Rails, name));
        let django = self.text(section, "generic").map(|name| (Pattern::Django, name));
        let types = self.types(section);
        let span = |key| section.get(key).map(Spanned::span);
        if let (Some(_), Some(second)) = (&rails, span("generic")) {
            self.mistake(second, "an entry is polymorphic or generic, not both");
        }
        let Some((kind, name)) = rails.or(django) else {
            if let Some(span) = span("types") {
                self.mistake(span, "types belongs to an entry with polymorphic or generic");
            }
            return None;
        };
        for key in ["columns", "references", "when", "name"] {
            if let Some(span) = span(key) {
                let pattern = if kind == Pattern::Rails { "polymorphic" } else { "generic" };
                self.mistake(span, format!("{key} is what {pattern} finds already: leave it out"));
            }
        }
        Some(PatternRule { kind, name, types })
    }

    /// `{ Person = "people" }`
    fn types(&mut self, section: Section<'_, '_>) -> Vec<(String, Located<TableName>)> {
        let Some(value) = section.get("types") else {
            return Vec::new();
        };
        let Some(table) = self.table(value, "types") else {
            return Vec::new();
        };
        let mut types = Vec::new();
        for (class, value) in table {
            let name = self.parsed(value, "each value of types", "a table's name");
            types.extend(name.map(|name| (class.get_ref().to_string(), name)));
        }
        types
    }

    fn columns(&mut self, section: Section<'_, '_>) -> Vec<Located<ColumnPath>> {
        let Some(value) = section.get("columns") else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), "columns", "an array of strings", value.get_ref());
            return Vec::new();
        };
        if items.is_empty() {
            self.mistake(value.span(), "columns must not be empty");
        }
        let mut columns = Vec::new();
        for item in items {
            columns.extend(self.parsed(item, "each item of columns", "a column"));
        }
        columns
    }

    fn table_name(
        &mut self,
        entry: &Spanned<DeValue<'_>>,
        section: Section<'_, '_>,
    ) -> Option<Located<TableName>> {
        let Some(value) = section.get("table") else {
            self.incomplete(entry, section, "table", "table = \"orders\"");
            return None;
        };
        self.parsed(value, "table", "a table's name")
    }

    /// An entry that lacks a key; where it is there and wrong, that was said already.
    fn incomplete(
        &mut self,
        entry: &Spanned<DeValue<'_>>,
        section: Section<'_, '_>,
        key: &str,
        example: &str,
    ) {
        if section.get(key).is_none() {
            let message = format!("this entry of {CALLED} needs {key}, such as {example}");
            self.mistake(entry.span(), message);
        }
    }

    fn located_boolean(&mut self, section: Section<'_, '_>, key: &str) -> Option<Located<bool>> {
        let value = self.boolean(section, key)?;
        let span = section.get(key).map_or(0..0, Spanned::span);
        Some(self.located(&span, value))
    }
}
