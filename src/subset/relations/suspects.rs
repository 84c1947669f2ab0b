//! Columns that look like foreign keys without being declared: `user_id` beside a table `users`.

use super::naming::singulars;
use crate::catalog::{Catalog, DataType, TableId};
use crate::subset::keys::convert::Conversion;

/// A column without a foreign key, and what it seems to reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    pub table: TableId,
    pub column: usize,
    pub referenced: TableId,
    /// The only column of its primary key.
    pub referenced_column: usize,
    /// The entry of `[[foreign_keys]]` that would follow it.
    pub entry: String,
}

/// The columns named like `<table>_id` or `<singular>_id` that no foreign key has, declared or
/// configured, where a table of that name has a key of one column with which they can be compared.
/// Among tables of one name, the one in the column's own schema is meant, then `public`'s.
#[must_use]
pub fn suspects(catalog: &Catalog) -> Vec<Suspect> {
    let mut found = Vec::new();
    for (table, about) in catalog.tables.pairs() {
        for (column, of_column) in about.columns.iter().enumerate() {
            let taken = catalog
                .foreign_keys
                .iter()
                .any(|key| key.table == table && key.columns.contains(&column));
            let Some(stem) = of_column.name.strip_suffix("_id").filter(|_| !taken) else {
                continue;
            };
            if let Some((referenced, referenced_column)) =
                named(catalog, table, stem, &of_column.data_type)
                && (referenced, referenced_column) != (table, column)
            {
                let entry = entry(catalog, (table, column), (referenced, referenced_column));
                found.push(Suspect { table, column, referenced, referenced_column, entry });
            }
        }
    }
    found
}

/// The table of a name, or whose name is the plural of it, and its key.
fn named(
    catalog: &Catalog,
    table: TableId,
    stem: &str,
    data_type: &DataType,
) -> Option<(TableId, usize)> {
    let own_schema = &catalog.tables[table].name.schema;
    let mut candidates: Vec<(bool, bool, TableId, usize)> = Vec::new();
    for (id, about) in catalog.tables.pairs() {
        let name = about.name.name.to_lowercase();
        let stem = stem.to_lowercase();
        let fits = name == stem || singulars(&name).contains(&stem);
        let Some(&[key]) = about.key.as_deref() else { continue };
        if fits && Conversion::between(data_type, &about.columns[key].data_type).is_some() {
            let schema = &about.name.schema;
            candidates.push((schema != own_schema, schema != "public", id, key));
        }
    }
    candidates.sort_unstable();
    candidates.first().map(|(.., id, key)| (*id, *key))
}

fn entry(catalog: &Catalog, from: (TableId, usize), to: (TableId, usize)) -> String {
    let name = |(table, _): (TableId, usize)| {
        let name = &catalog.tables[table].name;
        if name.schema == "public" { name.name.clone() } else { name.to_string() }
    };
    let column = |(table, column): (TableId, usize)| &catalog.tables[table].columns[column].name;
    format!(
        "[[foreign_keys]]\ntable = {:?}\ncolumns = [{:?}]\nreferences = {:?}",
        name(from),
        column(from),
        format!("{}({})", name(to), column(to))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Id as _;
    use crate::catalog::{
        Column, Comparison, Contents, Downward, ForeignKey, QualifiedName, Storage, Table, Transfer,
    };

    const INTEGER: (u32, &str) = (23, "integer");
    const DATE: (u32, &str) = (1082, "date");

    fn table(name: &str, columns: &[(&str, (u32, &str))]) -> Table {
        let (schema, name) = name.split_once('.').unwrap_or(("public", name));
        let column = |(number, (name, (oid, data_type))): (i16, &(&str, (u32, &str)))| Column {
            number,
            name: (*name).to_owned(),
            not_null: false,
            generated: false,
            partitions: false,
            nondeterministic: false,
            data_type: DataType {
                oid: *oid,
                name: (*data_type).to_owned(),
                composite: false,
                enumerated: false,
                transfer: Transfer::Binary,
                element: None,
            },
        };
        Table {
            oid: 0,
            name: QualifiedName::new(schema, name),
            storage: Storage::Plain,
            columns: (1..).zip(columns).map(column).collect(),
            key: columns.iter().position(|(name, _)| *name == "id").map(|key| vec![key]),
            contents: Contents::Readable,
            bytes: 0,
            stored: 0,
            indexes: Vec::new(),
            unique: Vec::new(),
            indexed_elements: Vec::new(),
            indexed_expressions: Vec::new(),
            kept: None,
        }
    }

    fn told(catalog: &Catalog) -> Vec<String> {
        let name = |table: TableId, column: usize| {
            let table = &catalog.tables[table];
            format!("{}.{}", table.name, table.columns[column].name)
        };
        suspects(catalog)
            .iter()
            .map(|s| {
                format!("{} {}", name(s.table, s.column), name(s.referenced, s.referenced_column))
            })
            .collect()
    }

    #[test]
    fn columns_named_like_tables_are_suspected() {
        let columns = [
            ("id", INTEGER),
            ("user_id", INTEGER),
            ("person_id", INTEGER),
            ("staff_id", INTEGER),
            ("category_id", INTEGER),
            ("external_id", INTEGER),
            ("team_id", DATE),
            ("userid", INTEGER),
        ];
        let id = [("id", INTEGER)];
        let names = ["users", "people", "staff", "categories", "teams"];
        let mut tables = vec![table("orders", &columns)];
        tables.extend(names.iter().map(|name| table(name, &id)));
        let catalog = Catalog { tables: tables.into_iter().collect(), ..Catalog::default() };
        assert_eq!(
            told(&catalog),
            [
                "public.orders.user_id public.users.id",
                "public.orders.person_id public.people.id",
                "public.orders.staff_id public.staff.id",
                "public.orders.category_id public.categories.id",
            ]
        );
        assert_eq!(
            suspects(&catalog)[0].entry,
            "[[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"user_id\"]\n\
             references = \"users(id)\""
        );
    }

    #[test]
    fn the_table_of_the_same_schema_is_meant_and_columns_with_a_foreign_key_are_not() {
        let id = [("id", INTEGER)];
        let lines = [("id", INTEGER), ("order_id", INTEGER), ("user_id", INTEGER)];
        let mut catalog = Catalog {
            tables: vec![
                table("orders", &id),
                table("shop.lines", &lines),
                table("shop.orders", &id),
                table("users", &id),
            ]
            .into(),
            ..Catalog::default()
        };
        let order = "shop.lines.order_id shop.orders.id";
        assert_eq!(told(&catalog), [order, "shop.lines.user_id public.users.id"]);
        catalog.foreign_keys.push(ForeignKey {
            name: "lines_user_id_fkey".to_owned(),
            table: TableId::at(1),
            leaves: None,
            columns: vec![2],
            referenced: TableId::at(3),
            referenced_relation: QualifiedName::new("public", "users"),
            referenced_leaves: None,
            referenced_columns: vec![0],
            operators: Vec::new(),
            match_full: false,
            comparison: Comparison::Equality,
            on_delete_cascade: false,
            validated: true,
            downward: Downward::default(),
            configured: None,
        });
        assert_eq!(told(&catalog), [order]);
    }

    #[test]
    fn a_key_is_not_suspected_of_itself() {
        let catalog = Catalog {
            tables: vec![table("users", &[("users_id", INTEGER), ("id", INTEGER)])].into(),
            ..Catalog::default()
        };
        assert_eq!(told(&catalog), ["public.users.users_id public.users.id"]);
        let mut alone = table("users", &[("user_id", INTEGER)]);
        alone.key = Some(vec![0]);
        let catalog = Catalog { tables: vec![alone].into(), ..Catalog::default() };
        assert_eq!(told(&catalog), Vec::<String>::new());
    }
}
