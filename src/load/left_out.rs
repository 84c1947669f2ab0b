//! What a load would leave out, for a plan: as far as the source tells.

use crate::catalog::Catalog;
use crate::catalog::peculiar::Privileged;
use crate::catalog::without::{Kind, LeftOut, without};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::schema::OTHER_SERVER;

/// A line for each object. A plan does not ask what the target's role may do.
pub(super) async fn of(
    source: &ReadOnly,
    catalog: &Catalog,
    privileged: &[Privileged],
) -> Result<Vec<String>, Failure> {
    let left_out = without(source, privileged).await;
    let left_out = left_out
        .map_err(|error| source.failure("cannot read what the source's objects need", &error))?;
    let line = |object: &LeftOut| {
        let LeftOut { name, table, kind } = object;
        let table = table.and_then(|oid| catalog.tables.iter().find(|table| table.oid == oid));
        match (kind, table) {
            (Kind::NeedsPrivileged, Some(table)) => format!(
                "{name}: it needs what only a superuser may create; unless the target's role is \
                 one, the load stops; [schema] leave_out = [\"{}\"] leaves it out",
                table.name
            ),
            (Kind::Privileged, _) => {
                let why = privileged.iter().find(|known| known.name == *name);
                let why = why.map(|known| format!(": {}", known.why)).unwrap_or_default();
                format!("{name}, unless the target's role is a superuser{why}")
            }
            (Kind::NeedsPrivileged, None) => {
                format!(
                    "{name}, unless the target's role is a superuser: it needs what only one may create"
                )
            }
            (Kind::NeedsForeign, Some(table)) => format!(
                "{name}: it needs what leads to another server: the load stops; [schema] leave_out \
                 = [\"{}\"] leaves it out",
                table.name
            ),
            (Kind::Foreign, _) => format!("{name}: {OTHER_SERVER}"),
            (Kind::NeedsForeign, None) => format!("{name}: it needs what leads to another server"),
            (Kind::Replication, _) => format!("{name}: replication is the source's own"),
        }
    };
    Ok(left_out.iter().map(line).collect())
}
