//! Asking: sending a question, setting key lists, walking the answer.

use crate::catalog::{QualifiedName, Storage, TableId};
use crate::failure::Failure;
pub(crate) use crate::load::select::asking::answer::Answer;
use crate::load::select::asking::answer::Fields;
use crate::load::select::asking::sessions::Asking;
use crate::postgres::{QuotedIdent, ReadOnly};
use crate::spill::memory;
use crate::stream::tuple::{self, Messages};
use crate::subset::keys::{KeyRef, Keys, parts};
use crate::subset::questions::{self, Access, AnswerLayout, Layout, Lookup, Question, With};
use crate::subset::references::Form;
use crate::subset::rows::Address;
use bytes::{BufMut as _, BytesMut};
use futures_util::StreamExt as _;
use futures_util::future::poll_immediate;
use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::pin::Pin;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{CopyOutStream, Statement};

/// Keys in one statement: about half a second of work for the standby, so that a conflict with
/// recovery finds no long statement.
pub(crate) const MOST_KEYS: usize = 250_000;

/// Bytes of keys in one statement.
const MOST_BYTES: usize = 8 << 20;

/// A larger row is not held until it is chosen.
const MOST_IN_A_ROW: usize = 1 << 18;

/// How many rows are received until the next question how much memory is in use.
const UNASKED: usize = 1 << 14;

/// After an answer of fewer rows, nobody asks.
const MANY: usize = 1_000;

/// A selection that takes more ends: the rest is for the rows that come until the next question.
const MOST_MEMORY: u64 = memory::MOST - (12 << 20);

/// A question that was sent.
pub(crate) struct Sent<'a> {
    reader: &'a ReadOnly,
    table: TableId,
    layout: AnswerLayout,
    stream: Receiving<'a>,
}

type Receiving<'a> =
    Pin<Box<dyn Future<Output = Result<CopyOutStream, tokio_postgres::Error>> + 'a>>;

/// A question about keys that was sent, as far as it is: they may take several statements.
pub(crate) struct SentWithKeys<'a, 'k> {
    pub(crate) reader: &'a ReadOnly,
    table: TableId,
    question: Question,
    setting: Statement,
    lists: KeyLists<'k>,
    first: Option<Sent<'a>>,
}

/// A lookup by key: which session, which keys, which access path.
pub(crate) struct By<'a, 'k> {
    pub(crate) reader: &'a ReadOnly,
    pub(crate) keys: Cow<'k, Keys>,
    pub(crate) access: Access,
}

impl<'a> Asking<'a> {
    /// Sends one question and hands each row of the answer over.
    pub(crate) async fn ask(
        &self,
        table: TableId,
        question: &Question,
        hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let sent = self.send(self.source, table, question).await?;
        self.receive(sent, hand_over).await
    }

    /// Until the answer is received the session can be asked nothing else.
    async fn send(
        &self,
        reader: &'a ReadOnly,
        table: TableId,
        question: &Question,
    ) -> Result<Sent<'a>, Failure> {
        let sql = format!("copy ({}) to stdout (format binary)", question.sql);
        let prepared = reader.prepare(&sql).await;
        let prepared =
            prepared.map_err(|error| reader.failure(&self.cannot_select(table), &error))?;
        let mut stream: Receiving<'a> = Box::pin(async move { reader.copy_out(&prepared).await });
        // let it go out
        if let Some(begun) = poll_immediate(&mut stream).await {
            stream = Box::pin(std::future::ready(begun));
        }
        tokio::task::yield_now().await;
        Ok(Sent { reader, table, layout: question.answer.clone(), stream })
    }

    fn cannot_select(&self, table: TableId) -> String {
        format!("cannot select rows of {}", self.catalog.tables[table].name)
    }

    async fn receive(
        &self,
        sent: Sent<'a>,
        mut hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let Sent { reader, table, layout, stream } = sent;
        // the source is at work meanwhile
        if let Some(outlet) = &self.outlet {
            outlet.wait_for_room().await?;
        }
        let what = || self.cannot_select(table);
        let leaves = self.leaf_positions(table);
        let stream = stream.await.map_err(|error| reader.failure(&what(), &error))?;
        let mut stream = std::pin::pin!(stream);
        let mut messages = Messages::default();
        let mut room = (Vec::new(), Vec::new());
        let mut rows = 0usize;
        while let Some(message) = stream.next().await {
            let message = message.map_err(|error| reader.failure(&what(), &error))?;
            let broken = |error: tuple::TupleError| Failure::new(what()).because(error.to_string());
            let start = messages.header(&message).map_err(broken)?;
            let mut rest = message.get(start..).unwrap_or_default();
            let (mut fields, mut values) = (tuple::emptied(room.0), tuple::emptied(room.1));
            loop {
                let before = rest;
                if !tuple::take(&mut rest, &mut fields).map_err(broken)? {
                    break;
                }
                let (first, given) = fields.split_at(layout.address().min(fields.len()));
                let address = address(first, &leaves)
                    .ok_or_else(|| Failure::new(what()).because("a row without an address"))?;
                let tuple = &before[tuple::COUNT..before.len() - rest.len()];
                let all = tuple.get(tuple::length(first)..).unwrap_or_default();
                layout.arrange(given, &mut values);
                let row = layout.is_whole(given) && all.len() <= MOST_IN_A_ROW;
                let row = row.then_some(Fields { count: given.len(), bytes: all });
                hand_over(Answer { address, values: &values, row });
                rows += 1;
                if rows.is_multiple_of(UNASKED) {
                    self.check_memory(table)?;
                }
            }
            room = (tuple::emptied(fields), tuple::emptied(values));
        }
        if rows >= MANY { self.check_memory(table) } else { Ok(()) }
    }

    /// Ends a selection that takes too much memory, before the system ends the process.
    fn check_memory(&self, table: TableId) -> Result<(), Failure> {
        if memory::in_use().is_none_or(|bytes| bytes <= MOST_MEMORY) {
            return Ok(());
        }
        Err(takes_too_much(self.cannot_select(table), &self.catalog.tables[table].name))
    }

    /// By OID of the relation that holds a row: its position among the table's partitions.
    fn leaf_positions(&self, table: TableId) -> HashMap<u32, u16> {
        let table = &self.catalog.tables[table];
        match &table.storage {
            Storage::Plain => HashMap::new(),
            Storage::Partitioned { leaves, .. } => {
                leaves.iter().map(|leaf| leaf.oid).zip(0..=u16::MAX).collect()
            }
        }
    }

    /// Sends the question about the rows of all these keys, with the first of them.
    pub(crate) async fn send_by_keys<'k>(
        &self,
        layout: &Layout,
        lookup: &Lookup<'_>,
        by: By<'a, 'k>,
        condition: Option<&str>,
        with: With,
    ) -> Result<SentWithKeys<'a, 'k>, Failure> {
        let access = by.access.in_blocks(&self.catalog.tables[layout.table], lookup.forms);
        let question = layout.by_keys(self.catalog, lookup, access, condition, with);
        self.send_with_keys(layout.table, question, lookup.forms, By { access, ..by }).await
    }

    /// Sends a question with the first of its keys. Until all of its answers are received the
    /// session can be asked nothing else.
    pub(crate) async fn send_with_keys<'k>(
        &self,
        table: TableId,
        question: Question,
        forms: &[Form],
        by: By<'a, 'k>,
    ) -> Result<SentWithKeys<'a, 'k>, Failure> {
        let By { reader, keys, access } = by;
        let settings = match access {
            Access::Index => questions::PLAN_LOOKUPS,
            Access::Blocks => questions::PLAN_BLOCKS,
            Access::Bitmap => questions::PLAN_BITMAPS,
            Access::Scan => questions::PLAN_SCAN,
        };
        plan(reader, settings).await?;
        let setting = reader.prepare(&questions::set_keys(forms)).await;
        let setting = setting.map_err(|error| cannot_hand_over(reader, &error))?;
        let lists = KeyLists::new(keys, forms, question.at_once);
        let mut sent = SentWithKeys { reader, table, question, setting, lists, first: None };
        sent.first = self.send_next(&mut sent).await?;
        Ok(sent)
    }

    /// Receives the answers, and asks again and again until all keys have been handed over.
    pub(crate) async fn receive_with_keys(
        &self,
        mut sent: SentWithKeys<'a, '_>,
        mut hand_over: impl FnMut(Answer<'_>),
    ) -> Result<(), Failure> {
        let mut next = sent.first.take();
        while let Some(first) = next {
            self.receive(first, &mut hand_over).await?;
            next = self.send_next(&mut sent).await?;
        }
        plan(sent.reader, questions::PLAN_FREELY).await
    }

    async fn send_next(
        &self,
        sent: &mut SentWithKeys<'a, '_>,
    ) -> Result<Option<Sent<'a>>, Failure> {
        let Some(list) = sent.lists.next() else { return Ok(None) };
        let handed = sent.reader.query_prepared(&sent.setting, &list.parameters()).await;
        handed.map_err(|error| cannot_hand_over(sent.reader, &error))?;
        Ok(Some(self.send(sent.reader, sent.table, &sent.question).await?))
    }
}

fn takes_too_much(what: String, table: &QualifiedName) -> Failure {
    let table = QuotedIdent::new(&table.to_string()).to_string();
    Failure::new(what).because("to choose among its rows takes more than 400 MB of memory").remedy(
        format!(
            "copy fewer rows, by a smaller fraction or max_size, or set how many rows of the table \
             come in review-data.toml:\n [tables.{table}]\n rows = 100000"
        ),
    )
}

fn cannot_hand_over(reader: &ReadOnly, error: &tokio_postgres::Error) -> Failure {
    reader.failure("cannot hand the list of keys to the source", error)
}

/// Tells the planner which way to go.
pub(crate) async fn plan(reader: &ReadOnly, settings: &str) -> Result<(), Failure> {
    reader.run(settings).await.map_err(|error| reader.failure("cannot select rows", &error))
}

/// The address of a row, from its `ctid` and, in a partitioned table, its `tableoid`.
fn address(fields: &[Option<&[u8]>], leaves: &HashMap<u32, u16>) -> Option<Address> {
    let (leaf, ctid) = match fields {
        [Some(ctid)] => (0, ctid),
        [Some(ctid), Some(relation)] => {
            (*leaves.get(&u32::from_be_bytes((*relation).try_into().ok()?))?, ctid)
        }
        _ => return None,
    };
    let (block, offset) = ctid.split_first_chunk::<4>()?;
    let offset = u16::from_be_bytes(offset.try_into().ok()?);
    Some(Address::new(leaf, u32::from_be_bytes(*block), offset))
}

/// Keys as parameters: a column of the key each.
pub(crate) struct KeyList {
    columns: Vec<Column>,
}

#[derive(Debug)]
enum Column {
    /// `{1,2,3}`
    Text(String),
    /// The binary form of an array: its elements' type, how many, and the elements.
    Array { element: u32, count: i32, elements: BytesMut },
}

/// Keys, cut into lists that one statement takes.
pub(crate) struct KeyLists<'k> {
    keys: Cow<'k, Keys>,
    forms: Vec<Form>,
    at_once: bool,
    /// How many keys are in the lists that were made.
    taken: usize,
}

impl<'k> KeyLists<'k> {
    /// `at_once`: one list, however long.
    pub(crate) fn new(keys: Cow<'k, Keys>, forms: &[Form], at_once: bool) -> Self {
        KeyLists { keys, forms: forms.to_vec(), at_once, taken: 0 }
    }
}

impl Iterator for KeyLists<'_> {
    type Item = KeyList;

    fn next(&mut self) -> Option<KeyList> {
        let mut list = KeyList { columns: self.forms.iter().map(Column::new).collect() };
        let (mut count, mut bytes) = (0, 0);
        for key in self.keys.ascending().skip(self.taken) {
            if !self.at_once && (count >= MOST_KEYS || bytes >= MOST_BYTES) {
                break;
            }
            bytes += list.add(key);
            count += 1;
        }
        self.taken += count;
        list.close();
        (count > 0).then_some(list)
    }
}

impl KeyList {
    pub(crate) fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect()
    }

    fn add(&mut self, key: KeyRef<'_>) -> usize {
        match key {
            KeyRef::Integer(value) => {
                for column in &mut self.columns {
                    column.add_integer(value);
                }
                8
            }
            KeyRef::Bytes(key) => {
                for (column, value) in self.columns.iter_mut().zip(parts(key)) {
                    column.add(value);
                }
                key.len()
            }
        }
    }

    fn close(&mut self) {
        for column in &mut self.columns {
            if let Column::Text(text) = column {
                text.push('}');
            }
        }
    }
}

const TEXT: u32 = 25;

impl Column {
    fn new(form: &Form) -> Self {
        match form {
            Form::Integer => Column::Text("{".to_owned()),
            Form::Binary { element, .. } => {
                Column::Array { element: *element, count: 0, elements: BytesMut::new() }
            }
            Form::Text { .. } => {
                Column::Array { element: TEXT, count: 0, elements: BytesMut::new() }
            }
        }
    }

    fn add_integer(&mut self, value: i64) {
        use std::fmt::Write as _;
        if let Column::Text(text) = self {
            let comma = if text.len() == 1 { "" } else { "," };
            let _ = write!(text, "{comma}{value}");
        }
    }

    fn add(&mut self, value: &[u8]) {
        match self {
            Column::Text(_) => self.add_integer(crate::subset::references::integer(value)),
            Column::Array { count, elements, .. } => {
                *count += 1;
                elements.put_i32(i32::try_from(value.len()).unwrap_or(i32::MAX));
                elements.put_slice(value);
            }
        }
    }
}

impl ToSql for Column {
    /// The form that `array_recv` reads: number of dimensions, NULL flag, element type, the length
    /// and the lower bound of the one dimension, then the elements.
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Column::Text(text) => out.put_slice(text.as_bytes()),
            Column::Array { element, count, elements } => {
                out.put_i32(1);
                out.put_i32(0);
                out.put_u32(*element);
                out.put_i32(*count);
                out.put_i32(1);
                out.put_slice(elements);
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_that_takes_too_much_memory_names_the_table_and_what_to_set() {
        let failure =
            takes_too_much("cannot select".to_owned(), &QualifiedName::new("public", "a b"));
        assert_eq!(failure.why, ["to choose among its rows takes more than 400 MB of memory"]);
        assert_eq!(
            failure.remedy.as_deref().and_then(|remedy| remedy.split_once('\n')),
            Some((
                "copy fewer rows, by a smaller fraction or max_size, or set how many rows of the \
                 table come in review-data.toml:",
                " [tables.\"public.a b\"]\n rows = 100000"
            ))
        );
    }
}
