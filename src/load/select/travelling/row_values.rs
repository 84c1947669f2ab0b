//! Values of rows that are at hand: key values, or the rows themselves.

use crate::load::select::asking::answer::Answer;
use crate::stream::tuple;
use crate::subset::questions::AnswerLayout;
use crate::subset::rows::Address;
use bytes::{BufMut as _, BytesMut};
use std::rc::Rc;

/// Where the values of a row are that has none.
pub(crate) const NO_VALUES: u64 = u64::MAX >> 1;

/// In the place of a row's values: the row itself is there.
pub(crate) const IS_WHOLE: u64 = 1 << 63;

/// Bytes of rows that are held after one question, at most: of more only the key values are.
const MOST_HELD: usize = 12 << 20;

/// Values of rows, one behind the other, in chunks that can be freed separately. Each row has a
/// mark (key values, or an early row), a length, and a tuple.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    chunks: Vec<Rc<Vec<u8>>>,
    /// In bytes.
    length: usize,
}

/// Bytes in a chunk, unless one row takes more.
const CHUNK: usize = 1 << 16;

/// Bits of a place within a chunk.
const CHUNK_BITS: u32 = 24;

/// The chunk of a place, and where in it.
fn in_chunk(place: u64) -> Option<(usize, usize)> {
    let place = place & !IS_WHOLE;
    let offset = place & ((1 << CHUNK_BITS) - 1);
    Some((usize::try_from(place >> CHUNK_BITS).ok()?, usize::try_from(offset).ok()?))
}

/// The layout's values, in their order.
const KEYS: u8 = 0;
/// All that came of the row, as it came.
const WHOLE: u8 = 1;
/// Mark and length.
const FRONT: usize = 5;

impl Values {
    /// In bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Holds an answer; says where it is, and by [`IS_WHOLE`] whether the row itself is.
    pub(crate) fn put(&mut self, answer: &Answer<'_>) -> u64 {
        let Some(row) = answer.row.filter(|_| self.length < MOST_HELD) else {
            let length = tuple::COUNT + tuple::length(answer.values);
            return self.append(KEYS, length, |out| tuple::put(out, answer.values));
        };
        let count = i16::try_from(row.count).unwrap_or(i16::MAX);
        let place = self.append(WHOLE, tuple::COUNT + row.bytes.len(), |out| {
            out.put_i16(count);
            out.put_slice(row.bytes);
        });
        place | IS_WHOLE
    }

    /// Appends a tuple of this many bytes; returns its place.
    fn append(&mut self, mark: u8, length: usize, put: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let all = FRONT + length;
        let own = self.chunks.last_mut().and_then(Rc::get_mut);
        if own.is_none_or(|chunk| chunk.len() + all > CHUNK) {
            self.chunks.push(Rc::new(Vec::with_capacity(CHUNK.max(all))));
        }
        let number = self.chunks.len().saturating_sub(1) as u64;
        let Some(chunk) = self.chunks.last_mut().and_then(Rc::get_mut) else { return NO_VALUES };
        let place = chunk.len();
        chunk.put_u8(mark);
        chunk.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
        put(chunk);
        debug_assert_eq!(chunk.len() - place, all);
        self.length += all;
        number << CHUNK_BITS | place as u64
    }

    /// The mark and the tuple in this place.
    fn at(&self, place: u64) -> Option<(u8, &[u8])> {
        let (chunk, place) = in_chunk(place)?;
        let (front, rest) = self.chunks.get(chunk)?.get(place..)?.split_first_chunk::<FRONT>()?;
        let [mark, length @ ..] = front;
        Some((*mark, rest.get(..u32::from_be_bytes(*length) as usize)?))
    }

    /// Copies one row's values, and says where they are now.
    pub(crate) fn copy(&mut self, from: &Values, place: u64) -> u64 {
        let Some((mark, tuple)) = from.at(place) else { return NO_VALUES };
        self.append(mark, tuple.len(), |out| out.put_slice(tuple)) | (place & IS_WHOLE)
    }

    /// Appends one row's values to a record, if it has any.
    pub(crate) fn write(&self, place: u64, record: &mut Vec<u8>) {
        if let Some((mark, tuple)) = self.at(place) {
            record.push(mark);
            record.extend_from_slice(tuple);
        }
    }

    /// Holds what was written to a record, and says where it is.
    pub(crate) fn read(&mut self, record: &[u8]) -> u64 {
        let Some((mark, tuple)) = record.split_first() else { return NO_VALUES };
        let place = self.append(*mark, tuple.len(), |out| out.put_slice(tuple));
        if *mark == WHOLE { place | IS_WHOLE } else { place }
    }

    /// Gives up the chunks before the one of this place.
    pub(crate) fn forget_before(&mut self, place: u64) {
        let Some((before, _)) = in_chunk(place) else { return };
        for chunk in self.chunks.iter_mut().take(before).rev() {
            if chunk.is_empty() {
                break;
            }
            *chunk = Rc::default();
        }
    }

    /// Hands over what is known of rows. `layout` is the layout of early rows.
    pub(crate) fn each<'a, T>(
        rows: impl Iterator<Item = (&'a Values, u64, Address, T)>,
        layout: &AnswerLayout,
        mut hand_over: impl FnMut(T, Answer<'_>),
    ) {
        let (mut fields, mut values) = (Vec::new(), Vec::new());
        for (held, place, address, known) in rows {
            let Some((mark, mut tuple)) = held.at(place) else { continue };
            let Ok(true) = tuple::take(&mut tuple, &mut fields) else { continue };
            if mark == WHOLE {
                layout.arrange(&fields, &mut values);
                hand_over(known, Answer { address, values: &values, row: None });
            } else {
                hand_over(known, Answer { address, values: &fields, row: None });
            }
        }
    }

    /// Appends a row as it will be written: a tuple of the first `columns` columns.
    pub(crate) fn put_row(&self, place: u64, columns: usize, out: &mut BytesMut) {
        let Some((WHOLE, tuple)) = self.at(place) else { return };
        let mut fields = Vec::new();
        let count = tuple.get(..tuple::COUNT).map_or(0, |count| usize::from(count[1]));
        if tuple[0] == 0 && count == columns {
            out.put_slice(tuple);
            return;
        }
        let mut rest = tuple;
        if let Ok(true) = tuple::take(&mut rest, &mut fields) {
            let length = tuple::length(fields.get(..columns).unwrap_or_default());
            out.put_i16(i16::try_from(columns).unwrap_or(i16::MAX));
            out.put_slice(&tuple[tuple::COUNT..tuple::COUNT + length]);
        }
    }
}
