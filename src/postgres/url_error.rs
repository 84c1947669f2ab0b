//! Why a connection string cannot be used, and what to do about it.

use super::pooler::{self, Pooler};
use crate::failure::Failure;

/// Why a connection string cannot be used. It never repeats a value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("not a connection string: {0}")]
    Malformed(String),
    #[error("the parameter {parameter} must be {expected}")]
    Value { parameter: &'static str, expected: &'static str },
    #[error("the parameter {parameter} is not supported: {reason}")]
    Unsupported { parameter: &'static str, reason: &'static str },
    #[error(transparent)]
    Pooler(#[from] Pooler),
}

impl UrlError {
    /// The failure to show; `whose` is where the string comes from, such as `the config var
    /// REVIEW_DATA_SOURCE_URL` or `SOURCE`.
    #[must_use]
    pub fn failure(&self, whose: &str) -> Failure {
        let failure =
            Failure::wrong_use(format!("{whose} cannot be used")).because(self.to_string());
        match self {
            UrlError::Pooler(_) => failure.remedy(pooler::REMEDY),
            UrlError::Malformed(_) => failure.remedy(
                "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %40 for @, %2F for /, \
                 %3F for ?, %23 for # and %25 for % in the password",
            ),
            UrlError::Value { parameter, .. } | UrlError::Unsupported { parameter, .. } => {
                failure.remedy(format!("correct the parameter {parameter} or leave it out"))
            }
        }
    }
}
