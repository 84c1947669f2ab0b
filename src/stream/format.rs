//! How rows travel.

/// The two formats of COPY that we stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Binary,
    /// For types that have no binary form.
    Text,
}

impl Format {
    /// As an option of COPY.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Format::Binary => "format binary",
            Format::Text => "format text",
        }
    }
}
