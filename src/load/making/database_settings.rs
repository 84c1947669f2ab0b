//! Which settings of the target's database a load has set. A later load resets a setting that the
//! source no longer has, unless someone else has changed it.

use crate::postgres::{QuotedIdent, Writable};
use crate::record;

/// The settings of the database: name, and a hash of name and value. A value may be a secret.
const OF_THE_DATABASE: &str = "\
    select pg_catalog.split_part(e.entry, '=', 1) as name, pg_catalog.md5(e.entry) as hash \
    from pg_catalog.pg_db_role_setting s \
    join pg_catalog.pg_database d on d.oid = s.setdatabase \
      and d.datname = pg_catalog.current_database() \
    cross join lateral pg_catalog.unnest(s.setconfig) as e(entry) \
    where s.setrole = 0";

/// Resets what an earlier load has set and this one has not.
pub(super) async fn reset_others(
    target: &Writable,
    database: &str,
    set: &[&str],
) -> Result<(), tokio_postgres::Error> {
    let known = "select pg_catalog.to_regclass('review_data.database_setting') is not null";
    if !target.query(known, &[]).await?[0].get::<_, bool>(0) {
        return Ok(());
    }
    let rows = target
        .query(
            &format!(
                "select n.name from review_data.database_setting n \
                 join ({OF_THE_DATABASE}) s on s.name = n.name and s.hash = n.hash \
                 where n.name <> all ($1::text[]) order by 1"
            ),
            &[&set],
        )
        .await?;
    for row in rows {
        let name = ident(row.get(0));
        target.run(&format!("alter database {database} reset {name}")).await?;
    }
    Ok(())
}

/// Notes what this load has set.
pub(super) async fn note(
    target: &Writable,
    set: &[&str],
    swaps: bool,
) -> Result<(), tokio_postgres::Error> {
    if set.is_empty() {
        if swaps {
            target.run("drop table if exists review_data.database_setting").await?;
        }
        return Ok(());
    }
    target
        .run(&format!(
            "{} create table if not exists review_data.database_setting ( \
               name text primary key, hash text not null); \
             delete from review_data.database_setting",
            record::SCHEMA
        ))
        .await?;
    target
        .query(
            &format!(
                "insert into review_data.database_setting \
                 select s.name, s.hash from ({OF_THE_DATABASE}) s where s.name = any ($1::text[])"
            ),
            &[&set],
        )
        .await?;
    Ok(())
}

/// `app.tenant` as `"app"."tenant"`.
pub(super) fn ident(name: &str) -> String {
    name.split('.').map(|part| QuotedIdent::new(part).to_string()).collect::<Vec<_>>().join(".")
}
