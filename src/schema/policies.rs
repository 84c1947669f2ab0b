//! A restrictive policy whose condition needs what is left out. Without it, other policies would let
//! more rows through than in the source. So one that lets no row through stands for it.

use super::archive::Entry;
use crate::catalog::QualifiedName;
use std::collections::HashMap;

/// The statement of a policy for the same commands and roles that lets nothing through. `None`: it is
/// not a restrictive policy, or its table is left out. `tables`: the kept ones, by their entries.
pub(super) fn shut(
    entry: &Entry,
    sql: &str,
    tables: &HashMap<i64, QualifiedName>,
) -> Option<String> {
    const RESTRICTIVE: &str = " AS RESTRICTIVE ";
    let is_its_table = |table: &&QualifiedName| {
        entry.namespace.as_ref() == Some(&table.schema)
            && entry.tag.strip_prefix(&table.name).is_some_and(|rest| rest.starts_with(' '))
    };
    if entry.kind != "POLICY" {
        return None;
    }
    entry.dependencies.iter().filter_map(|id| tables.get(id)).find(is_its_table)?;
    let upper = sql.to_ascii_uppercase();
    let start = upper.find(RESTRICTIVE)? + RESTRICTIVE.len();
    // a policy for all commands has no FOR, one for everybody no TO
    let before = start - 1;
    let ends = [" USING (", " WITH CHECK ("];
    let end = ends.iter().filter_map(|word| upper[before..].find(word)).min()? + before;
    let is_for_insert = upper[start..].starts_with("FOR INSERT");
    let condition = if is_for_insert { "WITH CHECK" } else { "USING" };
    Some(format!("{} {condition} (false);", &sql[..end]))
}

#[cfg(test)]
mod tests {
    use super::super::archive::{ObjectId, Section};
    use super::*;

    #[test]
    fn a_restrictive_policy_stays_for_its_commands_and_roles() {
        let entry = Entry {
            id: 9,
            object: ObjectId { class: 3256, oid: 9 },
            kind: "POLICY".to_owned(),
            tag: "notes mine".to_owned(),
            namespace: Some("public".to_owned()),
            section: Section::PostData,
            definition: String::new(),
            dependencies: vec![1, 2, 5],
        };
        let tables = HashMap::from([(2, QualifiedName::new("public", "notes"))]);
        let shut = |sql: &str| super::shut(&entry, sql, &tables);
        let on = "CREATE POLICY mine ON public.notes";
        assert_eq!(
            shut(&format!("{on} AS RESTRICTIVE USING ((owner = auth.uid()));\n")).unwrap(),
            format!("{on} AS RESTRICTIVE USING (false);")
        );
        assert_eq!(
            shut(&format!("{on} AS RESTRICTIVE FOR INSERT TO a WITH CHECK (f(x));")).unwrap(),
            format!("{on} AS RESTRICTIVE FOR INSERT TO a WITH CHECK (false);")
        );
        assert_eq!(
            shut(&format!("{on} AS restrictive for all to \"a\" using (f()) with check (g())"))
                .unwrap(),
            format!("{on} AS restrictive for all to \"a\" USING (false);")
        );
        assert_eq!(shut(&format!("{on} FOR SELECT USING (f());")), None);
        assert_eq!(
            super::shut(&entry, &format!("{on} AS RESTRICTIVE USING (f())"), &HashMap::new()),
            None
        );
    }
}
