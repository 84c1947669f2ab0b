//! What was masked, for the result and the record.

use super::masks::Masks;
use super::secrets::Secrets;
use crate::catalog::{Catalog, TableId};
use crate::load::arrived::Arrived;
use crate::mask::Mask;
use crate::mask::decisions::Decided;
use crate::report::{self, MaskedColumn, MaskedPath};

impl Masks {
    /// With the number of values that each column got.
    pub(crate) fn report(
        &self,
        catalog: &Catalog,
        secrets: &Secrets,
        arrived: &[Arrived],
    ) -> report::Masks {
        let state = self.state;
        let Some(decided) = &self.decided else {
            return report::Masks { state, ..report::Masks::default() };
        };
        let mut columns = Vec::new();
        let mut sign_in = false;
        for (id, column, choice) in decided.decisions.masked() {
            let values = values(catalog, id, column, choice, &arrived[id]);
            let passwords = choice.paths.iter().any(|(_, mask)| *mask == Mask::Password);
            sign_in |= values > 0 && (choice.mask == Mask::Password || passwords);
            columns.push(told(catalog, id, column, choice, values));
        }
        let password = secrets.derived.then(|| secrets.password.expose().to_owned());
        report::Masks { state, key: Some(secrets.kind), columns, password, sign_in }
    }
}

/// How many values a column got that are not the source's.
fn values(
    catalog: &Catalog,
    id: TableId,
    column: usize,
    choice: &Decided,
    arrived: &Arrived,
) -> u64 {
    // what the source computes anew is not looked at one by one
    if matches!(choice.mask, Mask::Sql(_)) {
        return arrived.rows;
    }
    let place = catalog.tables[id].written().position(|written| written == column);
    place.and_then(|place| arrived.rewritten.get(place)).copied().unwrap_or(0)
}

fn told(
    catalog: &Catalog,
    id: TableId,
    column: usize,
    choice: &Decided,
    values: u64,
) -> MaskedColumn {
    let table = &catalog.tables[id];
    let path =
        |(path, mask): &(String, Mask)| MaskedPath { path: path.clone(), mask: mask.to_string() };
    MaskedColumn {
        schema: table.name.schema.clone(),
        table: table.name.name.clone(),
        column: table.columns[column].name.clone(),
        mask: choice.mask.to_string(),
        paths: choice.paths.iter().map(path).collect(),
        reason: choice.reason.clone(),
        values,
    }
}
