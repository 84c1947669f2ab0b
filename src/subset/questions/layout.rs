//! The questions about the rows of one table: their addresses, their key values and their rank.

use super::access::Access;
use super::answer::{AnswerLayout, Question, With};
use super::large::without_large;
use super::lists::{Lookup, key_list, keys_alias, matches, not_severed};
use super::names::{
    alias, enclosed, expression, found_by, from, from_relation, order_by, reference,
};
use crate::catalog::{Catalog, ForeignKeyId, Storage, Table, TableId};
use crate::postgres::QuotedIdent;
use crate::subset::keys::form::Form;
use crate::subset::references::{Following, Note, ReferencedKeyId, References, WantId};
use crate::subset::rules::RowOrder;
use std::fmt::Write as _;

/// What a key question on one table asks for, in which order.
#[derive(Clone, Debug)]
pub struct Layout {
    pub table: TableId,
    /// The relation under its own name, so that conditions may name it.
    pub(super) from: String,
    pub(super) alias: QuotedIdent,
    expressions: Vec<String>,
    rank_expression: String,
    /// What the rank is the place by, where it is one.
    order: String,
    /// The columns that are written, in their order.
    columns: Vec<String>,
    /// Whether a row has large values, which do not come with its keys.
    large: Option<String>,
    /// Rows lie in partitions.
    partitioned: bool,
    pub rank: RankKind,
    /// What to note as present.
    pub present: Vec<(ReferencedKeyId, Note)>,
    /// What to note as wanted.
    pub wanted: Vec<(WantId, Note)>,
    /// The value of each foreign key of the table, which tells parents apart.
    pub foreign: Vec<(ForeignKeyId, Note)>,
}

/// How rows are put into the seeded order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RankKind {
    /// A key of one integer column: a permutation of the key.
    Integer { column: usize },
    /// The rank is a hash that the server computes: of another key, or of the row's address.
    Hash,
    /// The rank is the place among the rows of one answer, by an order that a rule gives. Places of
    /// different answers say nothing about each other.
    Place,
}

impl Layout {
    #[must_use]
    pub fn new(
        catalog: &Catalog,
        references: &References,
        table: TableId,
        seed: i64,
        order: Option<&RowOrder>,
    ) -> Self {
        let about = &catalog.tables[table];
        let mut layout = Layout {
            table,
            from: from(about),
            alias: alias(about),
            expressions: Vec::new(),
            rank_expression: String::new(),
            order: String::new(),
            columns: Vec::new(),
            large: None,
            partitioned: matches!(about.storage, Storage::Partitioned { .. }),
            rank: RankKind::Hash,
            present: Vec::new(),
            wanted: Vec::new(),
            foreign: Vec::new(),
        };
        (layout.columns, layout.large) = match without_large(about) {
            Some((columns, large)) => (columns, Some(large)),
            None => (about.written().map(|column| reference(about, column)).collect(), None),
        };
        for (id, key) in references.referenced.pairs() {
            if key.table == table {
                let note = layout.note(about, &key.columns, key.leaves.clone());
                layout.present.push((id, note));
            }
        }
        for (id, key) in catalog.foreign_keys.pairs() {
            if key.table == table {
                let note = match &key.configured {
                    None => layout.note(about, &key.columns, key.leaves.clone()),
                    Some(configured) => layout.configured_note(catalog, key, configured),
                };
                if let Following::Want(want) = references.following[id] {
                    layout.wanted.push((want, note.clone()));
                }
                layout.foreign.push((id, note));
            }
        }
        match about.key.as_deref() {
            key if let Some(order) = order => {
                layout.rank = RankKind::Place;
                layout.order = format!("{}, {}", order_by(about, order), hash(about, key, seed));
                layout.rank_expression =
                    format!("pg_catalog.row_number() over (order by {})", layout.order);
            }
            Some(&[column]) if about.columns[column].data_type.is_integer() => {
                layout.rank = RankKind::Integer { column };
                layout.rank_expression = reference(about, column);
            }
            key => layout.rank_expression = hash(about, key, seed),
        }
        layout
    }

    /// Puts integer keys into the order of the server's hash, where they are too sparse for a
    /// permutation.
    pub fn rank_by_hash(&mut self, catalog: &Catalog, seed: i64) {
        let about = &catalog.tables[self.table];
        self.rank = RankKind::Hash;
        self.rank_expression = hash(about, about.key.as_deref(), seed);
    }

    fn note(&mut self, table: &Table, columns: &[usize], leaves: Option<Vec<usize>>) -> Note {
        let forms: Vec<Form> =
            columns.iter().map(|column| Form::of(&table.columns[*column].data_type)).collect();
        let positions =
            columns.iter().map(|column| self.place(expression(table, *column))).collect();
        Note { columns: positions, forms, leaves, reading: None }
    }

    /// Which value of an answer an expression is.
    pub(super) fn place(&mut self, expression: String) -> usize {
        let known = self.expressions.iter().position(|known| *known == expression);
        known.unwrap_or_else(|| {
            self.expressions.push(expression);
            self.expressions.len() - 1
        })
    }

    /// Whether there is anything to note of this table's rows.
    #[must_use]
    pub fn has_wants(&self) -> bool {
        !self.wanted.is_empty()
    }

    pub(super) fn select(&self, with: With) -> Question {
        let (values, answer) = self.values(with);
        let mut sql = format!("select {}.ctid", self.alias);
        if answer.relation {
            let _ = write!(sql, ", {}.tableoid", self.alias);
        }
        for value in values {
            let _ = write!(sql, ", {value}");
        }
        let at_once = with.rank && self.rank == RankKind::Place;
        Question { sql, answer, at_once }
    }

    /// Asks for some columns besides; says which values they are.
    pub fn cover(&mut self, catalog: &Catalog, columns: &[usize]) -> Vec<usize> {
        let about = &catalog.tables[self.table];
        let expressions = columns.iter().map(|column| expression(about, *column));
        expressions.map(|expression| self.place(expression)).collect()
    }

    /// One of the rows that meet the condition, with its rank.
    #[must_use]
    pub fn one(&self, condition: &str) -> Question {
        let mut question = self.all(Some(condition));
        question.sql.push_str(" limit 1");
        question
    }

    /// The rows of about `blocks` blocks of a table that has `bytes`, with their rank.
    #[must_use]
    pub fn some_blocks(&self, bytes: u64, blocks: u64) -> Question {
        let mut question = self.all(None);
        #[allow(clippy::cast_precision_loss, reason = "a percentage")]
        let percent = (blocks * crate::subset::bytes::PAGE) as f64 / bytes.max(1) as f64 * 100.0;
        let _ =
            write!(question.sql, " tablesample system ({:.8}) repeatable (1)", percent.min(100.0));
        question
    }

    /// How many columns of a row are written.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    /// How the rows of an answer are read.
    #[must_use]
    pub fn answer(&self, with: With) -> AnswerLayout {
        self.values(with).1
    }

    fn values(&self, with: With) -> (Vec<String>, AnswerLayout) {
        let rank = with.rank.then_some(&self.rank_expression);
        let expressions = self.expressions.iter().chain(rank).cloned();
        let row = with.row.then_some((&self.columns[..], self.large.as_deref()));
        AnswerLayout::of(self.partitioned, row, expressions)
    }

    /// All rows that meet the condition, with their rank.
    #[must_use]
    pub fn all(&self, condition: Option<&str>) -> Question {
        self.between(condition, None, None)
    }

    /// The same, of hashed ranks only those from the first limit on and below the second.
    #[must_use]
    pub fn between(
        &self,
        condition: Option<&str>,
        from: Option<u64>,
        below: Option<u64>,
    ) -> Question {
        let mut question = self.select(With::RANK);
        let sql = &mut question.sql;
        let _ = write!(sql, " from {}", self.from);
        let mut word = "where";
        if let Some(condition) = condition {
            let _ = write!(sql, " {word} {}", enclosed(condition));
            word = "and";
        }
        for (limit, operator) in [(from, ">="), (below, "<")] {
            if let Some(limit) = limit {
                let rank = &self.rank_expression;
                let _ = write!(sql, " {word} {rank} operator(pg_catalog.{operator}) {limit}");
                word = "and";
            }
        }
        question
    }

    /// The rows that meet the condition, in the order of the rule: `wanted` rows (`None`: all)
    /// behind the first `skipped`.
    #[must_use]
    pub fn in_order(
        &self,
        condition: Option<&str>,
        skipped: u64,
        wanted: Option<usize>,
    ) -> Question {
        let mut question = self.all(condition);
        let sql = &mut question.sql;
        let _ = write!(sql, " order by {} offset {skipped}", self.order);
        if let Some(wanted) = wanted {
            let _ = write!(sql, " limit {wanted}");
        }
        question
    }

    /// All rows, without their rank: of a table that is copied whole.
    #[must_use]
    pub fn whole(&self) -> Question {
        let mut question = self.select(With::KEYS);
        let _ = write!(question.sql, " from {}", self.from);
        question
    }

    /// The rows that meet the condition, without their rank.
    #[must_use]
    pub fn matching(&self, condition: &str) -> Question {
        let mut question = self.whole();
        let _ = write!(question.sql, " where {}", enclosed(condition));
        question
    }

    /// The rows whose columns equal the keys that were set. `relation` is the table itself or a
    /// partition of it.
    #[must_use]
    pub fn by_keys(
        &self,
        catalog: &Catalog,
        lookup: &Lookup<'_>,
        access: Access,
        condition: Option<&str>,
        with: With,
    ) -> Question {
        let about = &catalog.tables[self.table];
        let from = match lookup.relation {
            Some(relation) => from_relation(about, relation),
            None => self.from.clone(),
        };
        let mut question = self.select(with);
        let sql = &mut question.sql;
        let _ = write!(sql, " from {from}");
        if let (Access::Index | Access::Blocks, [column], [operator], [form]) =
            (access, lookup.columns, lookup.operators, lookup.forms)
            && let Some(array) = form.array(0)
        {
            // the sub-select keeps the array out of the plan, and the estimate low: an index scan
            let found_by = found_by(about, *column);
            let type_name = form.array_type();
            let _ = write!(sql, " where {found_by} {operator} any ((select {array})::{type_name})");
            for test in not_severed(about, &[*column]) {
                let _ = write!(sql, " and {test}");
            }
        } else {
            let _ = write!(
                sql,
                " join {} as {} on {}",
                key_list(lookup.forms),
                keys_alias(about),
                matches(about, lookup.columns, lookup.operators)
            );
            if condition.is_some() {
                sql.push_str(" where true");
            }
        }
        if let Some(condition) = condition {
            let _ = write!(sql, " and {}", enclosed(condition));
        }
        question
    }

    /// The rows of the keys that were set, the rows that have the values of their columns `own`,
    /// and so on, at most `depth` steps. It follows long lines of self-references, up or down,
    /// where a question for each step would cost a round trip each.
    #[must_use]
    pub fn lineage(
        &self,
        catalog: &Catalog,
        lookup: &Lookup<'_>,
        own: &[usize],
        depth: usize,
        with: With,
    ) -> Question {
        let about = &catalog.tables[self.table];
        let Question { sql: mut select, answer, at_once } = self.select(with);
        let values = answer.address() + self.values(with).0.len();
        let mut names: Vec<String> = (0..values).map(|position| format!("e{position}")).collect();
        let all = names.join(", ");
        names.extend((0..own.len()).map(|position| format!("review_data_{position}")));
        for column in own {
            let _ = write!(select, ", {}", reference(about, *column));
        }
        let matches = matches(about, lookup.columns, lookup.operators);
        let sql = format!(
            "with recursive review_data_r({columns}, review_data_depth) as ( \
               {select}, 1 from {from} join {keys} as {k} on {matches} \
               union all \
               {select}, {k}.review_data_depth + 1 \
               from {from} join review_data_r as {k} on {matches} \
               where {k}.review_data_depth < {depth}) \
             select {all} from review_data_r",
            keys = key_list(lookup.forms),
            k = keys_alias(about),
            columns = names.join(", "),
            from = self.from,
        );
        Question { sql, answer, at_once }
    }
}

/// A seeded hash between 0 and 2^63 of the key. A table without a key takes the row's address: by a
/// hash of their values, equal rows would stand together. The extended hash functions back hash
/// partitioning, so they are the same in all versions.
fn hash(table: &Table, key: Option<&[usize]>, seed: i64) -> String {
    const UUID: u32 = 2950;
    let hash = match key {
        Some([column]) if table.columns[*column].data_type.oid == UUID => {
            let column = reference(table, *column);
            format!("pg_catalog.uuid_hash_extended({column}, {seed})")
        }
        Some([column]) => text_hash(&reference(table, *column), seed),
        Some(columns) => {
            let columns: Vec<String> =
                columns.iter().map(|column| reference(table, *column)).collect();
            text_hash(&format!("row({})", columns.join(", ")), seed)
        }
        None => {
            let alias = alias(table);
            let address = match table.storage {
                Storage::Plain => format!("{alias}.ctid"),
                Storage::Partitioned { .. } => format!("row({alias}.tableoid, {alias}.ctid)"),
            };
            text_hash(&address, seed)
        }
    };
    format!("({hash} operator(pg_catalog.&) 9223372036854775807)")
}

fn text_hash(value: &str, seed: i64) -> String {
    format!(
        "pg_catalog.hashtextextended(({value})::pg_catalog.text collate pg_catalog.\"C\", {seed})"
    )
}
