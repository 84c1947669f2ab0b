//! What a table holds, by its name and by what its columns have shown.

use super::concepts::Concept;
use super::kinds::Kind;
use super::lexicon::Reading;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    People,
    Companies,
    Messages,
    Visits,
    Things,
    Settings,
    Places,
    Unknown,
}

/// A column as its name and values alone show it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) kind: Kind,
    pub(super) score: u8,
}

pub(super) struct Context {
    pub(super) holds: Holds,
    shown: Vec<Option<Shown>>,
    /// A foreign key or a column leads to a person.
    pub(super) of_a_person: bool,
    pub(super) title: Title,
}

/// What else the table's name says.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "words of a name, each on its own")]
pub(super) struct Title {
    /// Tokens, keys, codes.
    pub(super) of_secrets: bool,
    /// Accounts of a bank.
    pub(super) of_accounts: bool,
    pub(super) of_emails: bool,
    /// Addresses that events are sent to.
    pub(super) of_hooks: bool,
    pub(super) of_money: bool,
    of_health: bool,
    of_notes: bool,
}

impl Title {
    pub(super) fn of(title: &Reading) -> Title {
        Title {
            of_secrets: title.has(Concept::Secret),
            of_accounts: title.has(Concept::Account),
            of_emails: title.has(Concept::Email),
            of_hooks: title.phrases.iter().any(|(phrase, _)| phrase.contains("hook")),
            of_money: title.has(Concept::Money),
            of_health: title.has(Concept::Health),
            of_notes: title.has(Concept::Note) && !title.has(Concept::Messages),
        }
    }

    /// The table lists what the column names.
    pub(super) fn of_the_same(self, concept: Option<Concept>) -> bool {
        concept == Some(Concept::Health) && self.of_health
            || concept == Some(Concept::Note) && self.of_notes
    }
}

fn of_concept(concept: Concept) -> Option<Holds> {
    Some(match concept {
        Concept::Role => Holds::People,
        Concept::Companies | Concept::Company => Holds::Companies,
        Concept::Messages | Concept::Email => Holds::Messages,
        Concept::Visits => Holds::Visits,
        Concept::Thing => Holds::Things,
        Concept::Setting => Holds::Settings,
        Concept::Place => Holds::Places,
        _ => return None,
    })
}

/// The head of the name decides: `user_settings` are settings, `product_reviews` messages.
pub(super) fn holds(reading: &Reading) -> Holds {
    const KINDS: [&str; 17] = [
        "types",
        "type",
        "kinds",
        "statuses",
        "levels",
        "tiers",
        "priority",
        "priorities",
        "status",
        "state",
        "states",
        "category",
        "categories",
        "filters",
        "codes",
        "groups",
        "fields",
    ];
    let last = reading.phrases.last().map(|(phrase, _)| phrase.as_str());
    if reading.phrases.len() > 1 && last.is_some_and(|last| KINDS.contains(&last)) {
        return Holds::Settings;
    }
    let each = reading.phrases.iter().map(|(_, concepts)| {
        let of: Vec<Holds> = concepts.iter().filter_map(|concept| of_concept(*concept)).collect();
        // a word of several meanings: what is harmless weighs less
        let order = [
            Holds::Settings,
            Holds::Messages,
            Holds::People,
            Holds::Companies,
            Holds::Visits,
            Holds::Places,
            Holds::Things,
        ];
        order.into_iter().find(|holds| of.contains(holds))
    });
    let mut each: Vec<Holds> = each.flatten().collect();
    if reading.head_last {
        each.reverse();
    }
    let own = each.first().copied().unwrap_or(Holds::Unknown);
    // what is in a message is of the message
    if own == Holds::Things && each.contains(&Holds::Messages) {
        return Holds::Messages;
    }
    own
}

impl Context {
    pub(super) fn new(
        holds: Holds,
        shown: Vec<Option<Shown>>,
        of_a_person: bool,
        title: Title,
    ) -> Context {
        Context { holds, shown, of_a_person, title }
    }

    /// Another column is certainly of this kind.
    pub(super) fn has(&self, kind: Kind, own: usize) -> bool {
        self.near(own, usize::MAX, &[kind])
    }

    /// Kinds of columns, this one aside, that only people have.
    pub(super) fn signs_of_people(&self, own: usize) -> usize {
        self.kinds_of_people(own, 3)
    }

    fn kinds_of_people(&self, own: usize, score: u8) -> usize {
        let of_people = [
            Kind::Email,
            Kind::First,
            Kind::Last,
            Kind::Full,
            Kind::Phone,
            Kind::Birth,
            Kind::National,
            Kind::Password,
            Kind::Street,
            Kind::Username,
            Kind::Iban,
        ];
        let others = self.shown.iter().enumerate().filter(|(index, _)| *index != own);
        let others: Vec<Kind> = others
            .filter_map(|(_, shown)| shown.filter(|shown| shown.score >= score))
            .map(|shown| shown.kind)
            .collect();
        of_people.iter().filter(|kind| others.contains(kind)).count()
    }

    pub(super) fn people(&self, own: usize) -> bool {
        self.holds == Holds::People
            || !self.is_lookup()
                && (self.signs_of_people(own) >= 1 || self.kinds_of_people(own, 2) >= 3)
    }

    /// A column at most that far away is of one of these kinds.
    pub(super) fn near(&self, own: usize, distance: usize, kinds: &[Kind]) -> bool {
        self.shown.iter().enumerate().any(|(index, shown)| {
            index != own
                && index.abs_diff(own) <= distance
                && shown.is_some_and(|shown| shown.score >= 3 && kinds.contains(&shown.kind))
        })
    }

    pub(super) fn is_lookup(&self) -> bool {
        matches!(self.holds, Holds::Things | Holds::Settings | Holds::Places)
    }
}
