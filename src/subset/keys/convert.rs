//! Values of one type as values of another, for foreign keys that only the configuration knows:
//! a text column may hold an integer or a uuid. Any other text references nothing.

use super::form::{Form, integer};
use crate::catalog::DataType;

const UUID: u32 = 2950;
const BPCHAR: u32 = 1042;

/// How a referencing column's value becomes one of the referenced column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// Both are integers, or of one type.
    None,
    TextToInteger,
    TextToUuid,
    IntegerToText,
    UuidToText,
    /// Between types of text; spaces that pad a `char(n)` fall off.
    TextToText {
        padded: bool,
    },
}

/// What matters of a type here.
enum Kind {
    Integer,
    Uuid,
    Text,
    Other,
}

fn kind(data_type: &DataType) -> Kind {
    match data_type.oid {
        20 | 21 | 23 => Kind::Integer,
        UUID => Kind::Uuid,
        25 | 1043 | BPCHAR => Kind::Text,
        _ if data_type.name.rsplit('.').next() == Some("citext") => Kind::Text,
        _ => Kind::Other,
    }
}

impl Conversion {
    /// From values of one type to values of another; `None` where they cannot be compared.
    #[must_use]
    pub fn between(from: &DataType, to: &DataType) -> Option<Self> {
        if from.same_bytes(to) {
            return Some(Conversion::None);
        }
        match (kind(from), kind(to)) {
            (Kind::Text, Kind::Integer) => Some(Conversion::TextToInteger),
            (Kind::Text, Kind::Uuid) => Some(Conversion::TextToUuid),
            (Kind::Integer, Kind::Text) => Some(Conversion::IntegerToText),
            (Kind::Uuid, Kind::Text) => Some(Conversion::UuidToText),
            (Kind::Text, Kind::Text) => Some(Conversion::TextToText { padded: from.oid == BPCHAR }),
            _ => None,
        }
    }

    /// Makes a value as key lists hold it: 8 bytes for an integer, the binary form for other types.
    /// `false`: the value cannot be converted.
    pub fn convert(self, value: &[u8], form: &Form, out: &mut Vec<u8>) -> bool {
        match self {
            Conversion::None if *form == Form::Integer => {
                out.extend_from_slice(&integer(value).to_be_bytes());
            }
            Conversion::None => out.extend_from_slice(value),
            Conversion::TextToInteger => {
                let Some(number) = number_of(value) else { return false };
                out.extend_from_slice(&number.to_be_bytes());
            }
            Conversion::TextToUuid => {
                let Some(uuid) = uuid_of(value) else { return false };
                out.extend_from_slice(&uuid);
            }
            Conversion::IntegerToText => {
                out.extend_from_slice(integer(value).to_string().as_bytes());
            }
            Conversion::UuidToText => {
                for (position, byte) in value.iter().enumerate() {
                    if matches!(position, 4 | 6 | 8 | 10) {
                        out.push(b'-');
                    }
                    out.extend_from_slice(format!("{byte:02x}").as_bytes());
                }
            }
            Conversion::TextToText { padded } => {
                let end = value.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
                out.extend_from_slice(if padded { &value[..end] } else { value });
            }
        }
        true
    }
}

/// As the server reads integers: an optional sign and digits, white space around them.
fn number_of(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.trim_ascii().parse().ok()
}

/// As the server reads uuids: 32 digits of either case, hyphens after any four of them, all of it
/// in braces or not.
fn uuid_of(text: &[u8]) -> Option<[u8; 16]> {
    let text = std::str::from_utf8(text).ok()?;
    let inner = match text.strip_prefix('{') {
        Some(open) => open.strip_suffix('}')?,
        None => text,
    };
    let mut digits = 0;
    let mut uuid = [0u8; 16];
    let mut hyphen = true;
    for c in inner.chars() {
        if c == '-' {
            if hyphen || digits % 4 != 0 || digits == 32 {
                return None;
            }
            hyphen = true;
            continue;
        }
        hyphen = false;
        let digit = u8::try_from(c.to_digit(16)?).ok()?;
        let byte = uuid.get_mut(digits / 2)?;
        *byte = *byte << 4 | digit;
        digits += 1;
    }
    (digits == 32).then_some(uuid)
}

/// The elements of an array in binary form, NULLs left out.
#[must_use]
pub fn elements(array: &[u8]) -> Vec<&[u8]> {
    fn number(bytes: &mut &[u8]) -> Option<i32> {
        let (number, rest) = bytes.split_first_chunk::<4>()?;
        *bytes = rest;
        Some(i32::from_be_bytes(*number))
    }
    fn walk<'a>(mut rest: &'a [u8], found: &mut Vec<&'a [u8]>) -> Option<()> {
        let dimensions = number(&mut rest)?;
        // whether there are NULLs, and the elements' type
        let (_, _) = (number(&mut rest)?, number(&mut rest)?);
        for _ in 0..dimensions {
            let (_, _) = (number(&mut rest)?, number(&mut rest)?);
        }
        while !rest.is_empty() {
            if let Ok(length) = usize::try_from(number(&mut rest)?) {
                let (value, after) = rest.split_at_checked(length)?;
                found.push(value);
                rest = after;
            }
        }
        Some(())
    }
    let mut found = Vec::new();
    let _ = walk(array, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(conversion: Conversion, value: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        conversion.convert(value, &Form::Integer, &mut out).then_some(out)
    }

    #[test]
    fn texts_that_are_integers_are_read_as_the_server_does() {
        let number = |text: &str| converted(Conversion::TextToInteger, text.as_bytes());
        let is = |number: i64| Some(number.to_be_bytes().to_vec());
        assert_eq!(number("42"), is(42));
        assert_eq!(number(" -7\n"), is(-7));
        assert_eq!(number("+007"), is(7));
        for garbage in ["", "abc", "4 2", "42.0", "9223372036854775808", "{\"id\": 1}", "½"] {
            assert_eq!(number(garbage), None, "{garbage}");
        }
        assert_eq!(converted(Conversion::TextToInteger, &[0xff, 0x31]), None);
    }

    #[test]
    fn texts_that_are_uuids_are_read_as_the_server_does() {
        let uuid = |text: &str| converted(Conversion::TextToUuid, text.as_bytes());
        let right = uuid("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        assert_eq!(right.as_ref().map(|uuid| (uuid[0], uuid[15])), Some((0xa0, 0x11)));
        assert_eq!(uuid("{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}"), right);
        assert_eq!(uuid("a0eebc999c0b4ef8bb6d6bb9bd380a11"), right);
        assert_eq!(uuid("a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11"), right);
        for garbage in [
            "",
            "a0eebc99",
            "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
            "a0eebc999c0b4ef8bb6d6bb9bd380a1100",
            "a0eebc999c0b4ef8bb6d6bb9bd380a11-",
            "g0eebc999c0b4ef8bb6d6bb9bd380a11",
        ] {
            assert_eq!(uuid(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn integers_and_uuids_become_the_text_that_the_server_writes() {
        let text = |conversion, value: &[u8]| {
            converted(conversion, value).map(|text| String::from_utf8(text).unwrap())
        };
        assert_eq!(text(Conversion::IntegerToText, &(-3i16).to_be_bytes()).unwrap(), "-3");
        let uuid = converted(Conversion::TextToUuid, b"a0eebc999c0b4ef8bb6d6bb9bd380a11").unwrap();
        assert_eq!(
            text(Conversion::UuidToText, &uuid).unwrap(),
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        );
        assert_eq!(text(Conversion::TextToText { padded: true }, b"ab  ").unwrap(), "ab");
        assert_eq!(text(Conversion::TextToText { padded: false }, b"ab  ").unwrap(), "ab  ");
    }

    #[test]
    fn elements_of_arrays_come_without_nulls() {
        let mut array = Vec::new();
        for number in [1i32, 1, 23, 3, 1] {
            array.extend_from_slice(&number.to_be_bytes());
        }
        for value in [Some(7i32), None, Some(9)] {
            array.extend_from_slice(&value.map_or(-1i32, |_| 4).to_be_bytes());
            array.extend(value.map(i32::to_be_bytes).iter().flatten());
        }
        let found: Vec<i64> = elements(&array).into_iter().map(integer).collect();
        assert_eq!(found, [7, 9]);
        let empty: Vec<u8> = [0i32, 0, 23].iter().flat_map(|n| n.to_be_bytes()).collect();
        assert_eq!(elements(&empty), Vec::<&[u8]>::new());
        assert_eq!(elements(&array[..25]), Vec::<&[u8]>::new());
    }
}
