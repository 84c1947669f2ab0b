//! The masks by the names that `review-data.toml` gives them.

use std::fmt;
use std::str::FromStr;

/// What becomes of the values of a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mask {
    Keep,
    Email,
    FirstName,
    LastName,
    FullName,
    Username,
    Phone,
    Street,
    City,
    Postcode,
    Company,
    Url,
    Ip,
    Mac,
    Iban,
    Card,
    NationalId,
    /// A day nearby, in the same year.
    Date,
    /// A number of the same sign and scale nearby.
    Number,
    /// A place nearby.
    Geo,
    /// Words of the same lengths.
    Text,
    Uuid,
    Hash,
    Redact,
    Null,
    Password,
    /// A dead value of the same shape.
    Secret,
    /// The masks of paths within a document.
    Json,
    /// In a table of keys and values: what the key of the row says.
    ByKey,
    /// A file's reference that leads nowhere.
    File,
    /// `constant:VALUE`
    Constant(String),
    /// `sql:EXPRESSION`, evaluated on the source.
    Sql(String),
}

/// The text is not the name of a mask.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no mask {0}")]
pub struct UnknownMask(pub String);

impl Mask {
    /// The masks without an argument, in the order of the documentation.
    pub const PLAIN: [(&'static str, Mask); 30] = [
        ("keep", Mask::Keep),
        ("email", Mask::Email),
        ("first_name", Mask::FirstName),
        ("last_name", Mask::LastName),
        ("full_name", Mask::FullName),
        ("username", Mask::Username),
        ("phone", Mask::Phone),
        ("street", Mask::Street),
        ("city", Mask::City),
        ("postcode", Mask::Postcode),
        ("company", Mask::Company),
        ("url", Mask::Url),
        ("ip", Mask::Ip),
        ("mac", Mask::Mac),
        ("iban", Mask::Iban),
        ("card", Mask::Card),
        ("national_id", Mask::NationalId),
        ("date", Mask::Date),
        ("number", Mask::Number),
        ("geo", Mask::Geo),
        ("text", Mask::Text),
        ("uuid", Mask::Uuid),
        ("hash", Mask::Hash),
        ("redact", Mask::Redact),
        ("null", Mask::Null),
        ("password", Mask::Password),
        ("secret", Mask::Secret),
        ("json", Mask::Json),
        ("by_key", Mask::ByKey),
        ("file", Mask::File),
    ];
}

impl FromStr for Mask {
    type Err = UnknownMask;

    fn from_str(text: &str) -> Result<Self, UnknownMask> {
        if let Some(value) = text.strip_prefix("constant:") {
            return Ok(Mask::Constant(value.to_owned()));
        }
        if let Some(expression) = text.strip_prefix("sql:") {
            return Ok(Mask::Sql(expression.to_owned()));
        }
        let named = Mask::PLAIN.iter().find(|(name, _)| *name == text);
        named.map(|(_, mask)| mask.clone()).ok_or_else(|| UnknownMask(text.to_owned()))
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mask::Constant(value) => write!(f, "constant:{value}"),
            Mask::Sql(expression) => write!(f, "sql:{expression}"),
            plain => {
                let named = Mask::PLAIN.iter().find(|(_, mask)| mask == plain);
                f.write_str(named.map_or("", |(name, _)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mask_is_read_by_the_name_that_it_writes() {
        let with_arguments = ["constant:a:b", "constant:", "sql:lower(email)"];
        let plain = Mask::PLAIN.iter().map(|(name, _)| *name);
        for text in plain.chain(with_arguments) {
            assert_eq!(text.parse::<Mask>().map(|mask| mask.to_string()), Ok(text.to_owned()));
        }
        assert_eq!("e-mail".parse::<Mask>(), Err(UnknownMask("e-mail".to_owned())));
    }
}
