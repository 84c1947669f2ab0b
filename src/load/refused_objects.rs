//! What the target's catalogue shows of objects that it would refuse: schemas in which the role may
//! not create, and collations that its server does not have.

use crate::catalog::Catalog;
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use std::collections::BTreeSet;

/// Looks before a row is read.
pub(super) async fn check(
    source: &ReadOnly,
    target: &Writable,
    catalog: &Catalog,
) -> Result<(), Failure> {
    let schemas: BTreeSet<&str> =
        catalog.tables.iter().map(|table| table.name.schema.as_str()).collect();
    check_schemas(target, schemas).await?;
    check_collations(source, target).await
}

async fn check_schemas(target: &Writable, schemas: BTreeSet<&str>) -> Result<(), Failure> {
    let schemas: Vec<&str> = schemas.into_iter().collect();
    let rows = target
        .query(
            "select x.name, pg_catalog.pg_get_userbyid(n.nspowner)::text, current_user::text, \
                    pg_catalog.current_database()::text \
             from pg_catalog.unnest($1::text[]) x(name) \
             left join pg_catalog.pg_namespace n on n.nspname = x.name \
             where case when n.oid is null \
                        then not pg_catalog.has_database_privilege( \
                          pg_catalog.current_database(), 'create') \
                        else not pg_catalog.has_schema_privilege(n.oid, 'create') \
                          or not pg_catalog.has_schema_privilege(n.oid, 'usage') end \
             order by 1",
            &[&schemas],
        )
        .await
        .map_err(|error| target.failure("cannot look at the target's schemas", &error))?;
    let refused = rows.iter().map(|row| Refused {
        schema: row.get(0),
        owner: row.get(1),
        role: row.get(2),
        database: row.get(3),
    });
    let refused: Vec<Refused> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(may_not_create(&refused)) }
}

/// A schema in which the target's role may not create.
struct Refused {
    schema: String,
    /// `None`: the target has no schema of that name.
    owner: Option<String>,
    role: String,
    database: String,
}

fn may_not_create(refused: &[Refused]) -> Failure {
    let mut failure = Failure::new("the target's role may not create all tables of the source");
    let mut grants = Vec::new();
    for Refused { schema, owner, role, database } in refused {
        let quoted = QuotedIdent::new(role);
        failure = failure.because(match owner {
            Some(owner) => format!(
                "schema {schema} belongs to {owner}, and {role} may not create anything in it"
            ),
            None => format!("{role} may not create schema {schema} in database {database}"),
        });
        let grant = match owner {
            Some(_) => {
                format!(
                    "\n grant usage, create on schema {} to {quoted};",
                    QuotedIdent::new(schema)
                )
            }
            None => {
                format!("\n grant create on database {} to {quoted};", QuotedIdent::new(database))
            }
        };
        if !grants.contains(&grant) {
            grants.push(grant);
        }
    }
    failure.because("nothing was touched").remedy(format!(
        "in the target's database, as the owner or a superuser:{}\n\
         or give the URL of the database's owner as the target; on Heroku, a database over its \
         plan's capacity loses the right to write, and this tells:\n heroku pg:info --app APP",
        grants.concat()
    ))
}

/// The collations that the server itself brought: they come from its operating system, and `pg_dump`
/// does not dump them.
async fn check_collations(source: &ReadOnly, target: &Writable) -> Result<(), Failure> {
    let rows = source
        .query(
            "select c.collname::text, \
                    min(pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)) \
             from pg_catalog.pg_collation c \
             join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_collation'::regclass \
               and d.refobjid = c.oid and d.classid <> 0 \
             where c.collnamespace = 'pg_catalog'::regnamespace group by 1 order by 1",
            &[],
        )
        .await
        .map_err(|error| source.failure("cannot read the source's collations", &error))?;
    if rows.is_empty() {
        return Ok(());
    }
    let used: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let names: Vec<&str> = used.iter().map(|(name, _)| name.as_str()).collect();
    let rows = target
        .query(
            "select x.name from pg_catalog.unnest($1::text[]) x(name) \
             where not exists (select from pg_catalog.pg_collation c \
               where c.collname = x.name and c.collnamespace = 'pg_catalog'::regnamespace \
                 and c.collencoding in (-1, pg_catalog.pg_char_to_encoding( \
                   pg_catalog.getdatabaseencoding())))",
            &[&names],
        )
        .await
        .map_err(|error| target.failure("cannot read the target's collations", &error))?;
    let missing: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let used: Vec<(String, String)> =
        used.into_iter().filter(|(name, _)| missing.contains(name)).collect();
    Err(no_such_collations(&used))
}

/// By name, with an object that needs each.
fn no_such_collations(missing: &[(String, String)]) -> Failure {
    let failure = Failure::new("the target's server does not have all collations of the source");
    let failure = missing.iter().fold(failure, |failure, (name, object)| {
        failure.because(format!("no collation {name}: {object} needs it"))
    });
    failure.because("nothing was touched").remedy(
        "take a target whose operating system has these locales; once they are installed, a \
         superuser adds them:\n \
         select pg_catalog.pg_import_system_collations('pg_catalog');\n\
         or leave out what needs them: leave_out in the section [schema] of review-data.toml",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_target_would_refuse() {
        let refused = |schema: &str, owner: Option<&str>| Refused {
            schema: schema.to_owned(),
            owner: owner.map(str::to_owned),
            role: "app".to_owned(),
            database: "review".to_owned(),
        };
        let schemas = may_not_create(&[
            refused("billing", None),
            refused("public", Some("postgres")),
            refused("shop", None),
        ]);
        let collations = no_such_collations(&[(
            "de_DE.utf8".to_owned(),
            "column name of table public.people".to_owned(),
        )]);
        insta::assert_snapshot!(format!("{schemas}\n\n{collations}"));
    }
}
