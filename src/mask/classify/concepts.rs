//! What a word of a name says.

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Concept {
    Secret,
    Ip,
    Mac,
    Email,
    Password,
    Iban,
    Card,
    Phone,
    National,
    Birth,
    Username,
    First,
    Last,
    Full,
    Postcode,
    Street,
    City,
    Company,
    Money,
    Geo,
    Agent,
    Health,
    Note,
    Account,
    Url,
    /// A body's weight, height, age.
    Measure,
    /// Text that may be a person's: body, message, description.
    Talk,
    Link,
    Name,
    /// A person by role: customer, author.
    Role,
    Key,
    Digest,
    /// A property of what the name speaks of: type, length, changed.
    About,
    /// As [`Concept::About`], and before the word: count, is, max.
    Hard,
    // what tables hold
    Companies,
    Thing,
    Setting,
    Place,
    Messages,
    Visits,
}

pub(super) const CONCEPTS: [(&str, Concept); 40] = [
    ("secret", Concept::Secret),
    ("ip", Concept::Ip),
    ("mac", Concept::Mac),
    ("email", Concept::Email),
    ("password", Concept::Password),
    ("iban", Concept::Iban),
    ("card", Concept::Card),
    ("phone", Concept::Phone),
    ("national", Concept::National),
    ("birth", Concept::Birth),
    ("username", Concept::Username),
    ("first", Concept::First),
    ("last", Concept::Last),
    ("full", Concept::Full),
    ("postcode", Concept::Postcode),
    ("street", Concept::Street),
    ("city", Concept::City),
    ("company", Concept::Company),
    ("money", Concept::Money),
    ("geo", Concept::Geo),
    ("agent", Concept::Agent),
    ("health", Concept::Health),
    ("note", Concept::Note),
    ("account", Concept::Account),
    ("url", Concept::Url),
    ("measure", Concept::Measure),
    ("talk", Concept::Talk),
    ("link", Concept::Link),
    ("name", Concept::Name),
    ("role", Concept::Role),
    ("key", Concept::Key),
    ("digest", Concept::Digest),
    ("about", Concept::About),
    ("hard", Concept::Hard),
    ("companies", Concept::Companies),
    ("thing", Concept::Thing),
    ("setting", Concept::Setting),
    ("place", Concept::Place),
    ("messages", Concept::Messages),
    ("visits", Concept::Visits),
];

impl Concept {
    /// Says what a table holds, and nothing of a column.
    pub(super) fn is_of_tables(self) -> bool {
        self >= Concept::Companies && self != Concept::Thing
    }
}
