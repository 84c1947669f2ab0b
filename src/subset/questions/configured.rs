//! Foreign keys that only the configuration knows: their values may lie in arrays and in JSON, and
//! hold under a condition.

use super::access::Access;
use super::answer::{Question, With};
use super::layout::Layout;
use super::lists::{key_list, keys_alias, matches};
use super::names::{enclosed, from, reference};
use crate::catalog::{Catalog, Configured, ForeignKey, Table, When};
use crate::config::{ColumnShape, JsonPath, Step};
use crate::postgres::{QuotedIdent, QuotedLiteral};
use crate::subset::keys::convert::Conversion;
use crate::subset::keys::{KeyRef, Keys, encode_part, parts};
use crate::subset::references::{Form, Note, Part, Reading, Test, Want, integer};
use std::borrow::Cow;
use std::fmt::Write as _;

const EQUALS: &str = "operator(pg_catalog.=)";

/// How rows are found that reference given keys along one configured foreign key.
#[derive(Clone, Debug)]
pub struct Referencing<'a> {
    catalog: &'a Catalog,
    key: &'a ForeignKey,
    configured: &'a Configured,
    /// The forms in which the keys are sent, as the referencing table has them.
    pub forms: Vec<Form>,
    /// How a referenced key becomes a value of the referencing table.
    conversions: Vec<Conversion>,
    pub access: Access,
}

impl Layout {
    /// Its values are converted to the types of the referenced columns before they are noted.
    pub(super) fn configured_note(
        &mut self,
        catalog: &Catalog,
        key: &ForeignKey,
        configured: &Configured,
    ) -> Note {
        let about = &catalog.tables[key.table];
        let referenced = &catalog.tables[key.referenced].columns;
        let when = configured.when.as_ref().map(|when| match when {
            When::Sql(condition) => Test::True(self.place(enclosed(&condition.value))),
            When::Is { column, value } => {
                let text = format!("{}::pg_catalog.text", reference(about, *column));
                Test::Is(self.place(text), value.clone())
            }
        });
        let mut note = Note {
            columns: Vec::new(),
            forms: Vec::new(),
            leaves: key.leaves.clone(),
            reading: None,
        };
        let mut parts = Vec::new();
        for (position, shape) in configured.shapes.iter().enumerate() {
            let from = key.value_type(catalog, position);
            let to = &referenced[key.referenced_columns[position]].data_type;
            let form = Form::of(to);
            let mut expression = value(about, key.columns[position], shape);
            let conversion = Conversion::between(&from, to).unwrap_or(Conversion::None);
            if conversion == Conversion::None && matches!(form, Form::Text { .. }) {
                expression.push_str("::pg_catalog.text");
            }
            note.columns.push(self.place(expression));
            note.forms.push(form);
            parts.push(Part { conversion, elements: *shape == ColumnShape::Elements });
        }
        note.reading = Some(Reading { when, parts });
        note
    }

    /// The rows that name the keys that were set; one that names several may come several times.
    #[must_use]
    pub fn referencing(
        &self,
        along: &Referencing<'_>,
        condition: Option<&str>,
        with: With,
    ) -> Question {
        let Referencing { catalog, key, configured, forms, access, .. } = along;
        let about = &catalog.tables[self.table];
        let mut question = self.select(with);
        let sql = &mut question.sql;
        let _ = write!(sql, " from {}", self.from);
        let mut tests = Vec::new();
        if let (Access::Index | Access::Blocks, [column], [shape], [form]) =
            (access, &key.columns[..], &configured.shapes[..], &forms[..])
            && let Some(array) = form.array(0)
        {
            tests.push(format!(
                "{} {} any ((select {array})::{})",
                value(about, *column, shape),
                along.operator(0),
                form.array_type()
            ));
        } else {
            let keys = keys_alias(about);
            let mut on = Vec::new();
            for (position, shape) in configured.shapes.iter().enumerate() {
                let set = format!("{keys}.review_data_{position}");
                let operator = along.operator(position);
                let value = value(about, key.columns[position], shape);
                on.push(match (shape, access) {
                    (ColumnShape::Elements, Access::Scan) => {
                        let _ = write!(
                            sql,
                            " cross join lateral pg_catalog.unnest({value}) \
                             as review_data_e(review_data_v)"
                        );
                        format!("review_data_e.review_data_v {operator} {set}")
                    }
                    (ColumnShape::Elements, _) => {
                        let element = key.value_type(catalog, position);
                        format!("{value} operator(pg_catalog.&&) array[{set}::{}]", element.name)
                    }
                    _ => format!("{value} {operator} {set}"),
                });
            }
            let _ = write!(sql, " join {} as {keys} on {}", key_list(forms), on.join(" and "));
        }
        tests.extend(configured.when.as_ref().map(|when| self::condition(about, when)));
        tests.extend(condition.map(enclosed));
        if !tests.is_empty() {
            let _ = write!(sql, " where {}", tests.join(" and "));
        }
        question
    }
}

impl<'a> Referencing<'a> {
    /// `None`: the schema declares the foreign key.
    #[must_use]
    pub fn along(catalog: &'a Catalog, key: &'a ForeignKey) -> Option<Self> {
        let configured = key.configured.as_ref()?;
        let referenced = &catalog.tables[key.referenced].columns;
        let mut forms = Vec::new();
        let mut conversions = Vec::new();
        for (position, column) in key.referenced_columns.iter().enumerate() {
            let value = key.value_type(catalog, position);
            let from = &referenced[*column].data_type;
            conversions.push(Conversion::between(from, &value).unwrap_or(Conversion::None));
            forms.push(Form::of(&value));
        }
        let access = index(&catalog.tables[key.table], key, configured);
        Some(Referencing { catalog, key, configured, forms, conversions, access })
    }

    /// The keys of referenced rows as values of the referencing table, those left out that it
    /// cannot have.
    #[must_use]
    pub fn values<'k>(&self, keys: Cow<'k, Keys>) -> Cow<'k, Keys> {
        let narrow = |position| match self.key.value_type(self.catalog, position).oid {
            // compared as elements, they have to be of the elements' type
            _ if self.configured.shapes[position] != ColumnShape::Elements => None,
            21 => Some(i64::from(i16::MIN)..=i64::from(i16::MAX)),
            23 => Some(i64::from(i32::MIN)..=i64::from(i32::MAX)),
            _ => None,
        };
        let ranges: Vec<_> = (0..self.forms.len()).map(narrow).collect();
        let same = self.conversions.iter().all(|conversion| *conversion == Conversion::None);
        if same && ranges.iter().all(Option::is_none) {
            return keys;
        }
        let mut values = Keys::new(self.forms == [Form::Integer]);
        let (mut key, mut value) = (Vec::new(), Vec::new());
        'keys: for given in keys.ascending() {
            let whole;
            let given: Vec<&[u8]> = match given {
                KeyRef::Integer(number) => {
                    whole = number.to_be_bytes();
                    vec![&whole]
                }
                KeyRef::Bytes(given) => parts(given).collect(),
            };
            key.clear();
            for (position, part) in given.into_iter().enumerate() {
                value.clear();
                let form = &self.forms[position];
                let fits = self.conversions[position].convert(part, form, &mut value);
                let in_range =
                    ranges[position].as_ref().is_none_or(|range| range.contains(&integer(&value)));
                if !fits || !in_range {
                    continue 'keys;
                }
                encode_part(&mut key, &value);
            }
            match (&values, parts(&key).next()) {
                (Keys::Integers(_), Some(value)) => values.note(KeyRef::Integer(integer(value))),
                _ => values.note(KeyRef::Bytes(&key)),
            }
        }
        values.settle();
        Cow::Owned(values)
    }

    fn operator(&self, position: usize) -> &str {
        match self.conversions[position] {
            Conversion::None => &self.key.operators[position],
            _ => EQUALS,
        }
    }
}

/// How a foreign key's rows can be looked up.
fn index(about: &Table, key: &ForeignKey, configured: &Configured) -> Access {
    let indexed = |shape: fn(&ColumnShape) -> bool| {
        key.columns.iter().zip(&configured.shapes).filter(move |(_, s)| shape(s))
    };
    let expression =
        indexed(|shape| matches!(shape, ColumnShape::Path(_))).any(|(column, shape)| {
            let written = as_written(about, *column, shape);
            let bare = |text: &str| text.replace(['(', ')', ' '], "");
            about.indexed_expressions.iter().any(|known| bare(known) == bare(&written))
        });
    let mut plain: Vec<usize> =
        indexed(|shape| *shape == ColumnShape::Plain).map(|(column, _)| *column).collect();
    if expression || !plain.is_empty() && about.has_index_on(&plain) {
        return Access::Index;
    }
    if let Some(When::Is { column, .. }) = configured.when
        && !plain.is_empty()
    {
        plain.push(column);
        if about.has_index_on(&plain) {
            return Access::Index;
        }
    }
    let elements = |(column, _): (&usize, _)| about.indexed_elements.contains(column);
    if indexed(|shape| *shape == ColumnShape::Elements).any(elements) {
        return Access::Bitmap;
    }
    Access::Scan
}

/// What stands for a column of the referencing table; of an array, all of it.
pub(crate) fn value(table: &Table, column: usize, shape: &ColumnShape) -> String {
    let mut value = reference(table, column);
    match shape {
        ColumnShape::Plain | ColumnShape::Elements => {}
        ColumnShape::Path(JsonPath::Array(array)) => {
            let array = QuotedLiteral::new(array);
            value = format!("({value} operator(pg_catalog.#>>) {array}::pg_catalog.text[])");
        }
        ColumnShape::Path(JsonPath::Steps(steps)) => {
            for (position, step) in steps.iter().enumerate() {
                let arrow = if position + 1 == steps.len() { "->>" } else { "->" };
                let step = match step {
                    Step::Key(key) => format!("{}::pg_catalog.text", QuotedLiteral::new(key)),
                    Step::Index(index) => format!("({index})::pg_catalog.int4"),
                };
                value = format!("({value} operator(pg_catalog.{arrow}) {step})");
            }
        }
    }
    value
}

/// A path as the server writes it where an index has it, parentheses aside.
fn as_written(table: &Table, column: usize, shape: &ColumnShape) -> String {
    let name = &table.columns[column].name;
    let bare = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let mut text = if bare { name.clone() } else { QuotedIdent::new(name).to_string() };
    match shape {
        ColumnShape::Path(JsonPath::Array(array)) => {
            let _ = write!(text, " #>> {}::text[]", QuotedLiteral::new(array));
        }
        ColumnShape::Path(JsonPath::Steps(steps)) => {
            for (position, step) in steps.iter().enumerate() {
                text.push_str(if position + 1 == steps.len() { " ->> " } else { " -> " });
                let _ = match step {
                    Step::Key(key) => write!(text, "{}::text", QuotedLiteral::new(key)),
                    Step::Index(index) => write!(text, "{index}"),
                };
            }
        }
        ColumnShape::Plain | ColumnShape::Elements => {}
    }
    text
}

/// What an index is made on, so that rows can be looked up along a foreign key.
#[must_use]
pub fn index_on(catalog: &Catalog, key: &ForeignKey) -> String {
    let table = &catalog.tables[key.table];
    let name = |column: &usize| QuotedIdent::new(&table.columns[*column].name).to_string();
    let Some(configured) = &key.configured else {
        return format!("({})", key.columns.iter().map(name).collect::<Vec<_>>().join(", "));
    };
    let array = configured.shapes.iter().position(|shape| *shape == ColumnShape::Elements);
    if let Some(array) = array {
        return format!("using gin ({})", name(&key.columns[array]));
    }
    let mut parts = Vec::new();
    if let Some(When::Is { column, .. }) = &configured.when {
        parts.push(name(column));
    }
    parts.extend(key.columns.iter().zip(&configured.shapes).map(|(column, shape)| match shape {
        ColumnShape::Path(_) => format!("(({}))", as_written(table, *column, shape)),
        _ => name(column),
    }));
    format!("({})", parts.join(", "))
}

/// A condition as SQL.
#[must_use]
pub fn condition(table: &Table, when: &When) -> String {
    match when {
        When::Sql(condition) => enclosed(&condition.value),
        When::Is { column, value } => {
            format!("{} {EQUALS} {}", reference(table, *column), QuotedLiteral::new(value))
        }
    }
}

/// How many of the keys that were set have no row.
#[must_use]
pub fn unresolved(catalog: &Catalog, key: &ForeignKey, want: &Want) -> String {
    let about = &catalog.tables[key.referenced];
    format!(
        "select pg_catalog.count(*) from {} as {} \
         where not exists (select from {} where {})",
        key_list(&want.forms),
        keys_alias(about),
        from(about),
        matches(about, &key.referenced_columns, &want.operators)
    )
}

/// The distinct values of a column as text, at most `most`: from one to the next along an index
/// that leads with the column, or else by reading the whole table.
#[must_use]
pub fn distinct(table: &Table, column: usize, most: usize) -> String {
    let data_type = &table.columns[column].data_type;
    let value = reference(table, column);
    let from = from(table);
    let leads = table.indexes.iter().any(|index| index.first() == Some(&column));
    if !leads || !(data_type.is_integer() || matches!(data_type.oid, 25 | 1043)) {
        return format!(
            "select distinct {value}::pg_catalog.text from {from} where {value} is not null \
             limit {most}"
        );
    }
    let next = |after: &str| {
        format!(
            "(select {value} from {from} where {value} is not null{after} order by {value} limit 1)"
        )
    };
    format!(
        "with recursive review_data_v(v) as ( \
           {} union all \
           select {} from review_data_v where review_data_v.v is not null) \
         select v::pg_catalog.text from review_data_v where v is not null limit {most}",
        next(""),
        next(&format!(" and {value} operator(pg_catalog.>) review_data_v.v"))
    )
}

/// Django's content types: the key, and the class as `app.model`.
#[must_use]
pub fn content_types(table: &Table) -> String {
    let [id, app_label, model] = ["id", "app_label", "model"].map(QuotedIdent::new);
    format!(
        "select {id}::pg_catalog.text, pg_catalog.concat({app_label}, '.', {model}) from {}",
        from(table)
    )
}
