//! Names and patterns held against the catalogue's tables.

use super::error::{Hint, RuleError};
use crate::catalog::{Catalog, QualifiedName, Storage, TableId};
use crate::config::{Asked, Given, NamePattern, TableName, TablePattern, nearest};

/// Names that a hint lists where none of them is like the wrong one.
const LISTED: usize = 8;

/// The table of a name: with a schema that one; without, the only one of that name, or the one in
/// `public`.
pub(crate) fn find(
    catalog: &Catalog,
    name: &TableName,
    given: &Given,
) -> Result<TableId, RuleError> {
    let fits = |found: &QualifiedName| {
        found.name == name.table
            && name.schema.as_ref().is_none_or(|schema| found.schema == *schema)
    };
    let found: Vec<TableId> =
        catalog.tables.ids().filter(|id| fits(&catalog.tables[*id].name)).collect();
    match found[..] {
        [table] => return Ok(table),
        [] => {}
        _ => {
            let public = found.iter().find(|id| catalog.tables[**id].name.schema == "public");
            return public.copied().ok_or_else(|| RuleError::Ambiguous {
                name: shown(name),
                found: found.iter().map(|id| catalog.tables[*id].name.to_string()).collect(),
                given: given.clone(),
            });
        }
    }
    if let Some(root) = root_of_partition(catalog, fits) {
        return Err(RuleError::Partition { name: shown(name), root, given: given.clone() });
    }
    Err(RuleError::UnknownTable {
        name: shown(name),
        hint: table_hint(catalog, name),
        given: given.clone(),
    })
}

/// As [`find`], and otherwise by the name in lower case: the command line of 2019 folded names so.
pub(crate) fn find_in_any_case(
    catalog: &Catalog,
    name: &TableName,
    given: &Given,
) -> Result<TableId, RuleError> {
    find(catalog, name, given).or_else(|error| {
        let lower = TableName {
            schema: name.schema.as_ref().map(|schema| schema.to_lowercase()),
            table: name.table.to_lowercase(),
        };
        find(catalog, &lower, given).map_err(|_| error)
    })
}

/// The tables that a pattern matches: one where it is a name, at least one in any case.
pub(super) fn matching(
    catalog: &Catalog,
    pattern: &TablePattern,
    given: &Given,
) -> Result<Vec<TableId>, RuleError> {
    if let Some(name) = pattern.exact() {
        return find(catalog, &name, given).map(|table| vec![table]);
    }
    let fits = |found: &QualifiedName| pattern.matches(&found.schema, &found.name);
    let found: Vec<TableId> =
        catalog.tables.ids().filter(|id| fits(&catalog.tables[*id].name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let name = pattern.to_string();
    let given = given.clone();
    if let Some(root) = root_of_partition(catalog, fits) {
        return Err(RuleError::Partition { name, root, given });
    }
    let names = catalog.tables.iter().map(|table| table.name.name.as_str());
    let hint = pattern
        .table
        .nearest(names)
        .map_or_else(|| list_of_tables(catalog), |name| Hint::Meant(name.to_owned()));
    Err(RuleError::NoTableMatches { pattern: name, hint, given })
}

/// The schemas of tables that one of these patterns matches; each matches at least one.
pub(super) fn check_schemas(
    catalog: &Catalog,
    patterns: &[Asked<NamePattern>],
) -> Result<(), RuleError> {
    let mut schemas: Vec<&str> =
        catalog.tables.iter().map(|table| table.name.schema.as_str()).collect();
    schemas.sort_unstable();
    schemas.dedup();
    for Asked { value: pattern, given } in patterns {
        // public goes without saying, whether or not it has tables
        if pattern.matches("public") || schemas.iter().any(|schema| pattern.matches(schema)) {
            continue;
        }
        let shown = pattern.to_string();
        let hint = pattern.nearest(schemas.iter().copied()).map_or_else(
            || list(schemas.iter().map(ToString::to_string).collect()),
            |schema| Hint::Meant(schema.to_owned()),
        );
        let exact = pattern.is_exact();
        let given = given.clone();
        return Err(RuleError::NoSuchSchema { pattern: shown, exact, hint, given });
    }
    Ok(())
}

fn root_of_partition(catalog: &Catalog, fits: impl Fn(&QualifiedName) -> bool) -> Option<String> {
    catalog
        .tables
        .iter()
        .find(|table| match &table.storage {
            Storage::Partitioned { leaves, .. } => leaves.iter().any(|leaf| fits(&leaf.name)),
            Storage::Plain => false,
        })
        .map(|table| table.name.to_string())
}

/// A column's name without case and underscores: `migration_id`, `migrationId` and `MigrationId`
/// alike.
pub(super) fn bare(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

fn shown(name: &TableName) -> String {
    match &name.schema {
        Some(schema) => format!("{schema}.{}", name.table),
        None => name.table.clone(),
    }
}

/// The table that was most likely meant: the same name in another schema, a name that is spelt
/// almost so, the singular or plural, or the same word after a prefix (`auth_user` for `users`).
fn table_hint(catalog: &Catalog, name: &TableName) -> Hint {
    let with_schema = name.schema.is_some();
    let told = |found: &QualifiedName| {
        Hint::Meant(if with_schema { found.to_string() } else { found.name.clone() })
    };
    let names = || catalog.tables.iter().map(|table| &table.name);
    if let Some(found) = names().find(|found| found.name == name.table) {
        return told(found);
    }
    let spelt: Vec<String> = names()
        .map(|found| if with_schema { found.to_string() } else { found.name.clone() })
        .collect();
    if let Some(found) = nearest(&shown(name), spelt.iter().map(String::as_str)) {
        return Hint::Meant(found.to_owned());
    }
    let wanted = singular(&name.table);
    let last_word = |found: &str| singular(found.rsplit('_').next().unwrap_or(found));
    names()
        .find(|found| singular(&found.name) == wanted)
        .or_else(|| names().find(|found| last_word(&found.name) == wanted))
        .map_or_else(|| list_of_tables(catalog), told)
}

/// A word's singular, as far as it matters for telling that two names mean the same.
fn singular(name: &str) -> String {
    const IRREGULAR: [(&str, &str); 6] = [
        ("people", "person"),
        ("children", "child"),
        ("women", "woman"),
        ("men", "man"),
        ("data", "datum"),
        ("indices", "index"),
    ];
    let name = name.to_lowercase();
    for (plural, singular) in IRREGULAR {
        if let Some(rest) = name.strip_suffix(plural)
            && (rest.is_empty() || rest.ends_with('_'))
        {
            return format!("{rest}{singular}");
        }
    }
    let ending = |end: &str| name.strip_suffix(end);
    if let Some(stem) = ending("ies") {
        return format!("{stem}y");
    }
    for end in ["sses", "shes", "ches", "xes"] {
        if let Some(stem) = ending(end) {
            return format!("{stem}{}", &end[..end.len() - 2]);
        }
    }
    match ending("s") {
        Some(stem) if !stem.ends_with('s') => stem.to_owned(),
        _ => name,
    }
}

fn list_of_tables(catalog: &Catalog) -> Hint {
    list(catalog.tables.iter().map(|table| table.name.to_string()).collect())
}

fn list(mut names: Vec<String>) -> Hint {
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    Hint::OneOf { names, more }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Contents, Id as _, Leaf, Table};

    fn catalog(names: &[&str]) -> Catalog {
        let table = |name: &&str| {
            let (schema, name) = name.split_once('.').unwrap_or(("public", name));
            Table {
                oid: 0,
                name: QualifiedName::new(schema, name),
                storage: Storage::Plain,
                columns: Vec::new(),
                key: None,
                contents: Contents::Readable,
                bytes: 0,
                stored: 0,
                indexes: Vec::new(),
                unique: Vec::new(),
                indexed_elements: Vec::new(),
                indexed_expressions: Vec::new(),
                kept: None,
            }
        };
        Catalog { tables: names.iter().map(table).collect(), ..Catalog::default() }
    }

    const TABLES: [&str; 7] = [
        "people",
        "auth_user",
        "audit_log",
        "audit_trail",
        "categories",
        "shop.orders",
        "shop.people",
    ];

    fn given() -> Given {
        Given::Words("-T …".to_owned())
    }

    fn meant(name: &str) -> String {
        match find_in_any_case(&catalog(&TABLES), &name.parse().unwrap(), &given()) {
            Ok(table) => format!("is {}", catalog(&TABLES).tables[table].name),
            Err(RuleError::UnknownTable { hint: Hint::Meant(name), .. }) => name,
            Err(other) => other.to_string(),
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_what_was_meant() {
        assert_eq!(meant("poeple"), "people");
        assert_eq!(meant("person"), "people");
        assert_eq!(meant("users"), "auth_user");
        assert_eq!(meant("category"), "categories");
        assert_eq!(meant("order"), "orders");
        assert_eq!(meant("public.orders"), "shop.orders");
        assert_eq!(meant("shop.person"), "public.people");
        assert_eq!(meant("payments"), "the source has no table payments");
    }

    #[test]
    fn a_name_in_capitals_is_found_where_there_is_no_other() {
        assert_eq!(meant("People"), "is public.people");
        assert_eq!(meant("SHOP.Orders"), "is shop.orders");
    }

    fn matched(pattern: &str) -> Vec<String> {
        let catalog = catalog(&TABLES);
        match matching(&catalog, &pattern.parse().unwrap(), &given()) {
            Ok(found) => found.iter().map(|id| catalog.tables[*id].name.to_string()).collect(),
            Err(error) => {
                vec![error.failure(&crate::config::Config::default()).to_string()]
            }
        }
    }

    #[test]
    fn a_pattern_is_about_names_or_about_schemas_and_names() {
        assert_eq!(matched("audit_*"), ["public.audit_log", "public.audit_trail"]);
        assert_eq!(matched("people"), ["public.people"], "the one in public");
        assert_eq!(matched("p*"), ["public.people", "shop.people"]);
        assert_eq!(matched("shop.*"), ["shop.orders", "shop.people"]);
    }

    #[test]
    fn a_pattern_that_matches_nothing_is_told_with_the_nearest_name() {
        insta::assert_snapshot!("a_pattern_misspelt", matched("audti_*").concat());
        insta::assert_snapshot!("a_pattern_like_no_name", matched("x*").concat());
    }

    #[test]
    fn a_pattern_of_partitions_alone_is_told_their_table() {
        let mut catalog = catalog(&["events"]);
        catalog.tables[TableId::at(0)].storage = Storage::Partitioned {
            leaves: vec![Leaf { oid: 1, name: QualifiedName::new("public", "events_2024") }],
            partial: false,
        };
        let error = matching(&catalog, &"events_*".parse().unwrap(), &given()).unwrap_err();
        assert_eq!(error.to_string(), "events_* is a partition of public.events");
    }
}
