//! What a person should know about how the app migrates.

/// A title, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub title: String,
    /// At most two lines.
    pub cause: String,
    /// What follows from it, where the cause does not say so.
    pub consequence: Option<&'static str>,
    pub remedy: String,
    /// Another way, where there is one.
    pub or: Option<String>,
}

impl Remark {
    pub(super) fn new(
        title: impl Into<String>,
        cause: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Remark {
            title: title.into(),
            cause: cause.into(),
            consequence: Some("No migration command is set."),
            remedy: remedy.into(),
            or: None,
        }
    }

    /// The cause says what follows from it.
    pub(super) fn with_consequence_in_cause(self) -> Self {
        Remark { consequence: None, ..self }
    }

    pub(super) fn or(self, other: impl Into<String>) -> Self {
        Remark { or: Some(other.into()), ..self }
    }
}
