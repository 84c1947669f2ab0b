//! Connection strings: what people and platforms write, translated into what the driver takes.

use crate::config::Secret;

/// Where a server is and how to speak to it.
#[derive(Clone, Debug)]
pub struct Address {
    /// Host, port, user, password, database.
    pub config: tokio_postgres::Config,
    pub tls: TlsMode,
    /// The string as it was given: a secret, for comparing and for leaving out of environments.
    pub original: Secret,
    /// What was tolerated and is worth saying, a line each.
    pub warnings: Vec<String>,
}

/// libpq's `sslmode`, with the root certificates where a check is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsMode {
    Disable,
    Prefer,
    Require,
    VerifyCa { roots: Option<String> },
    VerifyFull { roots: Option<String> },
}

#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    #[error("not a connection string: {0}")]
    Malformed(String),
}

/// The source's address: it can only give [`super::ReadOnly`] connections.
#[derive(Clone, Debug)]
pub struct SourceUrl(pub Address);

/// The target's address: it can only give [`super::Writable`] connections.
#[derive(Clone, Debug)]
pub struct TargetUrl(pub Address);

impl Address {
    /// Reads a `postgres://` or `postgresql://` URL or a key/value string.
    ///
    /// # Errors
    /// Where the string is neither, or names a pooler.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let config = text
            .parse::<tokio_postgres::Config>()
            .map_err(|error| UrlError::Malformed(error.to_string()))?;
        Ok(Address {
            config,
            tls: TlsMode::Disable,
            original: Secret::new(text),
            warnings: Vec::new(),
        })
    }
}
