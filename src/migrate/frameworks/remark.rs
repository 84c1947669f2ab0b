//! What a person should know about how the app migrates.

/// A title, and what it means with what to do, a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub title: String,
    pub body: String,
}

impl Remark {
    pub(super) fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Remark { title: title.into(), body: body.into() }
    }
}
