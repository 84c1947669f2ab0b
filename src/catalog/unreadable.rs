//! What the source's role may not read: one message names all of it, and what to do.

use super::name::QualifiedName;
use crate::failure::Failure;
use crate::postgres::QuotedIdent;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Tables of a schema that are granted and named one by one.
const ONE_BY_ONE: usize = 5;

/// What the role may not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    pub role: String,
    /// No USAGE.
    pub schemas: Vec<String>,
    /// No SELECT.
    pub tables: Vec<QualifiedName>,
    /// SELECT on some columns only, with a column that it may not read.
    pub parts: Vec<(QualifiedName, String)>,
    /// The server has `pg_read_all_data`.
    pub since_14: bool,
}

impl From<Unreadable> for Failure {
    fn from(unreadable: Unreadable) -> Self {
        let Unreadable { role, schemas, tables, parts, since_14 } = unreadable;
        let quoted = QuotedIdent::new(&role);
        let objects = match schemas.len() + tables.len() + parts.len() {
            1 => "1 object".to_owned(),
            several => format!("{several} objects"),
        };
        let mut failure = Failure::new(format!("the source's role {role} may not read {objects}"));
        let mut grants = Vec::new();
        for schema in &schemas {
            failure = failure.because(format!("no USAGE on schema {schema}"));
            grants.push(format!("grant usage on schema {} to {quoted};", QuotedIdent::new(schema)));
        }
        let all = tables.iter().chain(parts.iter().map(|(table, _)| table));
        let mut by_schema: BTreeMap<&str, Vec<&QualifiedName>> = BTreeMap::new();
        for table in all {
            by_schema.entry(&table.schema).or_default().push(table);
        }
        for table in tables.iter().filter(|table| is_few(&by_schema, table)) {
            failure = failure.because(format!("no SELECT on table {table}"));
        }
        for (table, column) in parts.iter().filter(|(table, _)| is_few(&by_schema, table)) {
            failure = failure.because(format!(
                "SELECT on some columns of table {table} only, and not on {column}"
            ));
        }
        for (schema, tables) in &by_schema {
            let ident = QuotedIdent::new(schema);
            if tables.len() > ONE_BY_ONE {
                let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
                failure = failure.because(format!(
                    "no SELECT on {} tables of schema {schema}: {}",
                    names.len(),
                    names.join(", ")
                ));
                grants.push(format!("grant select on all tables in schema {ident} to {quoted};"));
                continue;
            }
            let each = tables.iter();
            grants.extend(
                each.map(|table| format!("grant select on {} to {quoted};", table.quoted())),
            );
        }
        let mut future: Vec<&str> =
            by_schema.keys().copied().chain(schemas.iter().map(String::as_str)).collect();
        future.sort_unstable();
        future.dedup();
        // so that the tables of the next migration can be read, too
        grants.extend(future.iter().map(|schema| {
            format!(
                "alter default privileges in schema {} grant select on tables to {quoted};",
                QuotedIdent::new(schema)
            )
        }));
        let mut names: Vec<String> = schemas.iter().map(|schema| pattern(schema, None)).collect();
        let others = by_schema.values().flatten().filter(|table| !schemas.contains(&table.schema));
        names.extend(others.map(|table| pattern(&table.schema, Some(&table.name))));
        let mut remedy = format!(
            "leave them out, in review-data.toml:\n [schema]\n leave_out = [{}]\n\
             or, on the source's primary, run as the tables' owner:\n {}",
            names.join(", "),
            grants.join("\n ")
        );
        if since_14 {
            let _ = write!(
                remedy,
                "\nor grant all tables at once, those of later migrations too:\n \
                 grant pg_read_all_data to {quoted};"
            );
        }
        if let Some((table, column)) = parts.first() {
            let column = toml(format!("{}.{}", written(table), part(column)));
            let _ = write!(
                remedy,
                "\na load locks whole tables, so grants on columns do not suffice. After the grant, \
                 mask the columns that nobody should see:\n [mask.columns]\n {column} = \"secret\""
            );
        }
        failure.remedy(remedy)
    }
}

fn is_few(by_schema: &BTreeMap<&str, Vec<&QualifiedName>>, table: &QualifiedName) -> bool {
    by_schema.get(table.schema.as_str()).is_none_or(|tables| tables.len() <= ONE_BY_ONE)
}

/// As `leave_out` names a table, or a schema with everything in it.
fn pattern(schema: &str, table: Option<&str>) -> String {
    let table = table.map_or_else(|| "*".to_owned(), part);
    toml(format!("{}.{table}", part(schema)))
}

fn written(table: &QualifiedName) -> String {
    format!("{}.{}", part(&table.schema), part(&table.name))
}

/// A name that holds more than letters, digits and underscores is quoted.
fn part(name: &str) -> String {
    if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

fn toml(text: String) -> String {
    toml::Value::String(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_names_all_that_the_role_may_not_read() {
        let table = |schema: &str, name: &str| QualifiedName::new(schema, name);
        let few = Unreadable {
            role: "reader".to_owned(),
            schemas: vec!["vault".to_owned(), "My.Schema".to_owned()],
            tables: vec![table("vault", "cards"), table("public", "odd.\"name\" [1]")],
            parts: vec![(table("public", "users"), "ssn".to_owned())],
            since_14: true,
        };
        let many = Unreadable {
            role: "reader".to_owned(),
            tables: (1..=7).map(|n| table("billing", &format!("t{n}"))).collect(),
            ..Unreadable::default()
        };
        let told: Vec<String> =
            [few, many].map(|unreadable| Failure::from(unreadable).to_string()).into();
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
