//! Rights that were granted on relations which a swap makes again under the same names: the role
//! that reads a small copy may read it after the swap, too.

use crate::failure::Failure;
use crate::postgres::Writable;
use crate::record::PLATFORM_SCHEMAS;

/// A right, and how it is granted again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grant {
    /// Quoted.
    relation: String,
    column: Option<String>,
    statement: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Grants(Vec<Grant>);

const READING: &str = "cannot read the rights on the tables that are to be replaced";
const GRANTING: &str = "cannot grant again the rights that were granted on the replaced tables";

impl Grants {
    /// The rights of others than the owner.
    pub(super) async fn of(target: &Writable) -> Result<Self, Failure> {
        let sql = format!(
            "with relation as ( \
               select c.oid, c.relowner, c.relacl, pg_catalog.format('%I.%I', n.nspname, c.relname) \
                 as name, \
                 case when c.relkind = 'S' then 'sequence ' else '' end as kind \
               from pg_catalog.pg_class c \
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
               where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^pg_' \
                 and n.nspname not in ({PLATFORM_SCHEMAS}) \
                 and not exists (select from pg_catalog.pg_depend d \
                   where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid \
                     and d.deptype = 'e')), \
             granted as ( \
               select r.name, r.kind, r.relowner, null::text as attribute, a.* \
               from relation r cross join lateral pg_catalog.aclexplode(r.relacl) a \
               union all \
               select r.name, '', r.relowner, t.attname::text, a.* \
               from relation r \
               join pg_catalog.pg_attribute t on t.attrelid = r.oid and not t.attisdropped \
               cross join lateral pg_catalog.aclexplode(t.attacl) a) \
             select g.name, g.attribute, pg_catalog.format('grant %s%s on %s%s to %s%s', \
                 g.privilege_type, \
                 case when g.attribute is null then '' \
                   else pg_catalog.format(' (%I)', g.attribute) end, \
                 g.kind, g.name, \
                 case when g.grantee = 0 then 'public' \
                   else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) end, \
                 case when g.is_grantable then ' with grant option' else '' end) \
             from granted g \
             where g.grantee <> g.relowner \
               and (g.grantee = 0 or exists (select from pg_catalog.pg_roles o \
                 where o.oid = g.grantee)) \
             order by 1, 3"
        );
        let rows =
            target.query(&sql, &[]).await.map_err(|error| target.failure(READING, &error))?;
        let grant = |row: &tokio_postgres::Row| Grant {
            relation: row.get(0),
            column: row.get(1),
            statement: row.get(2),
        };
        Ok(Grants(rows.iter().map(grant).collect()))
    }

    /// Grants what still has its relation and its column.
    pub(super) async fn restore(&self, target: &Writable) -> Result<(), Failure> {
        let failed = |error| target.failure(GRANTING, &error);
        let relations: Vec<&str> = self.0.iter().map(|grant| grant.relation.as_str()).collect();
        let columns: Vec<Option<&str>> =
            self.0.iter().map(|grant| grant.column.as_deref()).collect();
        let rows = target
            .query(
                "select pg_catalog.to_regclass(g.relation) is not null \
                   and (g.attribute is null or exists (select from pg_catalog.pg_attribute a \
                     where a.attrelid = pg_catalog.to_regclass(g.relation) \
                       and a.attname = g.attribute and not a.attisdropped)) \
                 from unnest($1::text[], $2::text[]) \
                   with ordinality as g(relation, attribute, place) \
                 order by g.place",
                &[&relations, &columns],
            )
            .await
            .map_err(failed)?;
        let there = self.0.iter().zip(&rows).filter(|(_, row)| row.get(0));
        let statements: Vec<&str> = there.map(|(grant, _)| grant.statement.as_str()).collect();
        for some in statements.chunks(100) {
            target.run(&some.join("; ")).await.map_err(failed)?;
        }
        Ok(())
    }
}
