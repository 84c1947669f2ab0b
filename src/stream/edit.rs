//! What is changed in the rows of one table on their way: planned from the catalogue before the
//! first row, by position among the written columns.

use super::format::Format;
use super::pieces::{Out, Pieces};
pub use super::rewrite::{NotRewritten, Rewrite, Rewritten};
use super::row::Row;
use super::text::escaped;
use super::tuple::{Tuple, TupleError};
use bytes::Bytes;
use std::rc::Rc;

/// How a column is rewritten.
#[derive(Clone, Debug)]
struct Rewriting {
    rewrite: Rc<dyn Rewrite>,
    /// In rows that keep their values, too.
    always: bool,
}

/// A column whose value cannot be rewritten, by its place among the written columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub column: usize,
    pub why: NotRewritten,
}

/// A tuple cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotEdited {
    Broken(TupleError),
    Refused(Refused),
}

impl From<TupleError> for NotEdited {
    fn from(error: TupleError) -> Self {
        NotEdited::Broken(error)
    }
}

/// A value that is the same in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant<'a> {
    Null,
    Boolean(bool),
    /// With the size of its type in bytes.
    Integer(i64, usize),
    Text(&'a str),
}

/// What a value of a row must be for the row to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched<'a> {
    Is(Constant<'a>),
    /// A text that ends so.
    EndsWith(&'a str),
}

/// A value as it travels; `None`: NULL.
type Wire = Option<Vec<u8>>;

/// A condition on a value as it travels.
#[derive(Clone, Debug)]
enum Test {
    Is(Wire),
    EndsWith(Vec<u8>),
}

impl Test {
    fn holds(&self, value: Option<&[u8]>) -> bool {
        match self {
            Test::Is(wanted) => value == wanted.as_deref(),
            Test::EndsWith(end) => value.is_some_and(|value| value.ends_with(end)),
        }
    }
}

/// The changes to one table's rows. Without any, rows travel untouched.
#[derive(Clone, Debug)]
pub struct Edits {
    format: Format,
    columns: Vec<(usize, Wire)>,
    /// By column, up to the last one that is rewritten.
    rewrites: Vec<Option<Rewriting>>,
    removed: Option<Vec<(usize, Test)>>,
    /// The place of a boolean behind the written columns: where it is true, nothing is rewritten.
    kept: Option<usize>,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    Unchanged,
    Changed,
    /// It does not go to the target.
    Removed,
}

impl Edits {
    #[must_use]
    pub fn none(format: Format) -> Self {
        Edits { format, columns: Vec::new(), rewrites: Vec::new(), removed: None, kept: None }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
            && self.rewrites.is_empty()
            && self.removed.is_none()
            && self.kept.is_none()
    }

    /// How the rows travel.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// A column gets this value in every row. The last one counts.
    pub fn set(&mut self, column: usize, value: Constant<'_>) {
        self.columns.retain(|(other, _)| *other != column);
        self.columns.push((column, wire(self.format, value)));
    }

    /// The column's values are rewritten, unless the column is set. `always`: in rows that keep
    /// their values ([`Edits::keep_where`]), too.
    pub fn rewrite(&mut self, column: usize, rewrite: Rc<dyn Rewrite>, always: bool) {
        if self.rewrites.len() <= column {
            self.rewrites.resize(column + 1, None);
        }
        self.rewrites[column] = Some(Rewriting { rewrite, always });
    }

    /// Behind the written columns, in this place, comes a boolean that is not written: where it is
    /// true, the row's values are not rewritten.
    pub fn keep_where(&mut self, place: usize) {
        self.kept = Some(place);
    }

    /// Rows with all of these values are removed; without any, all rows are.
    pub fn remove<'a>(&mut self, values: impl IntoIterator<Item = (usize, Matched<'a>)>) {
        let test = |matched| match (self.format, matched) {
            (format, Matched::Is(value)) => Test::Is(wire(format, value)),
            (Format::Binary, Matched::EndsWith(end)) => Test::EndsWith(end.as_bytes().to_vec()),
            (Format::Text, Matched::EndsWith(end)) => Test::EndsWith(escaped(end)),
        };
        let values = values.into_iter().map(|(column, matched)| (column, test(matched)));
        self.removed = Some(values.collect());
    }

    /// Changes one row. In the text format, the fields are as they are written, and NULL is `None`.
    pub fn edit<'a>(&'a self, fields: &mut [Option<&'a [u8]>]) -> Edited {
        let holds = |(column, test): &(usize, Test)| {
            fields.get(*column).is_some_and(|field| test.holds(*field))
        };
        if self.removed.as_ref().is_some_and(|tests| tests.iter().all(holds)) {
            return Edited::Removed;
        }
        let mut edited = Edited::Unchanged;
        for (column, value) in &self.columns {
            if let Some(field) = fields.get_mut(*column)
                && *field != value.as_deref()
            {
                *field = value.as_deref();
                edited = Edited::Changed;
            }
        }
        edited
    }

    /// Whether a column's values are rewritten, at least in some rows.
    #[must_use]
    pub fn rewrites(&self, column: usize) -> bool {
        self.rewriting(column, false).is_some()
    }

    /// What rewrites a column in a row that keeps its values, or in another one.
    fn rewriting(&self, column: usize, kept: bool) -> Option<&dyn Rewrite> {
        let Rewriting { rewrite, always } = self.rewrites.get(column)?.as_ref()?;
        let set = self.columns.iter().any(|(other, _)| *other == column);
        (!set && (*always || !kept)).then_some(rewrite.as_ref())
    }

    /// Appends an edited row with its values rewritten, and counts them by column.
    ///
    /// # Errors
    /// If a value cannot be rewritten.
    pub fn put(
        &self,
        fields: &[Option<&[u8]>],
        out: &mut Vec<u8>,
        rewritten: &mut Vec<u64>,
    ) -> Result<(), Refused> {
        self.write(fields, out, rewritten)
    }

    /// The same for a row of large values: in pieces. Pieces that are not rewritten are
    /// parts of the message.
    ///
    /// # Errors
    /// If a value cannot be rewritten.
    pub fn pieces(
        &self,
        fields: &[Option<&[u8]>],
        message: &Bytes,
        rewritten: &mut Vec<u64>,
    ) -> Result<Vec<Bytes>, Refused> {
        let mut pieces = Pieces::of(message);
        self.write(fields, &mut pieces, rewritten)?;
        Ok(pieces.end())
    }

    /// Whether rows are changed only by the rewriting of values, in each of them, each for itself.
    #[must_use]
    pub fn only_rewrite(&self) -> bool {
        let beside = |rewriting: &Rewriting| rewriting.rewrite.beside().is_some();
        self.columns.is_empty()
            && self.removed.is_none()
            && self.kept.is_none()
            && !self.rewrites.iter().flatten().any(beside)
    }

    /// Takes a tuple of binary COPY off the front of `rest`, and appends it with its values rewritten,
    /// where [nothing else](Edits::only_rewrite) is changed: what lies between them is copied in one run.
    /// `false` at the end of the stream, or of the message.
    ///
    /// # Errors
    /// Where the message ends within the tuple, or if a value cannot be rewritten.
    pub fn put_tuple(
        &self,
        rest: &mut &[u8],
        out: &mut Vec<u8>,
        rewritten: &mut Vec<u64>,
    ) -> Result<bool, NotEdited> {
        rewritten.resize(self.rewrites.len().max(rewritten.len()), 0);
        let all = *rest;
        let Some(mut tuple) = Tuple::begin(rest)? else { return Ok(false) };
        let mut copied = 0;
        for column in 0..tuple.fields() {
            let start = all.len() - tuple.rest().len();
            let (Some(value), Some(Some(rewriting))) =
                (tuple.take_field()?, self.rewrites.get(column))
            else {
                continue;
            };
            out.extend_from_slice(&all[copied..start]);
            copied = all.len() - tuple.rest().len();
            match Row::within(out).rewrite(value, None, rewriting.rewrite.as_ref()) {
                Ok(Rewritten::Kept) => {}
                Ok(Rewritten::Changed | Rewritten::Null) => {
                    if let Some(count) = rewritten.get_mut(column) {
                        *count += 1;
                    }
                }
                Err(why) => return Err(NotEdited::Refused(Refused { column, why })),
            }
        }
        *rest = tuple.rest();
        out.extend_from_slice(&all[copied..all.len() - rest.len()]);
        Ok(true)
    }

    fn write(
        &self,
        fields: &[Option<&[u8]>],
        out: &mut impl Out,
        rewritten: &mut Vec<u64>,
    ) -> Result<(), Refused> {
        rewritten.resize(self.rewrites.len().max(rewritten.len()), 0);
        let (fields, kept) = match self.kept.and_then(|place| fields.split_at_checked(place)) {
            Some((fields, behind)) => (fields, matches!(behind, [Some([1 | b't'])])),
            None => (fields, false),
        };
        let mut row = Row::begin(self.format, fields.len(), out);
        for (column, field) in fields.iter().enumerate() {
            let (Some(value), Some(rewrite)) = (field, self.rewriting(column, kept)) else {
                row.put(*field);
                continue;
            };
            let beside = rewrite.beside().and_then(|place| fields.get(place).copied().flatten());
            let rewritten_value = row.rewrite(value, beside, rewrite);
            match rewritten_value.map_err(|why| Refused { column, why })? {
                Rewritten::Kept => {}
                Rewritten::Changed | Rewritten::Null => rewritten[column] += 1,
            }
        }
        row.end();
        Ok(())
    }
}

fn wire(format: Format, value: Constant<'_>) -> Wire {
    match (format, value) {
        (_, Constant::Null) => None,
        (Format::Binary, Constant::Boolean(value)) => Some(vec![u8::from(value)]),
        (Format::Text, Constant::Boolean(value)) => {
            Some(if value { b"t".to_vec() } else { b"f".to_vec() })
        }
        (Format::Binary, Constant::Integer(value, size)) => {
            let bytes = value.to_be_bytes();
            Some(bytes[bytes.len().saturating_sub(size)..].to_vec())
        }
        (Format::Text, Constant::Integer(value, _)) => Some(value.to_string().into_bytes()),
        (Format::Binary, Constant::Text(text)) => Some(text.as_bytes().to_vec()),
        (Format::Text, Constant::Text(text)) => Some(escaped(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::text::NULL;
    use crate::stream::tuple;

    fn edited(edits: &Edits, fields: &[Option<&'static [u8]>]) -> (Edited, Vec<Option<Vec<u8>>>) {
        let mut fields = fields.to_vec();
        let edited = edits.edit(&mut fields);
        (edited, fields.iter().map(|field| field.map(<[u8]>::to_vec)).collect())
    }

    #[test]
    fn values_are_written_as_each_format_has_them() {
        for (format, integer, boolean) in [
            (Format::Binary, &[0, 0, 0, 7][..], &[0][..]),
            (Format::Text, b"7".as_slice(), b"f".as_slice()),
        ] {
            let mut edits = Edits::none(format);
            assert!(edits.is_empty());
            edits.set(0, Constant::Integer(7, 4));
            edits.set(1, Constant::Boolean(false));
            edits.set(2, Constant::Null);
            let row = [Some(b"x".as_slice()), None, Some(b"y".as_slice()), Some(b"z".as_slice())];
            let expected =
                vec![Some(integer.to_vec()), Some(boolean.to_vec()), None, Some(b"z".to_vec())];
            assert_eq!(edited(&edits, &row), (Edited::Changed, expected));
        }
    }

    #[test]
    fn a_row_that_has_the_values_already_is_unchanged() {
        let mut edits = Edits::none(Format::Binary);
        edits.set(0, Constant::Integer(-1, 2));
        let row = [Some([0xff, 0xff].as_slice())];
        assert_eq!(edited(&edits, &row).0, Edited::Unchanged);
    }

    /// Capital letters; nothing of `gone`; `bad` is refused.
    #[derive(Debug)]
    struct Loud;

    impl Rewrite for Loud {
        fn rewrite(&self, value: &[u8], out: &mut Vec<u8>) -> Result<Rewritten, NotRewritten> {
            match value {
                b"gone" => return Ok(Rewritten::Null),
                b"" => return Ok(Rewritten::Kept),
                b"bad" => return Err(NotRewritten("it is too short".to_owned())),
                _ => {}
            }
            out.extend(value.iter().map(u8::to_ascii_uppercase));
            Ok(Rewritten::Changed)
        }
    }

    #[test]
    fn values_are_rewritten_in_both_formats_and_counted_by_column() {
        for format in [Format::Binary, Format::Text] {
            let mut edits = Edits::none(format);
            edits.rewrite(1, Rc::new(Loud), false);
            edits.rewrite(2, Rc::new(Loud), false);
            edits.set(2, Constant::Null);
            assert!(!edits.is_empty());
            let mut rewritten = Vec::new();
            let mut written = |value: Option<&'static [u8]>| {
                let mut fields = [Some(b"a".as_slice()), value, Some(b"set".as_slice())];
                edits.edit(&mut fields);
                let mut out = Vec::new();
                edits.put(&fields, &mut out, &mut rewritten).map(|()| out)
            };
            let expected = |value: Option<&[u8]>| match format {
                Format::Text => [b"a\t", value.unwrap_or(NULL), b"\t\\N\n"].concat(),
                Format::Binary => {
                    let mut out = Vec::new();
                    tuple::put(&mut out, &[Some(b"a"), value, None]);
                    out
                }
            };
            let tab: &[u8] = if format == Format::Text { b"x\\ty\\\\" } else { b"x\ty\\" };
            let loud: &[u8] = if format == Format::Text { b"X\\tY\\\\" } else { b"X\tY\\" };
            assert_eq!(written(Some(tab)), Ok(expected(Some(loud))));
            assert_eq!(written(Some(b"gone")), Ok(expected(None)));
            assert_eq!(written(Some(b"")), Ok(expected(Some(b""))));
            assert_eq!(written(None), Ok(expected(None)));
            let refused = written(Some(b"bad")).unwrap_err();
            assert_eq!(refused.column, 1);
            assert_eq!(refused.why.to_string(), "it is too short");
            assert_eq!(rewritten, [0, 2, 0]);
        }
    }

    #[test]
    fn tuples_are_rewritten_alike_field_by_field_and_with_copies_of_what_lies_between() {
        let mut edits = Edits::none(Format::Binary);
        edits.rewrite(1, Rc::new(Loud), false);
        edits.rewrite(3, Rc::new(Loud), false);
        assert!(edits.only_rewrite());
        let (a, b, gone) = (Some(b"ab".as_slice()), Some(b"".as_slice()), Some(b"gone".as_slice()));
        let rows: [&[Option<&[u8]>]; 7] = [
            &[a, a, a, a, a],
            &[a, None, None, gone, b],
            &[None, gone, b, a],
            &[b, b],
            &[None],
            &[],
            &[a, a, b, None],
        ];
        let (mut message, mut expected, mut counted) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            tuple::put(&mut message, row);
            edits.put(row, &mut expected, &mut counted).unwrap();
        }
        message.extend_from_slice(&[0xff, 0xff]);
        let (mut rest, mut out, mut rewritten) = (&message[..], Vec::new(), Vec::new());
        while edits.put_tuple(&mut rest, &mut out, &mut rewritten).unwrap() {}
        assert_eq!(out, expected);
        assert_eq!(rewritten, counted);
        // a message that ends within a tuple, and a value that is refused
        for end in 1..2 + 4 + 2 {
            assert!(
                edits.put_tuple(&mut &message[..end], &mut Vec::new(), &mut rewritten).is_err()
            );
        }
        assert!(!edits.put_tuple(&mut &message[..0], &mut Vec::new(), &mut rewritten).unwrap());
        let mut bad = Vec::new();
        tuple::put(&mut bad, &[a, Some(b"bad")]);
        let refused = edits.put_tuple(&mut &bad[..], &mut Vec::new(), &mut rewritten).unwrap_err();
        assert!(matches!(refused, NotEdited::Refused(Refused { column: 1, .. })), "{refused:?}");
    }

    #[test]
    fn a_row_keeps_its_values_where_the_boolean_behind_them_is_true() {
        for (format, yes, no) in
            [(Format::Binary, [1].as_slice(), [0].as_slice()), (Format::Text, b"t", b"f")]
        {
            let mut edits = Edits::none(format);
            edits.rewrite(0, Rc::new(Loud), false);
            edits.rewrite(1, Rc::new(Loud), true);
            edits.keep_where(2);
            let written = |behind: Option<&[u8]>| {
                let mut out = Vec::new();
                let fields = [Some(b"a".as_slice()), Some(b"b".as_slice()), behind];
                edits.put(&fields, &mut out, &mut Vec::new()).unwrap();
                out
            };
            let mut kept = Edits::none(format);
            kept.rewrite(1, Rc::new(Loud), false);
            let mut expected = Vec::new();
            let fields = [Some(b"a".as_slice()), Some(b"b".as_slice())];
            kept.put(&fields, &mut expected, &mut Vec::new()).unwrap();
            assert_eq!(written(Some(yes)), expected, "the second column is rewritten always");
            let masked = written(Some(no));
            assert!(masked != expected && masked == written(None));
        }
    }

    #[test]
    fn a_row_in_pieces_is_the_row_and_shares_its_large_values_with_the_message() {
        for format in [Format::Binary, Format::Text] {
            let mut edits = Edits::none(format);
            edits.rewrite(1, Rc::new(Loud), false);
            edits.rewrite(2, Rc::new(Loud), false);
            let large = vec![b'x'; 1 << 20];
            let message = Bytes::from([b"a".as_slice(), &large].concat());
            let fields = [Some(&message[1..]), Some(b"loud".as_slice()), Some(&large[..]), None];
            let (mut whole, mut rewritten) = (Vec::new(), Vec::new());
            edits.put(&fields, &mut whole, &mut rewritten).unwrap();
            let pieces = edits.pieces(&fields, &message, &mut rewritten).unwrap();
            assert!(pieces.concat() == whole);
            assert_eq!(rewritten, [0, 2, 2]);
            let shared = pieces.iter().filter(|piece| piece.as_ptr() == message[1..].as_ptr());
            assert_eq!(shared.count(), 1);
        }
    }

    #[test]
    fn rows_are_removed_by_all_of_their_values() {
        let mut edits = Edits::none(Format::Text);
        edits.remove([(0, Matched::Is(Constant::Text("a\tb"))), (1, Matched::Is(Constant::Null))]);
        assert_eq!(edited(&edits, &[Some(b"a\\tb"), None]).0, Edited::Removed);
        assert_eq!(edited(&edits, &[Some(b"a\\tb"), Some(b"")]).0, Edited::Unchanged);
        edits.remove([]);
        assert_eq!(edited(&edits, &[None, None]).0, Edited::Removed);
    }
}
