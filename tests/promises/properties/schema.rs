//! A production database as a value that prints as SQL.

use super::values::{Kind, TYPES};
use std::fmt;

/// Rows by the numbers of their values, `None` for NULL.
pub(super) type Row = Vec<Option<i64>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Database {
    pub(super) tables: Vec<Table>,
    pub(super) foreign_keys: Vec<ForeignKey>,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) schema: &'static str,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) primary: Option<Vec<usize>>,
    /// Other unique constraints.
    pub(super) unique: Vec<Vec<usize>>,
    pub(super) partitions: Option<Partitions>,
    pub(super) rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) not_null: bool,
    /// `serial`, `identity`: takes its values from a sequence.
    pub(super) counted: Counted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    No,
    Serial,
    Identity,
}

#[derive(Clone, Debug)]
pub(super) struct Partitions {
    pub(super) column: usize,
    pub(super) by: By,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// Into this number of partitions.
    Hash(usize),
    /// Below this number, from it on.
    Range(i64),
    /// These two numbers; all others by default.
    List(i64, i64),
}

#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    pub(super) table: usize,
    pub(super) columns: Vec<usize>,
    pub(super) referenced: usize,
    pub(super) referenced_columns: Vec<usize>,
    pub(super) match_full: bool,
    /// `on delete cascade`, `deferrable initially deferred`, or nothing.
    pub(super) options: &'static str,
    /// Whether an index begins with its columns.
    pub(super) indexed: bool,
    /// Whether the schema says nothing of it, but the configuration does.
    pub(super) undeclared: bool,
    /// Only rows with this number in this column reference: one column may name two tables.
    pub(super) when: Option<(usize, i64)>,
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    /// As SQL.
    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(self.schema), quoted(&self.name))
    }

    /// As messages and the checks name it.
    pub(super) fn plain(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// Every list of columns that is unique.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Vec<usize>> {
        self.primary.iter().chain(&self.unique)
    }

    /// Whether a key tells rows apart; otherwise all their values do.
    pub(super) fn has_order(&self) -> bool {
        let not_null = |column: &usize| self.columns[*column].not_null;
        self.keys().any(|key| key.iter().all(not_null))
    }

    pub(super) fn column_list(&self, columns: &[usize]) -> String {
        let names = columns.iter().map(|column| quoted(&self.columns[*column].name));
        names.collect::<Vec<_>>().join(", ")
    }

    fn create(&self) -> String {
        let mut lines: Vec<String> = self.columns.iter().map(Column::define).collect();
        if let Some(key) = &self.primary {
            lines.push(format!("primary key ({})", self.column_list(key)));
        }
        lines.extend(self.unique.iter().map(|key| format!("unique ({})", self.column_list(key))));
        let by = self.partitions.as_ref().map(|partitions| {
            let column = quoted(&self.columns[partitions.column].name);
            format!(" partition by {} ({column})", partitions.by.method())
        });
        let (name, by) = (self.quoted(), by.unwrap_or_default());
        format!("create table {name} (\n    {}\n){by};\n", lines.join(",\n    "))
    }

    fn create_partitions(&self) -> String {
        let Some(partitions) = &self.partitions else { return String::new() };
        let literal = |number| self.columns[partitions.column].kind.literal(number);
        let bounds = match partitions.by {
            By::Hash(modulus) => (0..modulus)
                .map(|part| format!("for values with (modulus {modulus}, remainder {part})"))
                .collect(),
            By::Range(cut) => {
                let cut = literal(cut);
                vec![
                    format!("for values from (minvalue) to ({cut})"),
                    format!("for values from ({cut}) to (maxvalue)"),
                ]
            }
            By::List(first, second) => vec![
                format!("for values in ({}, {})", literal(first), literal(second)),
                "default".to_owned(),
            ],
        };
        let create = |(part, bounds)| {
            let name = quoted(&format!("{} p{part}", self.name));
            let schema = quoted(self.schema);
            format!("create table {schema}.{name} partition of {} {bounds};\n", self.quoted())
        };
        bounds.into_iter().enumerate().map(create).collect()
    }

    fn insert(&self) -> String {
        const ROWS_IN_ONE: usize = 1_000;
        let insert = |rows: &[Row]| {
            let rows = rows.iter().map(|row| {
                let value = |(value, column): (&Option<i64>, &Column)| {
                    value.map_or("null".to_owned(), |number| column.kind.literal(number))
                };
                let values = row.iter().zip(&self.columns).map(value).collect::<Vec<_>>();
                format!("({})", values.join(", "))
            });
            let rows = rows.collect::<Vec<_>>().join(",\n    ");
            format!("insert into {} values\n    {rows};\n", self.quoted())
        };
        self.rows.chunks(ROWS_IN_ONE).map(insert).collect()
    }

    /// A row as `COPY … TO STDOUT` writes it; these columns are NULL whatever they hold.
    pub(super) fn line(&self, row: &Row, nulled: &[usize]) -> String {
        let text = |(place, value): (usize, &Option<i64>)| match value {
            Some(number) if !nulled.contains(&place) => {
                let text = self.columns[place].kind.text(*number);
                text.replace('\\', "\\\\").replace('\t', "\\t")
            }
            _ => "\\N".to_owned(),
        };
        row.iter().enumerate().map(text).collect::<Vec<_>>().join("\t")
    }

    /// Writes its rows as [`Table::line`] does.
    pub(super) fn copy_out(&self) -> String {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        format!("copy (select {} from {}) to stdout", self.column_list(&all), self.quoted())
    }
}

impl Column {
    fn define(&self) -> String {
        let (name, kind) = (quoted(&self.name), self.kind.sql());
        let not_null = if self.not_null { " not null" } else { "" };
        match (self.counted, self.kind) {
            (Counted::Serial, Kind::Int8) => format!("{name} bigserial{not_null}"),
            (Counted::Serial, _) => format!("{name} serial{not_null}"),
            (Counted::Identity, _) => {
                format!("{name} {kind} generated by default as identity{not_null}")
            }
            (Counted::No, _) => format!("{name} {kind}{not_null}"),
        }
    }
}

impl By {
    fn method(self) -> &'static str {
        match self {
            By::Hash(_) => "hash",
            By::Range(_) => "range",
            By::List(..) => "list",
        }
    }
}

impl ForeignKey {
    pub(super) fn is_self_reference(&self) -> bool {
        self.table == self.referenced
    }

    fn create(&self, database: &Database, number: usize) -> String {
        let (table, referenced) = (&database.tables[self.table], &database.tables[self.referenced]);
        let columns = table.column_list(&self.columns);
        let index = format!("create index on {} ({columns});\n", table.quoted());
        let index = if self.indexed { index } else { String::new() };
        if self.undeclared {
            return index;
        }
        let mut sql = format!(
            "alter table {} add constraint fk{number} foreign key ({columns})\n    references {} ({})",
            table.quoted(),
            referenced.quoted(),
            referenced.column_list(&self.referenced_columns),
        );
        if self.match_full {
            sql.push_str(" match full");
        }
        if !self.options.is_empty() {
            sql = sql + " " + self.options;
        }
        sql + ";\n" + &index
    }

    /// In `review-data.toml`, where the schema says nothing of it.
    pub(super) fn entry(&self, database: &Database) -> String {
        let (table, parent) = (&database.tables[self.table], &database.tables[self.referenced]);
        let names = self.columns.iter().map(|column| toml_text(&table.columns[*column].name));
        let names = names.collect::<Vec<_>>().join(", ");
        let columns = parent.column_list(&self.referenced_columns);
        let references = toml_text(&format!("{}({columns})", rule_name(parent)));
        let when = self.when.map(|(column, number)| {
            let about = &table.columns[column];
            let condition = format!("{} = {}", quoted(&about.name), about.kind.literal(number));
            format!("when = {}\n", toml_text(&condition))
        });
        format!("columns = [{names}]\nreferences = {references}\n{}", when.unwrap_or_default())
    }

    /// What a row's columns name; nothing where one is NULL.
    pub(super) fn named_by(&self, row: &Row) -> Option<Vec<i64>> {
        if self.when.is_some_and(|(column, number)| row[column] != Some(number)) {
            return None;
        }
        self.columns.iter().map(|column| row[*column]).collect()
    }

    /// What a row of the referenced table may be named by.
    pub(super) fn name_of(&self, row: &Row) -> Option<Vec<i64>> {
        self.referenced_columns.iter().map(|column| row[*column]).collect()
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TYPES)?;
        let mut schemas: Vec<&str> = self.tables.iter().map(|table| table.schema).collect();
        schemas.sort_unstable();
        schemas.dedup();
        for schema in schemas.into_iter().filter(|schema| *schema != "public") {
            writeln!(f, "create schema {};", quoted(schema))?;
        }
        for table in &self.tables {
            write!(f, "\n{}{}{}", table.create(), table.create_partitions(), table.insert())?;
        }
        writeln!(f)?;
        for (number, key) in self.foreign_keys.iter().enumerate() {
            f.write_str(&key.create(self, number))?;
        }
        Ok(())
    }
}

/// A name in `review-data.toml` or on the command line, quoted as needed.
pub(super) fn rule_name(table: &Table) -> String {
    format!("{}.{}", quoted(table.schema), quoted(&table.name))
}

/// A text in TOML.
pub(super) fn toml_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\t', "\\t");
    format!("\"{escaped}\"")
}
