//! Values of columns that nothing decides about yet: one statement for each table, which reads some
//! of its pages only.

use crate::catalog::{Catalog, Contents, TableId};
use crate::failure::Failure;
use crate::load::reading::BYTES_AS_THEY_ARE;
use crate::mask::decisions::Samples;
use crate::postgres::ReadOnly;
use crate::subset::questions;

/// Pages of a table that are read, about.
const PAGES: u64 = 24;

/// Bytes of a page.
const PAGE: u64 = 8192;

/// The values of these columns in some rows of each table.
///
/// # Errors
/// The source's.
pub(super) async fn sample(
    source: &ReadOnly,
    catalog: &Catalog,
    wanted: &[(TableId, Vec<usize>)],
    seed: i64,
) -> Result<Samples, Failure> {
    let mut samples = Samples::new();
    if wanted.is_empty() {
        return Ok(samples);
    }
    source
        .run(BYTES_AS_THEY_ARE)
        .await
        .map_err(|error| source.failure("cannot read samples of the source", &error))?;
    for (id, columns) in wanted {
        let table = &catalog.tables[*id];
        if table.contents != Contents::Readable {
            continue;
        }
        let pages = table.bytes.div_ceil(PAGE).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        let percent = (pages > PAGES).then(|| PAGES as f64 * 100.0 / pages as f64);
        let sql = questions::samples(table, columns, percent, seed);
        let rows = source.query(&sql, &[]).await.map_err(|error| {
            source.failure(&format!("cannot read samples of {}", table.name), &error)
        })?;
        for (place, column) in columns.iter().enumerate() {
            let values = rows.iter().filter_map(|row| row.get::<_, Option<&[u8]>>(place));
            let values = values.map(|value| String::from_utf8_lossy(value).into_owned()).collect();
            samples.insert((*id, *column), values);
        }
    }
    Ok(samples)
}
