//! What is changed in the rows of one table on their way: planned from the catalogue before the
//! first row, by position among the written columns.

use super::format::Format;

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
    removed: Option<Vec<(usize, Test)>>,
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
        Edits { format, columns: Vec::new(), removed: None }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.removed.is_none()
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

/// As the text format of COPY has it.
fn escaped(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
