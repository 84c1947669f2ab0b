//! Rows that users added to the configuration tables of extensions, such as the parents that
//! `pg_partman` maintains. They are written before the rows of the app's own tables: expressions of
//! these may read them, and foreign keys may name them. A few rows are read once and kept. Many are
//! read again, in the same snapshot, whenever they are written.

use super::making::{Made, attempt, attempt_copy};
use super::reading::begin_reading;
use crate::catalog::{Catalog, ExtensionTable};
use crate::failure::Failure;
use crate::mask::Mask;
use crate::mask::classify::{self, ColumnFacts, Confidence, TableFacts};
use crate::postgres::{QuotedIdent, QuotedLiteral, QuotedName, ReadOnly, Writable};
use crate::report::counted;
use crate::stream::text::{fields_of, unescaped};
use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt as _, stream};
use std::future::ready;
use std::pin::pin;

/// Bytes that are kept of one table.
const MOST_BYTES: usize = 16 << 20;

/// A table with this many bytes on disk is likely to have more as text.
const LARGE: u64 = 8 << 20;

/// Bytes of one row, as the server stores it: a row is in memory whole.
const LARGEST_ROW: i64 = 16 << 20;

/// Lines that tell whether rows are personal.
const MOST_LINES: usize = 200;

/// What the source has in them.
pub(super) struct ExtensionRows<'a> {
    source: &'a ReadOnly,
    snapshot: &'a str,
    tables: Vec<Added<'a>>,
    /// What is not copied, and why: a line each.
    left_out: Vec<String>,
}

struct Added<'a> {
    table: &'a ExtensionTable,
    what: What,
}

enum What {
    /// As COPY writes them, and how many.
    Rows(Bytes, u64),
    /// Too many to keep. The first ones.
    Many(Bytes),
    State {
        last_value: i64,
        is_called: bool,
    },
}

/// What a load may leave out of them: `plan` knows no target.
pub(super) fn may_be_left_out(catalog: &Catalog) -> Vec<String> {
    let lines = catalog.extension_tables.iter().map(|table| {
        let why = table.never().or(table.unreadable);
        why.map_or_else(
            || {
                let title = title(table);
                format!("{title}, unless the target's role may write there")
            },
            |why| format!("{}: {why}", title(table)),
        )
    });
    lines.collect()
}

impl<'a> ExtensionRows<'a> {
    /// Looks at them all. `masked`: rows with likely personal data do not come, since nothing masks
    /// them.
    pub(super) async fn read(
        source: &'a ReadOnly,
        snapshot: &'a str,
        catalog: &'a Catalog,
        masked: bool,
    ) -> Result<Self, Failure> {
        let (tables, left_out) = (Vec::new(), Vec::new());
        let mut rows = ExtensionRows { source, snapshot, tables, left_out };
        for table in &catalog.extension_tables {
            let why = match table.never().or(table.unreadable) {
                Some(why) => Some(why),
                None => match Added::read(source, table).await? {
                    Some(added) => {
                        match added.personal().filter(|_| masked) {
                            Some(why) => rows.left_out.push(added.not_copied(&why)),
                            None => rows.tables.push(added),
                        }
                        None
                    }
                    None => Some("one row takes more than 16 MB"),
                },
            };
            rows.left_out.extend(why.map(|why| format!("{}: {why}", title(table))));
        }
        Ok(rows)
    }

    /// Writes them in the place of what the target has there. In a swap, rows that an earlier load
    /// put there go, even where the source has none any more. Returns what is not copied, and why: a
    /// line each.
    pub(super) async fn write(
        &self,
        target: &Writable,
        swaps: bool,
    ) -> Result<Vec<String>, Failure> {
        let mut left_out = self.left_out.clone();
        let mut places = Vec::new();
        for added in &self.tables {
            match added.place(target, swaps).await? {
                Ok(Some(place)) => places.push((added, place)),
                Ok(None) => {}
                Err(why) => left_out.push(added.not_copied(&why)),
            }
        }
        // referencing rows go first, and come last
        let mut ready = Vec::new();
        for (added, place) in places.into_iter().rev() {
            match added.clear(target, &place).await? {
                Made::Yes => ready.push((added, place)),
                Made::Refused(error) => left_out.push(added.not_copied(&said(target, &error))),
            }
        }
        for (added, place) in ready.iter().rev() {
            if let Made::Refused(error) = added.write(target, place, self).await? {
                left_out.push(added.not_copied(&said(target, &error)));
            }
        }
        Ok(left_out)
    }
}

/// Where the rows go.
struct Place {
    /// The table, quoted: the extension may be in another schema there.
    name: String,
    /// It has rows that users added.
    filled: bool,
}

impl<'a> Added<'a> {
    /// `None` where a row is too large.
    async fn read(source: &ReadOnly, table: &'a ExtensionTable) -> Result<Option<Self>, Failure> {
        let failed = |error| cannot_read(source, table, &error);
        if table.is_sequence {
            let state = source.query(&table.select("last_value, is_called"), &[]).await;
            let state = state.map_err(failed)?;
            let what = What::State { last_value: state[0].get(0), is_called: state[0].get(1) };
            return Ok(Some(Added { table, what }));
        }
        let rows = table.select(&table.list());
        if table.bytes < LARGE {
            let (read, all) = first_bytes(source, table, &rows).await?;
            if all {
                // a newline in a value is written as \n
                let lines = read[..].split(|byte| *byte == b'\n').count().saturating_sub(1);
                return Ok(Some(Added { table, what: What::Rows(read, lines as u64) }));
            }
        }
        let sizes = table.columns.iter().map(|name| {
            format!("coalesce(pg_catalog.pg_column_size({}), 0)", QuotedIdent::new(name))
        });
        let size = sizes.collect::<Vec<_>>().join(" operator(pg_catalog.+) ");
        let sql = table.select(&format!("coalesce(max({size}), 0)::int8"));
        let largest = source.query(&sql, &[]).await.map_err(failed)?[0].get::<_, i64>(0);
        if largest > LARGEST_ROW {
            return Ok(None);
        }
        let (first, _) = first_bytes(source, table, &format!("{rows} limit {MOST_LINES}")).await?;
        Ok(Some(Added { table, what: What::Many(first) }))
    }

    fn is_empty(&self) -> bool {
        matches!(self.what, What::Rows(_, 0))
    }

    /// Why the rows are likely personal or secret.
    fn personal(&self) -> Option<String> {
        let rows = match &self.what {
            What::Rows(rows, _) | What::Many(rows) => rows,
            What::State { .. } => return None,
        };
        let lines = rows.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<Vec<Option<&[u8]>>> = lines.take(MOST_LINES).map(fields_of).collect();
        let text = |field: &[u8]| String::from_utf8_lossy(&unescaped(field)).into_owned();
        let column = |(place, name): (usize, &String)| ColumnFacts {
            name: name.clone(),
            type_name: "text".to_owned(),
            samples: lines.iter().filter_map(|line| line.get(place)?.map(text)).collect(),
            ..ColumnFacts::default()
        };
        let facts = TableFacts {
            schema: self.table.name.schema.clone(),
            table: self.table.name.name.clone(),
            columns: self.table.columns.iter().enumerate().map(column).collect(),
            ..TableFacts::default()
        };
        let decisions = classify::table(&facts).into_iter().zip(&self.table.columns);
        let mut sure = decisions.filter(|(decision, _)| {
            decision.mask != Mask::Keep && decision.confidence == Confidence::High
        });
        let (decision, column) = sure.next()?;
        Some(format!(
            "{column} is likely personal or secret ({}), and rows of extensions are not masked",
            decision.reason
        ))
    }

    /// Where they go; `None` where there is nothing to do, and a reason where that cannot be.
    async fn place(
        &self,
        target: &Writable,
        swaps: bool,
    ) -> Result<Result<Option<Place>, String>, Failure> {
        let ExtensionTable { name, extension, columns, condition, .. } = self.table;
        let failed = |error| target.failure("cannot look at the target's extensions", &error);
        if self.is_empty() && !swaps {
            return Ok(Ok(None));
        }
        let rows = target
            .query(
                "select c.oid is not null, n.nspname::text, \
                   pg_catalog.has_schema_privilege(n.oid, 'usage') \
                     and case when c.relkind = 'S' \
                              then pg_catalog.has_sequence_privilege(c.oid, 'update') \
                              else pg_catalog.has_table_privilege(c.oid, 'insert') end, \
                   c.relkind <> 'S' and pg_catalog.has_table_privilege(c.oid, 'select'), \
                   c.relkind <> 'S' and pg_catalog.has_table_privilege(c.oid, 'delete'), \
                   array(select u.name from pg_catalog.unnest($3::text[]) u(name) \
                         where not exists (select from pg_catalog.pg_attribute a \
                           where a.attrelid = c.oid and a.attname = u.name \
                             and not a.attisdropped and a.attgenerated::text = '')), \
                   current_user::text \
                 from pg_catalog.pg_extension e \
                 left join (pg_catalog.pg_depend d \
                   join pg_catalog.pg_class c on c.oid = d.objid \
                   join pg_catalog.pg_namespace n on n.oid = c.relnamespace) \
                   on d.refclassid = 'pg_catalog.pg_extension'::regclass and d.refobjid = e.oid \
                     and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'e' \
                     and c.relname = $2 and c.relkind in ('r', 'p', 'S') \
                 where e.extname = $1",
                &[extension, &name.name, columns],
            )
            .await
            .map_err(failed)?;
        // an extension that is left out is named as such
        let Some(row) = rows.first() else { return Ok(Ok(None)) };
        let (there, allowed): (bool, Option<bool>) = (row.get(0), row.get(2));
        let refused = |why: String| Ok(if self.is_empty() { Ok(None) } else { Err(why) });
        if !there {
            return refused("the target's extension has no such table".to_owned());
        }
        let place = QuotedName::new(row.get(1), &name.name).to_string();
        let (may_select, may_delete): (bool, bool) = (row.get(3), row.get(4));
        let mut filled = false;
        if may_select {
            let sql = format!("select exists (select from {place} {condition})");
            filled = target.query(&sql, &[]).await.map_err(failed)?[0].get(0);
        }
        if self.is_empty() && !filled {
            return Ok(Ok(None));
        }
        let missing: Vec<String> = row.get(5);
        if !missing.is_empty() {
            return refused(format!("the target's has no column {}", missing.join(", ")));
        }
        if allowed != Some(true) || filled && !may_delete {
            let role = QuotedIdent::new(row.get(6));
            let rights = if self.table.is_sequence {
                "update on sequence"
            } else {
                "select, insert, delete on"
            };
            return refused(format!(
                "the target's role may not write there; a superuser can allow it: \
                 grant {rights} {place} to {role}"
            ));
        }
        Ok(Ok(Some(Place { name: place, filled })))
    }

    /// Removes what users added on the target.
    async fn clear(&self, target: &Writable, place: &Place) -> Result<Made, Failure> {
        if !place.filled {
            return Ok(Made::Yes);
        }
        let sql = format!("delete from {} {}", place.name, self.table.condition);
        attempt(target, &sql).await.map_err(|error| {
            target.failure(&format!("cannot empty {} on the target", place.name), &error)
        })
    }

    async fn write(
        &self,
        target: &Writable,
        place: &Place,
        all: &ExtensionRows<'_>,
    ) -> Result<Made, Failure> {
        let name = &place.name;
        let sql = format!("copy {name} ({}) from stdin", self.table.list());
        let made = match &self.what {
            What::Rows(_, 0) => Ok(Made::Yes),
            What::Rows(rows, _) => {
                let rows = pin!(stream::once(ready(Ok(rows.clone()))));
                attempt_copy(target, &sql, rows).await?
            }
            What::Many(_) => {
                // the first session may be choosing rows
                let source = all.source.another().await?;
                begin_reading(&source, Some(all.snapshot)).await?;
                let failed = |error| cannot_read(&source, self.table, &error);
                let query = format!("copy ({}) to stdout", self.table.select(&self.table.list()));
                let rows = source.copy_out(&query).await.map_err(failed)?;
                attempt_copy(target, &sql, pin!(rows.map_err(failed))).await?
            }
            What::State { last_value, is_called } => {
                let name = QuotedLiteral::new(name);
                let sql = format!("select pg_catalog.setval({name}, {last_value}, {is_called})");
                attempt(target, &sql).await
            }
        };
        made.map_err(|error| {
            target.failure(&format!("cannot write the rows of {name} to the target"), &error)
        })
    }

    fn not_copied(&self, why: &str) -> String {
        match &self.what {
            What::Rows(_, rows) => format!(
                "{} that {} added to {}, of extension {}: {why}",
                counted(*rows, "row"),
                if *rows == 1 { "was" } else { "were" },
                self.table.name,
                self.table.extension
            ),
            What::Many(_) | What::State { .. } => format!("{}: {why}", title(self.table)),
        }
    }
}

/// `the rows that were added to partman.part_config, of extension pg_partman`
fn title(table: &ExtensionTable) -> String {
    let what = if table.is_sequence { "the state of" } else { "the rows that were added to" };
    format!("{what} {}, of extension {}", table.name, table.extension)
}

/// What a query gives, as COPY writes it, and whether that is all: no more than [`MOST_BYTES`] are kept.
async fn first_bytes(
    source: &ReadOnly,
    table: &ExtensionTable,
    query: &str,
) -> Result<(Bytes, bool), Failure> {
    let failed = |error| cannot_read(source, table, &error);
    let answer = source.copy_out(&format!("copy ({query}) to stdout")).await.map_err(failed)?;
    let mut answer = pin!(answer);
    let (mut read, mut all) = (BytesMut::new(), true);
    while let Some(part) = answer.try_next().await.map_err(failed)? {
        all &= read.len() + part.len() <= MOST_BYTES;
        if all {
            read.extend_from_slice(&part);
        }
    }
    Ok((read.freeze(), all))
}

fn cannot_read(
    source: &ReadOnly,
    table: &ExtensionTable,
    error: &tokio_postgres::Error,
) -> Failure {
    source.failure(&format!("cannot read the rows of {} from the source", table.name), error)
}

/// Why the server refused, in one line.
fn said(target: &Writable, error: &tokio_postgres::Error) -> String {
    target.failure("", error).why.join("; ")
}
