//! How many rows each table has, and how wide they are. The questions about small tables are sent
//! together: hundreds of tables then do not cost hundreds of round trips.

use crate::catalog::sizes::TableSize;
use crate::catalog::{Catalog, Contents, Table, TableId};
use crate::failure::Failure;
use crate::load::measure;
use crate::load::select::{Counts, Precision, count_rows};
use crate::postgres::ReadOnly;
use crate::subset::bytes::{PAGE, Shape};
use crate::subset::rules::Rule;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

/// A table of at most this many bytes is small: the question about it changes no setting of the
/// session, and its answer is short.
const SMALL: u64 = 1 << 20;

/// Up to this many bytes, one question gives the widths of all rows, and so their number.
const TINY: u64 = 8 * PAGE;

/// Small tables whose questions are sent together.
const TOGETHER: usize = 32;

/// By table.
pub(super) struct Sizing {
    /// The rows that meet the rule's condition.
    pub(super) counts: Counts,
    /// Rows in the source, whatever the rules say.
    pub(super) rows: Vec<u64>,
    pub(super) shapes: Vec<Shape>,
}

/// One table.
struct Sized {
    rows: u64,
    counted: Option<(u64, bool)>,
    shape: Shape,
}

impl Sizing {
    pub(super) async fn of(
        source: &ReadOnly,
        catalog: &Catalog,
        rules: &[Rule],
        sizes: &[TableSize],
    ) -> Result<Self, Failure> {
        let size_up = |id: TableId| async move {
            size_up(source, &catalog.tables[id], &rules[id], &sizes[id])
                .await
                .map(|sized| (id, sized))
        };
        let (small, large): (Vec<TableId>, Vec<TableId>) =
            catalog.tables.ids().partition(|id| catalog.tables[*id].bytes <= SMALL);
        // the first error to arrive is the cause: it makes the others fail, too
        let small = stream::iter(small).map(size_up).buffer_unordered(TOGETHER);
        let mut all: Vec<(TableId, Sized)> = small.try_collect().await?;
        for id in large {
            all.push(size_up(id).await?);
        }
        all.sort_unstable_by_key(|(id, _)| *id);
        let mut sizing = Sizing { counts: Counts::default(), rows: vec![], shapes: vec![] };
        for (id, Sized { rows, counted, shape }) in all {
            if let Some(counted) = counted {
                sizing.counts.note(id, counted);
            }
            sizing.rows.push(rows);
            sizing.shapes.push(shape);
        }
        Ok(sizing)
    }
}

async fn size_up(
    source: &ReadOnly,
    table: &Table,
    rule: &Rule,
    size: &TableSize,
) -> Result<Sized, Failure> {
    if table.contents != Contents::Readable {
        let shape = Shape::new(size, &[], 0);
        return Ok(Sized { rows: 0, counted: None, shape });
    }
    let heap: u64 = size.leaves.iter().map(|leaf| leaf.heap).sum();
    if rule.condition.is_none() && !table.is_part() && heap <= TINY {
        let sample = match heap {
            0 => Vec::new(),
            _ => measure::all_rows(source, table, size).await?,
        };
        let rows = sample.len() as u64;
        let shape = Shape::new(size, &sample, rows);
        return Ok(Sized { rows, counted: Some((rows, false)), shape });
    }
    let all = count_rows(source, &table.entire(), None, Precision::Good).await?;
    let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
    let counted = if condition.is_some() || table.kept.is_some() {
        count_rows(source, table, condition, Precision::Good).await?
    } else {
        all
    };
    let shape = measure::shape(source, table, size, all.0).await?;
    Ok(Sized { rows: all.0, counted: Some(counted), shape })
}
