//! Names of objects.

use crate::failure::visible;
use crate::postgres::QuotedName;
use std::fmt;

/// A schema and a name, as stored: not quoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QualifiedName {
    pub schema: String,
    pub name: String,
}

impl QualifiedName {
    #[must_use]
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        QualifiedName { schema: schema.into(), name: name.into() }
    }

    #[must_use]
    pub fn quoted(&self) -> QuotedName {
        QuotedName::new(&self.schema, &self.name)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", visible(&self.schema), visible(&self.name))
    }
}
