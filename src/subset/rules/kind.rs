//! Kinds of tables that arrive empty.

/// Why a review app must not have the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Queue,
    /// A cache, or messages between processes.
    Cache,
    Session,
    Token,
    /// Subscriptions and devices that get push messages.
    Push,
    Webhook,
    Outbox,
    LoginLink,
}

impl Kind {
    pub(super) const ALL: [Kind; 8] = [
        Kind::Queue,
        Kind::Outbox,
        Kind::Webhook,
        Kind::Push,
        Kind::Session,
        Kind::Token,
        Kind::LoginLink,
        Kind::Cache,
    ];

    /// What the table is, in one or two words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Kind::Queue => "queue",
            Kind::Cache => "cache",
            Kind::Session => "sessions",
            Kind::Token => "tokens",
            Kind::Push => "push recipients",
            Kind::Webhook => "webhooks",
            Kind::Outbox => "outbox",
            Kind::LoginLink => "login links",
        }
    }

    /// Its kind, and why its rows stay out.
    pub(super) fn why(self) -> &'static str {
        match self {
            Kind::Queue => "a queue, whose jobs would run in the review app",
            Kind::Cache => "a cache, which the app fills itself",
            Kind::Session => "sessions, which would let their owners in",
            Kind::Token => "tokens, which would let their owners in",
            Kind::Push => "devices and subscriptions that would get the review app's messages",
            Kind::Webhook => "webhooks, which the review app would call",
            Kind::Outbox => "messages that the review app would send",
            Kind::LoginLink => "links and codes, which would let their owners in",
        }
    }
}
