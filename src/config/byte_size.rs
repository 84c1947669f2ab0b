//! Sizes as people write them: `200MB`.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ByteSize(pub u64);

/// Each unit and its bytes. MB is a million, so that a budget holds whichever MB is meant by
/// others; who means 2^20 says MiB.
const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ByteSizeError {
    #[error("a size such as \"200MB\" is expected")]
    NoNumber,
    #[error("a unit is missing, as in \"{0}MB\"")]
    NoUnit(String),
    #[error("{unit:?} is not one of the units kB, MB, GB, TB, KiB, MiB, GiB and TiB")]
    UnknownUnit { unit: String },
    #[error("a size of more than 0 bytes and less than 8 EiB is expected")]
    OutOfRange,
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    /// A number, whole or not, and a unit in any case; with or without a blank between them.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in range; nobody counts single bytes of petabytes"
    )]
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = (&text[..end], text[end..].trim());
        let value = number.parse::<f64>().map_err(|_| ByteSizeError::NoNumber)?;
        if unit.is_empty() {
            return Err(ByteSizeError::NoUnit(number.to_owned()));
        }
        let bytes = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit))
            .map(|(_, bytes)| *bytes)
            .ok_or_else(|| ByteSizeError::UnknownUnit { unit: unit.to_owned() })?;
        let size = value * bytes as f64;
        if (1.0..i64::MAX as f64).contains(&size) {
            Ok(ByteSize(size as u64))
        } else {
            Err(ByteSizeError::OutOfRange)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> u64 {
        text.parse::<ByteSize>().unwrap().0
    }

    #[test]
    fn sizes_are_read_with_their_unit() {
        assert_eq!(bytes("200MB"), 200_000_000);
        assert_eq!(bytes(" 200 mb "), 200_000_000);
        assert_eq!(bytes("1.5 GB"), 1_500_000_000);
        assert_eq!(bytes("64MiB"), 67_108_864);
        assert_eq!(bytes("900kb"), 900_000);
        assert_eq!(bytes("1TB"), 1_000_000_000_000);
        assert_eq!(bytes("17B"), 17);
    }

    #[test]
    fn what_is_no_size_is_told() {
        let told = |text: &str| text.parse::<ByteSize>().unwrap_err().to_string();
        assert_eq!(told("200"), "a unit is missing, as in \"200MB\"");
        assert_eq!(told("much"), "a size such as \"200MB\" is expected");
        assert_eq!(told("-5MB"), "a size such as \"200MB\" is expected");
        assert_eq!(told("1.2.3MB"), "a size such as \"200MB\" is expected");
        assert_eq!(
            told("200MG"),
            "\"MG\" is not one of the units kB, MB, GB, TB, KiB, MiB, GiB and TiB"
        );
        assert_eq!(told("0MB"), "a size of more than 0 bytes and less than 8 EiB is expected");
        assert_eq!(told("99999999999TB"), told("0kB"));
    }
}
