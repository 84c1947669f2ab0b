//! Rows whose values break a CHECK of a domain: a column may have the domain as its type, or hold it in
//! arrays, composite types, ranges and other domains, however deep.

use crate::catalog::with_value;
use crate::postgres::{QuotedIdent, Writable};
use std::collections::HashMap;

/// Deeper types are not looked into.
const DEEPEST: usize = 20;

/// A type of the database.
enum Type {
    /// Another type with conditions.
    Domain(u32),
    Array(u32),
    /// Names and types of its fields.
    Composite(Vec<(String, u32)>),
    Range(u32),
    /// Of ranges.
    Multirange(u32),
}

/// The types of the database by their OIDs. Types of the server itself hold no domain.
struct Types(HashMap<u32, Type>);

/// The rows of a target that break it: for each table, what counts them.
pub(super) async fn counts(
    target: &Writable,
    domain: &str,
    expression: &str,
) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = target.query("select $1::text::pg_catalog.regtype::oid", &[&domain]).await?;
    let domain = Domain { oid: rows[0].get(0), expression };
    let types = Types::read(target).await?;
    let columns = target
        .query(
            "select pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname::text, a.atttypid \
             from pg_catalog.pg_attribute a \
             join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'r' \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where a.atttypid >= 16384 and a.attnum > 0 and not a.attisdropped \
             order by 1, a.attnum",
            &[],
        )
        .await?;
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for column in columns {
        let (table, name): (String, String) = (column.get(0), column.get(1));
        let value = format!("t.{}", QuotedIdent::new(&name));
        let Some(breaks) = types.breaking(&domain, &value, column.get(2), 0) else { continue };
        match tables.last_mut() {
            Some((last, of_table)) if *last == table => of_table.push(breaks),
            _ => tables.push((table, vec![breaks])),
        }
    }
    let count = |(table, breaks): (String, Vec<String>)| {
        format!("select count(*) as n from {table} t where {}", breaks.join(" or "))
    };
    Ok(tables.into_iter().map(count).collect())
}

struct Domain<'a> {
    oid: u32,
    expression: &'a str,
}

impl Types {
    async fn read(target: &Writable) -> Result<Self, tokio_postgres::Error> {
        let multirange = if target.server_version_num() >= 140_000 {
            "(select r.rngtypid from pg_catalog.pg_range r where r.rngmultitypid = t.oid)"
        } else {
            "null::oid"
        };
        let rows = target
            .query(
                &format!(
                    "select t.oid, t.typtype::text, t.typbasetype, \
                            case when t.typcategory = 'A' then t.typelem else 0 end, \
                            (select r.rngsubtype from pg_catalog.pg_range r where r.rngtypid = t.oid), \
                            {multirange}, f.names, f.types \
                     from pg_catalog.pg_type t \
                     left join lateral ( \
                       select pg_catalog.array_agg(a.attname::text order by a.attnum) as names, \
                              pg_catalog.array_agg(a.atttypid order by a.attnum) as types \
                       from pg_catalog.pg_attribute a \
                       where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped \
                     ) f on t.typtype = 'c' \
                     where t.oid >= 16384"
                ),
                &[],
            )
            .await?;
        let mut types = HashMap::new();
        for row in rows {
            let (kind, element): (String, u32) = (row.get(1), row.get(3));
            let names: Option<Vec<String>> = row.get(6);
            let of_names: Option<Vec<u32>> = row.get(7);
            let (range, multirange): (Option<u32>, Option<u32>) = (row.get(4), row.get(5));
            let one = match kind.as_str() {
                "d" => Type::Domain(row.get(2)),
                "c" => Type::Composite(
                    names
                        .unwrap_or_default()
                        .into_iter()
                        .zip(of_names.unwrap_or_default())
                        .collect(),
                ),
                _ if element != 0 => Type::Array(element),
                _ => match (range, multirange) {
                    (Some(subtype), _) => Type::Range(subtype),
                    (None, Some(range)) => Type::Multirange(range),
                    (None, None) => continue,
                },
            };
            types.insert(row.get(0), one);
        }
        Ok(Types(types))
    }

    /// The condition that something in a value of this type breaks the CHECK. `None`: nothing in it
    /// is of the domain.
    fn breaking(&self, domain: &Domain<'_>, value: &str, oid: u32, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        if oid == domain.oid {
            return Some(format!("not ({})", with_value(domain.expression, value)));
        }
        let (inner, deeper) = (format!("v{depth}.v"), depth + 1);
        let any = |of: u32| {
            // an array of composite values would become columns behind FROM
            let breaks = self.breaking(domain, &inner, of, deeper)?;
            Some(format!(
                "exists (select from (select pg_catalog.unnest({value}) as v) v{depth} where {breaks})"
            ))
        };
        match self.0.get(&oid)? {
            Type::Domain(base) => self.breaking(domain, value, *base, deeper),
            Type::Array(element) => any(*element),
            Type::Multirange(range) => any(*range),
            Type::Composite(fields) => {
                let breaks = fields.iter().filter_map(|(name, of)| {
                    let field = format!("({value}).{}", QuotedIdent::new(name));
                    self.breaking(domain, &field, *of, deeper)
                });
                let breaks: Vec<String> = breaks.collect();
                (!breaks.is_empty()).then(|| format!("({})", breaks.join(" or ")))
            }
            Type::Range(subtype) => {
                let end = |function: &str| {
                    let bound = format!("pg_catalog.{function}({value})");
                    self.breaking(domain, &bound, *subtype, deeper)
                };
                Some(format!("({} or {})", end("lower")?, end("upper")?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_arrays_composites_and_ranges() {
        let types = Types(HashMap::from([
            (2, Type::Array(1)),
            (3, Type::Composite(vec![("n".to_owned(), 23), ("c".to_owned(), 2)])),
            (4, Type::Domain(3)),
            (5, Type::Range(1)),
            (6, Type::Array(23)),
        ]));
        let domain = Domain { oid: 1, expression: "f(VALUE)" };
        let breaking = |oid| types.breaking(&domain, "t.\"x\"", oid, 0);
        assert_eq!(breaking(1).unwrap(), "not (f(t.\"x\"))");
        assert_eq!(
            breaking(4).unwrap(),
            "(exists (select from (select pg_catalog.unnest((t.\"x\").\"c\") as v) v2 \
             where not (f(v2.v))))"
        );
        assert_eq!(
            breaking(5).unwrap(),
            "(not (f(pg_catalog.lower(t.\"x\"))) or not (f(pg_catalog.upper(t.\"x\"))))"
        );
        assert_eq!((breaking(6), breaking(23)), (None, None));
    }
}
