//! The tuples of binary COPY.
//!
//! Format: <https://www.postgresql.org/docs/current/sql-copy.html> ("Binary Format"): a header of
//! an 11-byte signature, 4 bytes of flags and a counted extension; then tuples, each a count of
//! fields (2 bytes) and for each field its length (4 bytes, -1 = NULL) and bytes; then a count
//! of -1. The server sends a message a tuple, the header in front of the first.

/// What is wrong with a binary COPY stream. It never holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TupleError {
    #[error("a message ends within a tuple")]
    Truncated,
    #[error("the stream does not begin with the signature of binary COPY")]
    Signature,
}

pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";

/// Bytes in front of a tuple's fields: how many there are.
pub const COUNT: usize = 2;

/// Takes the header off the first message and says what follows.
#[derive(Debug, Default)]
pub struct Messages {
    begun: bool,
}

impl Messages {
    /// The length of the header in front of a message: 0 but for the first.
    ///
    /// # Errors
    /// Where the first message does not begin with a header.
    pub fn header(&mut self, message: &[u8]) -> Result<usize, TupleError> {
        if self.begun {
            return Ok(0);
        }
        self.begun = true;
        let rest = message.strip_prefix(SIGNATURE).ok_or(TupleError::Signature)?;
        let extension = rest.get(4..8).ok_or(TupleError::Truncated)?;
        let extension =
            u32::from_be_bytes(extension.try_into().map_err(|_| TupleError::Truncated)?);
        let length = SIGNATURE.len() + 8 + extension as usize;
        if length > message.len() {
            return Err(TupleError::Truncated);
        }
        Ok(length)
    }
}

/// A tuple that is walked field by field.
pub struct Tuple<'a> {
    count: i16,
    rest: &'a [u8],
}

impl<'a> Tuple<'a> {
    /// The tuple at the front of `bytes`; `None` at the end of the stream, or of the message.
    ///
    /// # Errors
    /// Where the message ends within the count of its fields.
    pub fn begin(bytes: &'a [u8]) -> Result<Option<Self>, TupleError> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let (count, rest) = bytes.split_first_chunk::<2>().ok_or(TupleError::Truncated)?;
        let count = i16::from_be_bytes(*count);
        Ok((count >= 0).then_some(Tuple { count, rest }))
    }

    /// How many fields the tuple has.
    #[must_use]
    pub fn fields(&self) -> usize {
        usize::try_from(self.count).unwrap_or(0)
    }

    /// What comes behind the fields that were taken.
    #[must_use]
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes the next field; `None`: NULL.
    ///
    /// # Errors
    /// Where the message ends within the field.
    #[inline]
    pub fn take_field(&mut self) -> Result<Option<&'a [u8]>, TupleError> {
        let (length, after) = self.rest.split_first_chunk::<4>().ok_or(TupleError::Truncated)?;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            self.rest = after;
            return Ok(None);
        };
        let (value, after) = after.split_at_checked(length).ok_or(TupleError::Truncated)?;
        self.rest = after;
        Ok(Some(value))
    }
}

/// Takes one tuple off the front of `rest` into `fields`. `false` at the end of the stream, or of
/// the message.
///
/// # Errors
/// Where the message ends within the tuple.
pub fn take<'a>(
    rest: &mut &'a [u8],
    fields: &mut Vec<Option<&'a [u8]>>,
) -> Result<bool, TupleError> {
    fields.clear();
    let Some(mut tuple) = Tuple::begin(rest)? else {
        *rest = &[];
        return Ok(false);
    };
    fields.reserve(tuple.fields());
    for _ in 0..tuple.fields() {
        fields.push(tuple.take_field()?);
    }
    *rest = tuple.rest();
    Ok(true)
}

/// The room of a list of fields, for the fields of the next message: no allocation for each message.
#[must_use]
pub fn emptied<'a>(mut fields: Vec<Option<&[u8]>>) -> Vec<Option<&'a [u8]>> {
    fields.clear();
    // collected in place
    fields.into_iter().map(|_| None).collect()
}

/// How many bytes these fields take in a tuple.
#[must_use]
pub fn length(fields: &[Option<&[u8]>]) -> usize {
    fields.iter().map(|field| 4 + field.map_or(0, <[u8]>::len)).sum()
}

/// Appends a tuple.
pub fn put(out: &mut Vec<u8>, fields: &[Option<&[u8]>]) {
    put_count(out, fields.len());
    for field in fields {
        put_field(out, *field);
    }
}

/// Appends what stands in front of a tuple's fields.
pub fn put_count(out: &mut Vec<u8>, fields: usize) {
    let count = i16::try_from(fields).unwrap_or(i16::MAX);
    out.extend_from_slice(&count.to_be_bytes());
}

/// Appends one field.
pub fn put_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => out.extend_from_slice(&(-1i32).to_be_bytes()),
        Some(value) => {
            put_length(out, value.len());
            out.extend_from_slice(value);
        }
    }
}

/// Appends what stands in front of a field that is not NULL.
pub fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_room_of_a_list_is_used_again() {
        let mut fields = Vec::with_capacity(40);
        fields.push(Some(b"x".as_slice()));
        let emptied = emptied(fields);
        assert_eq!((emptied.len(), emptied.capacity()), (0, 40));
    }

    proptest! {
        #[test]
        fn tuples_come_back(
            tuples in prop::collection::vec(
                prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..9)), 0..6),
                0..6,
            ),
        ) {
            let mut message = SIGNATURE.to_vec();
            message.extend_from_slice(&[0; 8]);
            for tuple in &tuples {
                let fields: Vec<Option<&[u8]>> = tuple.iter().map(Option::as_deref).collect();
                put(&mut message, &fields);
            }
            message.extend_from_slice(&(-1i16).to_be_bytes());
            let start = Messages::default().header(&message).unwrap();
            let mut rest = &message[start..];
            let mut fields = Vec::new();
            for tuple in &tuples {
                prop_assert!(take(&mut rest, &mut fields).unwrap());
                let expected: Vec<Option<&[u8]>> = tuple.iter().map(Option::as_deref).collect();
                prop_assert_eq!(&fields, &expected);
            }
            prop_assert!(!take(&mut rest, &mut fields).unwrap());
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn any_bytes_are_refused_or_taken_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut rest = &bytes[..];
            let mut fields = Vec::new();
            while let Ok(true) = take(&mut rest, &mut fields) {}
        }
    }
}
