//! Values of columns that nothing decides about yet: one statement for each table, which reads some
//! of its pages only.

use crate::catalog::{Catalog, Contents, TableId};
use crate::failure::Failure;
use crate::load::paths::{name_in_full, understand_conditions};
use crate::mask::decisions::Samples;
use crate::postgres::ReadOnly;
use crate::subset::questions;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::pin::pin;

/// Pages of a table that are read, about.
const PAGES: u64 = 24;

/// Bytes of a page.
const PAGE: u64 = 8192;

/// Statements that are on their way to the source at the same time: it answers one after the other, and
/// no time is lost between them.
const TOGETHER: usize = 4;

/// Hands over the values of these columns in some rows of each table.
///
/// # Errors
/// The source's.
pub(super) async fn sample(
    source: &ReadOnly,
    catalog: &Catalog,
    wanted: impl Iterator<Item = (TableId, Vec<usize>)>,
    seed: i64,
    mut of_table: impl FnMut(TableId, &Samples),
) -> Result<(), Failure> {
    understand_conditions(source, &catalog.settings).await?;
    let wanted = wanted.filter(|(id, _)| catalog.tables[*id].contents == Contents::Readable);
    let asked = wanted.map(|(id, columns)| async move {
        let table = &catalog.tables[id];
        let pages = table.bytes.div_ceil(PAGE).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        let percent = (pages > PAGES).then(|| PAGES as f64 * 100.0 / pages as f64);
        let sql = questions::samples(table, &columns, percent, seed);
        let rows = source.query_at_once(&sql).await.map_err(|error| {
            source.failure(&format!("cannot read samples of {}", table.name), &error)
        })?;
        let values = |place: usize| -> Vec<String> {
            let values = rows.iter().filter_map(|row| row.get::<_, Option<&[u8]>>(place));
            values.map(|value| String::from_utf8_lossy(value).into_owned()).collect()
        };
        let columns = columns.iter().enumerate();
        let samples: Samples = columns.map(|(place, column)| (*column, values(place))).collect();
        Ok::<_, Failure>((id, samples))
    });
    let mut answers = pin!(stream::iter(asked).buffered(TOGETHER));
    while let Some((id, samples)) = answers.try_next().await? {
        of_table(id, &samples);
    }
    name_in_full(source).await
}
