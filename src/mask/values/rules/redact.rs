//! `redact`: nothing of the value is left, and every value is the same.

use super::Rule;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Redact(&'static str);

pub(super) fn prepare(_: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if shape.unique {
        return Err(CannotMask::Equal);
    }
    let text = match &shape.kind {
        Kind::Text | Kind::Bpchar | Kind::Citext => match shape.max_chars {
            Some(..8) => "x",
            _ => "redacted",
        },
        Kind::Boolean => "f",
        Kind::Integer(_) | Kind::Numeric | Kind::Float(_) | Kind::Money => "0",
        Kind::Uuid => "00000000-0000-4000-8000-000000000000",
        Kind::Date => "1970-01-01",
        Kind::Timestamp => "1970-01-01 00:00:00",
        Kind::TimestampTz => "1970-01-01 00:00:00+00",
        Kind::Inet => "192.0.2.0",
        Kind::Cidr => "192.0.2.0/24",
        Kind::MacAddr => "02:00:00:00:00:00",
        Kind::MacAddr8 => "02:00:00:ff:fe:00:00:00",
        Kind::Json | Kind::Jsonb => "{}",
        Kind::Point => "(0,0)",
        Kind::Xml => "<redacted/>",
        Kind::Bytea => "redacted",
        Kind::Hstore | Kind::Array(_) | Kind::Enum | Kind::Other => {
            return Err(CannotMask::Type);
        }
    };
    Ok(Box::new(Redact(text)))
}

impl Rule for Redact {
    fn rewrite(&self, _: &str, out: &mut String) -> Result<(), CannotMask> {
        out.push_str(self.0);
        Ok(())
    }
}
