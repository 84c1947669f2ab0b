//! An edited row as it is written, in the binary or the text format.

use super::format::Format;
use super::pieces::Out;
use super::rewrite::{NotRewritten, Rewrite, Rewritten};
use super::text::{NULL, escape, unescaped};
use super::tuple;

/// A row as it is written.
pub(super) struct Row<'a, O> {
    format: Format,
    first: bool,
    out: &'a mut O,
}

impl<'a, O: Out> Row<'a, O> {
    pub(super) fn begin(format: Format, fields: usize, out: &'a mut O) -> Self {
        if format == Format::Binary {
            tuple::put_count(out.open(), fields);
        }
        Row { format, first: true, out }
    }

    /// In a tuple that was begun.
    pub(super) fn within(out: &'a mut O) -> Self {
        Row { format: Format::Binary, first: false, out }
    }

    fn separate(&mut self) {
        if self.format == Format::Text && !std::mem::take(&mut self.first) {
            self.out.open().push(b'\t');
        }
    }

    /// A field as it came.
    pub(super) fn put(&mut self, field: Option<&[u8]>) {
        self.separate();
        match (self.format, field) {
            (Format::Binary, None) => tuple::put_field(self.out.open(), None),
            (Format::Binary, Some(value)) => {
                tuple::put_length(self.out.open(), value.len());
                self.out.as_it_came(value);
            }
            (Format::Text, _) => self.out.as_it_came(field.unwrap_or(NULL)),
        }
    }

    pub(super) fn rewrite(
        &mut self,
        value: &[u8],
        beside: Option<&[u8]>,
        rewrite: &dyn Rewrite,
    ) -> Result<Rewritten, NotRewritten> {
        if self.format == Format::Text {
            let mut changed = Vec::new();
            let beside = beside.map(unescaped);
            let beside = beside.as_deref();
            let rewritten = rewrite.rewrite_beside(beside, &unescaped(value), &mut changed)?;
            match rewritten {
                Rewritten::Kept => self.put(Some(value)),
                Rewritten::Null => self.put(None),
                Rewritten::Changed => {
                    self.separate();
                    escape(&changed, self.out.open());
                }
            }
            return Ok(rewritten);
        }
        let mut rewritten = Rewritten::Kept;
        self.out.field(|out| {
            rewritten = rewrite.rewrite_beside(beside, value, out)?;
            Ok(rewritten == Rewritten::Changed)
        })?;
        if rewritten != Rewritten::Changed {
            self.put((rewritten == Rewritten::Kept).then_some(value));
        }
        Ok(rewritten)
    }

    pub(super) fn end(self) {
        if self.format == Format::Text {
            self.out.open().push(b'\n');
        }
    }
}
