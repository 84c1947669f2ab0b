//! Values as binary COPY has them, from and to their text.
//!
//! The server writes the same texts with `DateStyle` ISO and `IntervalStyle` postgres, in
//! UTC. An array's binary form names the OID of its elements, so a table whose masked columns are
//! arrays travels in the text format.

mod form;
mod number;
mod other;
mod time;

pub use form::WireError;
pub(super) use other::readable_bytea;

use std::borrow::Cow;

use super::Kind;

/// Whether values of this kind have a binary form that can be masked.
#[must_use]
pub fn supports(kind: &Kind) -> bool {
    !matches!(kind, Kind::Array(_) | Kind::Hstore | Kind::Money | Kind::Other)
}

/// The text of a value.
///
/// # Errors
/// Where the bytes are not a value of the kind.
pub fn read<'a>(kind: &Kind, value: &'a [u8]) -> Result<Cow<'a, str>, WireError> {
    let mut out = String::new();
    match kind {
        Kind::Text | Kind::Bpchar | Kind::Citext | Kind::Enum | Kind::Json | Kind::Xml => {
            return Ok(text(value));
        }
        Kind::Jsonb => {
            let document = value.strip_prefix(&[JSONB]).ok_or(WireError::Binary)?;
            return Ok(text(document));
        }
        Kind::Bytea => return Ok(other::read_bytea(value)),
        Kind::Boolean => match value {
            [0] => out.push('f'),
            [1] => out.push('t'),
            _ => return Err(WireError::Binary),
        },
        Kind::Integer(_) => number::read_integer(value, &mut out)?,
        Kind::Numeric => number::read_numeric(value, &mut out)?,
        Kind::Float(_) => number::read_float(value, &mut out)?,
        Kind::Uuid => other::read_uuid(value, &mut out)?,
        Kind::Date => time::read_date(value, &mut out)?,
        Kind::Timestamp => time::read_timestamp(value, false, &mut out)?,
        Kind::TimestampTz => time::read_timestamp(value, true, &mut out)?,
        Kind::Inet | Kind::Cidr => other::read_inet(value, &mut out)?,
        Kind::MacAddr | Kind::MacAddr8 => other::read_mac(value, &mut out)?,
        Kind::Point => number::read_point(value, &mut out)?,
        Kind::Array(_) | Kind::Hstore | Kind::Money | Kind::Other => return Err(WireError::Binary),
    }
    Ok(Cow::Owned(out))
}

/// Whether the binary form of a text is the text.
#[must_use]
pub fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Bpchar | Kind::Citext | Kind::Enum | Kind::Json | Kind::Xml)
}

/// Appends the binary form of a text.
///
/// # Errors
/// Where the text is not a value of the kind.
pub fn write(kind: &Kind, text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    match kind {
        Kind::Text | Kind::Bpchar | Kind::Citext | Kind::Enum | Kind::Json | Kind::Xml => {
            out.extend_from_slice(text.as_bytes());
        }
        Kind::Jsonb => {
            out.push(JSONB);
            out.extend_from_slice(text.as_bytes());
        }
        Kind::Bytea => other::write_bytea(text, out),
        Kind::Boolean => out.push(match text {
            "t" | "true" => 1,
            "f" | "false" => 0,
            _ => return Err(WireError::Text),
        }),
        Kind::Integer(size) => number::write_integer(text, *size, out)?,
        Kind::Numeric => number::write_numeric(text, out)?,
        Kind::Float(size) => number::write_float(text, *size, out)?,
        Kind::Uuid => other::write_uuid(text, out)?,
        Kind::Date => time::write_date(text, out)?,
        Kind::Timestamp | Kind::TimestampTz => time::write_timestamp(text, out)?,
        Kind::Inet => other::write_inet(text, false, out)?,
        Kind::Cidr => other::write_inet(text, true, out)?,
        Kind::MacAddr => other::write_mac(text, 6, out)?,
        Kind::MacAddr8 => other::write_mac(text, 8, out)?,
        Kind::Point => number::write_point(text, out)?,
        Kind::Array(_) | Kind::Hstore | Kind::Money | Kind::Other => return Err(WireError::Text),
    }
    Ok(())
}

/// The version of `jsonb`'s binary form.
const JSONB: u8 = 1;

/// A database without an encoding may hold any bytes: each then stands for a character.
fn text(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|byte| char::from(*byte)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(kind: &Kind, texts: &[&str]) {
        for text in texts {
            let mut bytes = Vec::new();
            write(kind, text, &mut bytes).unwrap();
            assert_eq!(read(kind, &bytes).unwrap(), *text, "{kind:?}");
        }
    }

    #[test]
    fn texts_come_back() {
        there_and_back(&Kind::Text, &["", "é"]);
        there_and_back(&Kind::Jsonb, &["{\"a\": 1.50}"]);
        there_and_back(&Kind::Boolean, &["t", "f"]);
        there_and_back(&Kind::Integer(2), &["-32768", "7"]);
        there_and_back(&Kind::Integer(8), &["-9223372036854775808", "9223372036854775807"]);
        there_and_back(
            &Kind::Numeric,
            &[
                "0",
                "0.00",
                "1",
                "-1",
                "10000",
                "12345678",
                "0.0001",
                "0.00010",
                "-1234.5600",
                "100000000",
                "0.12345",
                "99999999999999999999.000000001",
                "NaN",
                "Infinity",
                "-Infinity",
                "1000000000000.1",
            ],
        );
        there_and_back(&Kind::Float(8), &["52.520006599", "-0.5", "NaN", "1e+300", "Infinity"]);
        there_and_back(&Kind::Float(4), &["13.405", "-1"]);
        there_and_back(&Kind::Point, &["(52.52,13.405)"]);
        there_and_back(&Kind::Uuid, &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]);
        there_and_back(
            &Kind::Date,
            &[
                "1980-05-17",
                "0044-03-15 BC",
                "infinity",
                "-infinity",
                "5874897-12-31",
                "2000-02-29",
            ],
        );
        there_and_back(
            &Kind::Timestamp,
            &[
                "1980-05-17 00:00:00",
                "1999-12-31 23:59:59.999999",
                "2026-11-29 10:00:00.5",
                "infinity",
            ],
        );
        there_and_back(&Kind::TimestampTz, &["1980-05-17 01:02:03+00", "-infinity"]);
        there_and_back(
            &Kind::Inet,
            &[
                "192.0.2.7",
                "192.0.2.0/24",
                "2001:db8::7",
                "::",
                "2001:db8:0:1::/64",
                "::ffff:192.0.2.1",
            ],
        );
        there_and_back(&Kind::Cidr, &["192.0.2.0/24", "192.0.2.7/32", "2001:db8::/32"]);
        there_and_back(&Kind::MacAddr, &["02:00:5e:00:53:af"]);
        there_and_back(&Kind::MacAddr8, &["02:00:5e:ff:fe:00:53:af"]);
        there_and_back(&Kind::Bytea, &["\\x00ff", "a text of letters"]);
    }

    #[test]
    fn binary_forms_are_those_that_the_server_sends() {
        let bytes = |kind: &Kind, text: &str| {
            let mut bytes = Vec::new();
            write(kind, text, &mut bytes).unwrap();
            bytes
        };
        // select numeric_send(12345.678), date_send('2000-01-02'), inet_send('10.0.0.1/8'), …
        assert_eq!(
            bytes(&Kind::Numeric, "12345.678"),
            [0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 9, 41, 26, 124]
        );
        assert_eq!(bytes(&Kind::Date, "2000-01-02"), [0, 0, 0, 1]);
        assert_eq!(bytes(&Kind::Timestamp, "2000-01-01 00:00:01"), 1_000_000i64.to_be_bytes());
        assert_eq!(bytes(&Kind::Inet, "10.0.0.1/8"), [2, 8, 0, 4, 10, 0, 0, 1]);
        assert_eq!(bytes(&Kind::Cidr, "10.0.0.0/8"), [2, 8, 1, 4, 10, 0, 0, 0]);
    }

    #[test]
    fn what_is_not_of_the_type_is_an_error() {
        for (kind, text) in [
            (Kind::Integer(2), "32768"),
            (Kind::Integer(4), "1.5"),
            (Kind::Numeric, "x"),
            (Kind::Date, "2023-02-29"),
            (Kind::Timestamp, "2023-02-28"),
            (Kind::Uuid, "a0eebc99"),
            (Kind::Inet, "300.0.0.1"),
            (Kind::MacAddr, "02:00"),
            (Kind::Boolean, "maybe"),
        ] {
            assert_eq!(write(&kind, text, &mut Vec::new()), Err(WireError::Text), "{kind:?}");
        }
        assert_eq!(read(&Kind::Integer(4), &[0]), Err(WireError::Binary));
        assert_eq!(read(&Kind::Jsonb, b"{}"), Err(WireError::Binary));
        assert_eq!(read(&Kind::Numeric, &[0, 9, 0, 0, 0, 0, 0, 0]), Err(WireError::Binary));
    }
}
