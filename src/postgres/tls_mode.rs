//! How a session is encrypted.

/// libpq's `sslmode`, with the root certificates for a mode that verifies.
///
/// `roots` is a file in PEM format or the word `system`; `None` is libpq's
/// `~/.postgresql/root.crt` where that exists, else the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsMode {
    Disable,
    /// Encrypts where the server can, else speaks plainly; `allow` is taken for it too.
    Prefer,
    /// Encrypts, and does not ask who the server is.
    Require,
    /// Encrypts, and the certificate must come from one of the roots.
    VerifyCa {
        roots: Option<String>,
    },
    /// Encrypts, and the certificate must come from one of the roots and bear the host's name.
    VerifyFull {
        roots: Option<String>,
    },
}

impl TlsMode {
    /// libpq's word for it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            TlsMode::Disable => "disable",
            TlsMode::Prefer => "prefer",
            TlsMode::Require => "require",
            TlsMode::VerifyCa { .. } => "verify-ca",
            TlsMode::VerifyFull { .. } => "verify-full",
        }
    }
}
