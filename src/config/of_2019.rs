//! The JSON configuration file of rdbms-subsetter, `--config`.
//!
//! Its keys, from `merge_config_args` and `Db.__init__` of its source: `constraints`, foreign keys
//! that the schema does not declare, by the table that has them; `tables`, `schemas` and
//! `full_tables`, which are added to the command line's.

use super::column::{ColumnPath, ColumnShape, Reference};
use super::json::{JsonReader, Object, Raw};
use super::mistake::{FileText, Mistakes, without_secrets};
use super::model::{Asked, ForeignKeyRule, Given, Located};
use super::pattern::{NamePattern, TablePattern};
use super::table::{TableName, TableNameError};
use crate::failure::Failure;
use std::path::Path;
use std::str::FromStr;

/// The content of the JSON file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOf2019 {
    pub tables: Vec<Asked<TablePattern>>,
    pub full_tables: Vec<Asked<TablePattern>>,
    pub schemas: Vec<Asked<NamePattern>>,
    pub foreign_keys: Vec<ForeignKeyRule>,
}

const KEYS: [&str; 4] = ["constraints", "tables", "schemas", "full_tables"];

/// The keys of one constraint, in SQLAlchemy's form. The last two say nothing about rows.
const CONSTRAINT_KEYS: [&str; 6] = [
    "referred_table",
    "referred_schema",
    "referred_columns",
    "constrained_columns",
    "name",
    "options",
];

/// A value whose place is the entry's.
fn here<T>(value: T) -> Located<T> {
    Located { value, location: None }
}

impl FileOf2019 {
    /// # Errors
    /// If the file cannot be read, or all of its mistakes together.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let failed = |why: String| {
            Failure::wrong_use(format!("--config {} cannot be read", without_secrets(&name)))
                .because(why)
                .remedy("name a JSON file such as rdbms-subsetter took")
        };
        let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
        let text =
            String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8 text".to_owned()))?;
        Ok(FileOf2019::parse(&name, &text)?)
    }

    /// Reads the text of a file, whose name is only for messages.
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Mistakes> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file = FileText::new(name, text);
        let mut reader = JsonReader { file: &file, mistakes: Vec::new() };
        let read = reader.file_of_2019();
        match read {
            Some(read) if reader.mistakes.is_empty() => Ok(read),
            _ => Err(file.mistakes(reader.mistakes)),
        }
    }
}

impl<'a> JsonReader<'a> {
    fn file_of_2019(&mut self) -> Option<FileOf2019> {
        let document = self.document()?;
        let object = self.object(document, "the file", &KEYS)?;
        Some(FileOf2019 {
            tables: self.names(&object, "tables"),
            full_tables: self.names(&object, "full_tables"),
            schemas: self.names(&object, "schemas"),
            foreign_keys: self.constraints(&object),
        })
    }

    /// Names with wildcards.
    fn names<T: FromStr<Err = TableNameError>>(
        &mut self,
        object: &Object<'a>,
        key: &str,
    ) -> Vec<Asked<T>> {
        let Some(value) = object.get(key) else { return Vec::new() };
        let mut names = Vec::new();
        for (text, item) in self.texts(value, key) {
            match text.parse() {
                Ok(value) => names.push(Asked { value, given: self.given(item) }),
                Err(error) => self.mistake(item, format!("not a name: {error}")),
            }
        }
        names
    }

    /// `subset.json:3:14: "audit_*"`
    fn given(&self, value: Raw<'_>) -> Given {
        let place = self.location(value);
        Given::Words(format!("{}:{}:{}: {}", self.file.name, place.line, place.column, value.get()))
    }

    fn constraints(&mut self, object: &Object<'a>) -> Vec<ForeignKeyRule> {
        let Some(value) = object.get("constraints") else { return Vec::new() };
        let Some(tables) = self.any_object(value, "constraints") else { return Vec::new() };
        let mut constraints = Vec::new();
        for (name, list) in tables.0 {
            let table = match name.parse::<TableName>() {
                Ok(table) => table,
                Err(error) => {
                    self.mistake(list, format!("{name:?} is not a table's name: {error}"));
                    continue;
                }
            };
            for item in self.array(list, &format!("constraints of {name}"), "objects") {
                constraints.extend(self.constraint(&table, &name, item));
            }
        }
        constraints
    }

    fn constraint(
        &mut self,
        table: &TableName,
        name: &str,
        item: Raw<'a>,
    ) -> Option<ForeignKeyRule> {
        let object = self.object(item, &format!("a constraint of {name}"), &CONSTRAINT_KEYS)?;
        let schema = object.get("referred_schema").filter(|value| value.get() != "null");
        let schema = schema.and_then(|value| self.text(value, "referred_schema"));
        let mut needed = |key: &str| {
            let value = object.get(key);
            if value.is_none() {
                self.mistake(item, format!("a constraint of {name} needs {key}"));
            }
            value
        };
        let referred = needed("referred_table");
        let (theirs, own) = (needed("referred_columns"), needed("constrained_columns"));
        let referenced = TableName { schema, table: self.text(referred?, "referred_table")? };
        let referenced_columns = self.columns(theirs?, "referred_columns");
        let columns = self.columns(own?, "constrained_columns");
        if columns.len() != referenced_columns.len() {
            let message = format!(
                "constrained_columns and referred_columns must be as many: {} and {}",
                columns.len(),
                referenced_columns.len()
            );
            self.mistake(own?, message);
        }
        let place = self.location(item);
        let columns =
            columns.into_iter().map(|column| ColumnPath { column, shape: ColumnShape::Plain });
        Some(ForeignKeyRule {
            place: None,
            elsewhere: Some(format!("{}:{}:{}", self.file.name, place.line, place.column)),
            table: here(table.clone()),
            columns: columns.map(here).collect(),
            name: None,
            references: Some(here(Reference { table: referenced, columns: referenced_columns })),
            condition: None,
            pattern: None,
            children: None,
            follow: true,
            descend: None,
        })
    }

    fn columns(&mut self, value: Raw<'a>, key: &str) -> Vec<String> {
        let columns = self.texts(value, key);
        if columns.is_empty() && value.get().starts_with('[') {
            self.mistake(value, format!("{key} must have a column"));
        }
        columns.into_iter().map(|(column, _)| column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::told::mistakes;
    use super::*;

    fn said(text: &str) -> String {
        Failure::from(FileOf2019::parse("subset.json", text).unwrap_err()).to_string()
    }

    #[test]
    fn a_file_of_2019_is_read_with_all_its_keys() {
        let file = FileOf2019::parse(
            "subset.json",
            r#"{
  "constraints": {
    "orders": [
      {"referred_schema": null, "referred_table": "users",
       "referred_columns": ["id"], "constrained_columns": ["user_id"]}
    ],
    "stock.goods": [
      {"referred_schema": "stock", "referred_table": "shelves", "name": null, "options": {},
       "referred_columns": ["room", "no"], "constrained_columns": ["shelf_room", "shelf_no"]}
    ]
  },
  "tables": ["users", "stock.*"],
  "schemas": ["stock"],
  "full_tables": ["countr\u0069es"]
}"#,
        )
        .unwrap();
        let shown = |tables: &[Asked<TablePattern>]| {
            tables.iter().map(|asked| asked.value.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&file.tables), ["users", "stock.*"]);
        assert_eq!(shown(&file.full_tables), ["countries"]);
        let words = "subset.json:12:23: \"stock.*\"".to_owned();
        assert_eq!(file.tables[1].given, Given::Words(words));
        assert_eq!(file.schemas[0].value.to_string(), "stock");
        let [orders, goods] = &file.foreign_keys[..] else { panic!("{:?}", file.foreign_keys) };
        assert_eq!(orders.elsewhere.as_deref(), Some("subset.json:4:7"));
        let shown = |rule: &ForeignKeyRule| {
            let columns = rule.columns.iter().map(|column| column.value.to_string());
            let Located { value: Reference { table, columns: theirs }, .. } =
                rule.references.as_ref().unwrap();
            let columns = columns.collect::<Vec<_>>().join(", ");
            format!("{} ({columns}) {table} ({})", rule.table.value, theirs.join(", "))
        };
        assert_eq!(shown(orders), "orders (user_id) users (id)");
        assert_eq!(shown(goods), "stock.goods (shelf_room, shelf_no) stock.shelves (room, no)");
    }

    #[test]
    fn an_empty_object_says_nothing() {
        assert_eq!(FileOf2019::parse("f", "\u{feff}{}"), Ok(FileOf2019::default()));
    }

    mistakes! {
        json_that_is_empty: "";
        json_with_a_trailing_comma: "{\n  \"tables\": [\"a\", \"b\",]\n}";
        json_that_ends_too_soon: "{\n  \"tables\": [\"a\"";
        json_that_is_an_array: "[\"a\"]";
        json_with_an_unknown_key: "{\"tables\": [],\n \"schema\": [\"x\"]}";
        json_with_a_key_given_twice: "{\"tables\": [],\n \"tables\": [\"x\"]}";
        json_with_a_table_that_is_a_number: "{\"tables\": [\"a\", 7]}";
        json_with_tables_that_are_a_string: "{\"full_tables\": \"a\"}";
        json_with_a_name_of_three_parts: "{\"tables\": [\"a.b.c\"]}";
        a_constraint_that_is_no_list: "{\"constraints\": {\"orders\": {}}}";
        a_constraint_that_lacks_keys: "{\"constraints\": {\"orders\": [{\"refered_table\": \"x\"}]}}";
        a_constraint_of_uneven_columns: "{\"constraints\": {\"orders\": [\n  {\"referred_table\": \"t\", \"referred_columns\": [\"a\", \"b\"],\n   \"constrained_columns\": [\"c\"]},\n  {\"referred_table\": \"t\", \"referred_columns\": [], \"constrained_columns\": []}]}}";
    }
}
