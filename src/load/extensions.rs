//! Extensions: what the target cannot have is left out where nothing needs it.

use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::schema::{Entry, Exceptions, ObjectId};
use std::collections::{HashMap, HashSet};

/// An extension of the source.
pub(super) struct Extension {
    pub(super) object: ObjectId,
    schema: String,
    version: String,
    /// It brings a foreign-data wrapper.
    pub(super) foreign: bool,
}

/// The extensions of the source, by name.
pub(super) async fn extensions(
    source: &ReadOnly,
) -> Result<HashMap<String, Extension>, tokio_postgres::Error> {
    let rows = source
        .query(
            "select e.extname::text, n.nspname::text, \
               'pg_catalog.pg_extension'::pg_catalog.regclass::oid, e.oid, exists ( \
               select from pg_catalog.pg_depend d where d.refobjid = e.oid \
                 and d.refclassid = 'pg_catalog.pg_extension'::regclass \
                 and d.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass), \
               e.extversion \
             from pg_catalog.pg_extension e \
             join pg_catalog.pg_namespace n on n.oid = e.extnamespace",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let name: String = row.get(0);
            let object = ObjectId { class: row.get(2), oid: row.get(3) };
            let (schema, foreign, version) = (row.get(1), row.get(4), row.get(5));
            (name, Extension { object, schema, version, foreign })
        })
        .collect())
}

/// An extension that the target cannot have as the source has it.
struct Problem<'a> {
    name: String,
    why: String,
    /// It is there, in this schema.
    there: Option<String>,
    extension: &'a Extension,
}

/// Leaves out the extensions that the target cannot have and that nothing needs.
///
/// # Errors
/// Where something needs one: before anything is made.
pub(super) async fn leave_out(
    source: &ReadOnly,
    target: &Writable,
    known: &HashMap<String, Extension>,
    entries: &[Entry],
    gone: &HashSet<(u32, u32)>,
    exceptions: &mut Exceptions,
) -> Result<(), Failure> {
    let dumped = entries.iter().filter(|entry| entry.kind == "EXTENSION");
    let names: Vec<&str> = dumped
        .map(|entry| entry.tag.as_str())
        .filter(|name| known.get(*name).is_some_and(|extension| !extension.foreign))
        .collect();
    let problems = problems(target, &names, known).await?;
    if problems.is_empty() {
        return Ok(());
    }
    let oids: Vec<u32> = problems.iter().map(|problem| problem.extension.object.oid).collect();
    let needing = needing(source, &oids, gone).await?;
    let is_needed = |oid: u32| {
        // an extension that another one needs is needed where that one is
        let (mut open, mut seen) = (vec![oid], HashSet::new());
        while let Some(one) = open.pop() {
            if !seen.insert(one) {
                continue;
            }
            for (_, by) in needing.iter().filter(|(of, _)| *of == one) {
                match by {
                    Some(other) if oids.contains(other) => open.push(*other),
                    _ => return true,
                }
            }
        }
        false
    };
    let mut wrong = Vec::new();
    for problem in problems {
        if is_needed(problem.extension.object.oid) {
            wrong.push(problem);
        } else {
            let why = format!("nothing needs it, and on the target it {}", problem.why);
            exceptions.leave_out_alone(problem.extension.object, why);
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(cannot_have(&wrong)) }
}

/// Whether the target cannot have some extension as the source has it, needed or not.
pub(super) async fn lacks_any(
    target: &Writable,
    known: &HashMap<String, Extension>,
) -> Result<bool, Failure> {
    let names: Vec<&str> = known
        .iter()
        .filter(|(name, extension)| !extension.foreign && *name != ALWAYS_THERE)
        .map(|(name, _)| name.as_str())
        .collect();
    Ok(!names.is_empty() && !problems(target, &names, known).await?.is_empty())
}

/// The extensions that have, or would get, an older version on the target: a line each.
pub(super) async fn older_versions(
    target: &Writable,
    known: &HashMap<String, Extension>,
) -> Result<Vec<String>, Failure> {
    let names = known.keys().map(String::as_str).filter(|name| *name != ALWAYS_THERE);
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let rows = target
        .query(
            "select a.name::text, coalesce(a.installed_version, a.default_version) \
             from pg_catalog.pg_available_extensions a where a.name::text = any ($1::text[]) \
             order by 1",
            &[&names],
        )
        .await
        .map_err(|error| target.failure("cannot read the target's extensions", &error))?;
    let line = |row: &tokio_postgres::Row| {
        let (name, here): (String, Option<String>) = (row.get(0), row.get(1));
        let (here, there) = (here?, &known.get(&name)?.version);
        is_older(&here, there).then(|| {
            format!("extension {name} has version {here} on the target, and {there} in the source")
        })
    };
    Ok(rows.iter().filter_map(line).collect())
}

/// `1.9` is older than `1.10`. What is not written in numbers may be older wherever it differs.
fn is_older(here: &str, there: &str) -> bool {
    let parts = |version: &str| version.split('.').map(str::parse).collect::<Result<Vec<u32>, _>>();
    match (parts(here), parts(there)) {
        (Ok(here), Ok(there)) => here < there,
        _ => here != there,
    }
}

/// Each new database has it.
const ALWAYS_THERE: &str = "plpgsql";

fn cannot_have(wrong: &[Problem<'_>]) -> Failure {
    let mut failure = Failure::new("the target cannot have all extensions of the source");
    let mut statements = Vec::new();
    for Problem { name, why, there, extension } in wrong {
        failure = failure.because(format!("{name} {why}"));
        let (quoted, schema) = (QuotedIdent::new(name), QuotedIdent::new(&extension.schema));
        if there.is_some() {
            statements.push(format!(
                "\n drop extension {quoted};\n create extension {quoted} schema {schema};"
            ));
        }
    }
    let names: Vec<String> = wrong.iter().map(|problem| format!("\"{}\"", problem.name)).collect();
    let mut remedy = String::new();
    if !statements.is_empty() {
        remedy = format!(
            "create the extensions that are there in the source's schema, on the target:{}\n",
            statements.concat()
        );
    }
    failure.remedy(format!(
        "{remedy}leave them out with what needs them, in review-data.toml:\n [schema]\n \
         leave_out_extensions = [{}]\nor let a superuser create them in the target's database",
        names.join(", ")
    ))
}

async fn problems<'a>(
    target: &Writable,
    names: &[&str],
    known: &'a HashMap<String, Extension>,
) -> Result<Vec<Problem<'a>>, Failure> {
    let rows = target
        .query(
            "select x.name, n.nspname::text, \
               exists (select from pg_catalog.pg_available_extensions a where a.name = x.name), \
               (select rolsuper from pg_catalog.pg_roles where rolname = current_user) \
               or exists (select from pg_catalog.pg_available_extension_versions v \
                          where v.name = x.name and v.trusted) \
               or x.name = any (pg_catalog.string_to_array(pg_catalog.replace(pg_catalog.concat_ws(',', \
                    pg_catalog.current_setting('rds.allowed_extensions', true), \
                    pg_catalog.current_setting('extwlist.extensions', true)), ' ', ''), ',')) \
             from pg_catalog.unnest($1::text[]) as x(name) \
             left join pg_catalog.pg_extension e on e.extname = x.name \
             left join pg_catalog.pg_namespace n on n.oid = e.extnamespace order by 1",
            &[&names],
        )
        .await
        .map_err(|error| target.failure("cannot read the target's extensions", &error))?;
    let mut problems = Vec::new();
    for row in rows {
        let name: String = row.get(0);
        let Some(extension) = known.get(&name) else { continue };
        let there: Option<String> = row.get(1);
        let (available, allowed): (bool, bool) = (row.get(2), row.get(3));
        let why = match &there {
            Some(there) if extension.schema != *there => {
                format!("is in schema {there}, and in {} in the source", extension.schema)
            }
            None if !available => "is not installed on the server".to_owned(),
            None if !allowed => "may be created by a superuser only".to_owned(),
            _ => continue,
        };
        problems.push(Problem { name, why, there, extension });
    }
    Ok(problems)
}

/// What needs these extensions besides their own parts, and is not left out: other extensions by
/// their OIDs, all else as `None`. A table does not need its access method.
async fn needing(
    source: &ReadOnly,
    oids: &[u32],
    gone: &HashSet<(u32, u32)>,
) -> Result<Vec<(u32, Option<u32>)>, Failure> {
    let rows = source
        .query(
            "with recursive part(extension, classid, objid) as ( \
               select u.oid, 'pg_catalog.pg_extension'::regclass::oid, u.oid \
               from pg_catalog.unnest($1::oid[]) u(oid) \
               union \
               select p.extension, d.classid, d.objid from part p \
               join pg_catalog.pg_depend d on d.refclassid = p.classid and d.refobjid = p.objid \
                 and d.deptype in ('e', 'i', 'a')) \
             select distinct p.extension, d.classid, d.objid, \
               d.classid = 'pg_catalog.pg_extension'::regclass \
             from part p join pg_catalog.pg_depend d on d.refclassid = p.classid \
               and d.refobjid = p.objid and d.deptype = 'n' \
             where not exists (select from part q where q.extension = p.extension \
                 and q.classid = d.classid and q.objid = d.objid) \
               and not exists (select from pg_catalog.pg_depend m where m.classid = d.classid \
                 and m.objid = d.objid and m.deptype = 'e') \
               and not exists (select from pg_catalog.pg_am m where m.oid = p.objid \
                 and m.amtype = 't' and p.classid = 'pg_catalog.pg_am'::regclass \
                 and d.classid = 'pg_catalog.pg_class'::regclass)",
            &[&oids],
        )
        .await
        .map_err(|error| source.failure("cannot read what needs an extension", &error))?;
    let mut needing = Vec::new();
    for row in rows {
        let (class, object): (u32, u32) = (row.get(1), row.get(2));
        if !gone.contains(&(class, object)) {
            needing.push((row.get(0), row.get::<_, bool>(3).then_some(object)));
        }
    }
    Ok(needing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(is_older("1.9", "1.10") && is_older("1.3", "1.3.1") && is_older("3.4dev", "3.4"));
        assert!(!is_older("2.0", "1.10") && !is_older("1.6", "1.6") && !is_older("a", "a"));
    }
}
