//! A table whose rows users may have added to, though it is a member of an extension.

use super::name::QualifiedName;
use crate::postgres::QuotedIdent;

/// A table or a sequence that an extension calls its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionTable {
    pub name: QualifiedName,
    pub extension: String,
    pub is_sequence: bool,
    /// `WHERE …`, as the extension says which rows are the users'; empty: all of them.
    pub condition: String,
    /// The columns that are written.
    pub columns: Vec<String>,
    /// Of its file, TOAST included.
    pub bytes: u64,
    /// Why the source's role cannot read all of it.
    pub unreadable: Option<&'static str>,
}

/// Extensions whose rows do something, or are secrets.
const NOT_TO_BE_COPIED: [(&str, &str); 5] = [
    ("pg_cron", "a review app does not run production's jobs"),
    ("pgagent", "a review app does not run production's jobs"),
    ("pg_timetable", "a review app does not run production's jobs"),
    ("pgsodium", "they are secrets"),
    ("supabase_vault", "they are secrets"),
];

impl ExtensionTable {
    /// Why its rows are never copied.
    #[must_use]
    pub fn never(&self) -> Option<&'static str> {
        let found = NOT_TO_BE_COPIED.iter().find(|(extension, _)| *extension == self.extension);
        found.map(|(_, why)| *why)
    }

    /// The rows that users added, or the state of the sequence.
    #[must_use]
    pub fn select(&self, what: &str) -> String {
        format!("select {what} from {} {}", self.name.quoted(), self.condition)
    }

    /// The columns that are written, as a list.
    #[must_use]
    pub fn list(&self) -> String {
        let names = self.columns.iter().map(|name| QuotedIdent::new(name).to_string());
        names.collect::<Vec<_>>().join(", ")
    }
}
