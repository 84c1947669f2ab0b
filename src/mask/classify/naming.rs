//! What the name of a column says of its values.

use super::kinds::Kind;
use super::lexicon::{Concept, Reading};

/// What a name says. The flags are hints that need the table or the values beside them.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "hints, each on its own")]
pub(super) struct Says {
    pub(super) kind: Option<Kind>,
    /// From 0 to 3: a word of one or two letters says less.
    pub(super) strength: u8,
    /// It speaks of a property of the value, not of the value.
    pub(super) about: bool,
    pub(super) name: bool,
    pub(super) role: bool,
    /// The role is a whole word.
    pub(super) sure_role: bool,
    pub(super) talk: bool,
    pub(super) link: bool,
    pub(super) key: bool,
    pub(super) thing: bool,
    pub(super) digest: bool,
    pub(super) measure: bool,
    /// Ends in `id`.
    pub(super) id: bool,
    /// No dictionary has a word of it.
    pub(super) opaque: bool,
    /// Where somebody is.
    pub(super) location: bool,
    /// The key of a person elsewhere: `uid` beside `provider`.
    pub(super) uid: bool,
    /// The number of an account.
    pub(super) account: bool,
    /// A number that only a person types: a PIN.
    pub(super) pin: bool,
    /// Readers come to it by an address: a page, an article.
    pub(super) published: bool,
    /// Who sends: the firm itself.
    pub(super) sender: bool,
}

fn kind_of(concept: Concept) -> Option<Kind> {
    Some(match concept {
        Concept::Secret | Concept::Account => Kind::Secret,
        Concept::Ip => Kind::Ip,
        Concept::Mac => Kind::Mac,
        Concept::Email => Kind::Email,
        Concept::Password => Kind::Password,
        Concept::Iban => Kind::Iban,
        Concept::Card => Kind::Card,
        Concept::Phone => Kind::Phone,
        Concept::National => Kind::National,
        Concept::Birth => Kind::Birth,
        Concept::Username => Kind::Username,
        Concept::First => Kind::First,
        Concept::Last => Kind::Last,
        Concept::Full => Kind::Full,
        Concept::Postcode => Kind::Postcode,
        Concept::Street => Kind::Street,
        Concept::City => Kind::City,
        Concept::Company => Kind::Company,
        Concept::Money => Kind::Money,
        Concept::Geo => Kind::Geo,
        Concept::Agent | Concept::Health | Concept::Note => Kind::Text,
        Concept::Url => Kind::Url,
        _ => return None,
    })
}

pub(super) fn says(reading: &Reading) -> Says {
    let phrases = &reading.phrases;
    let mut says = Says {
        name: reading.has(Concept::Name),
        role: reading.has(Concept::Role),
        sure_role: reading
            .place(Concept::Role)
            .is_some_and(|place| !reading.unsure.contains(&place)),
        talk: reading.has(Concept::Talk),
        link: reading.has(Concept::Link),
        key: reading.has(Concept::Key),
        thing: reading.has(Concept::Thing),
        digest: reading.has(Concept::Digest),
        measure: reading.has(Concept::Measure),
        id: phrases.last().is_some_and(|(phrase, _)| {
            phrase == "id" || phrase == "ids" || phrase.ends_with("_id")
        }),
        opaque: phrases.iter().all(|(_, concepts)| concepts.is_empty()),
        location: [
            "location",
            "standort",
            "ubicacion",
            "lieu",
            "lokacija",
            "localizacao",
            "locatie",
            "lokalizacja",
        ]
        .iter()
        .any(|word| reading.says(word)),
        uid: ["uid", "extern_uid", "external_uid", "provider_uid", "provider_id", "open_id"]
            .iter()
            .any(|word| reading.says(word)),
        account: reading.has(Concept::Account) && !reading.has(Concept::Secret),
        pin: [
            "pin", "cvv", "cvc", "cvv2", "otp", "tan", "pin_code", "kod_pin", "code_pin", "pincode",
        ]
        .iter()
        .any(|word| reading.says(word)),
        published: ["slug", "permalink", "excerpt", "published", "post_name"]
            .iter()
            .any(|word| reading.says(word)),
        sender: ["from", "sender", "reply", "noreply", "support"]
            .iter()
            .any(|word| reading.says(word)),
        ..Says::default()
    };
    // the concept that comes first in the order of the enum decides
    let strongest = phrases.iter().enumerate().flat_map(|(place, (phrase, concepts))| {
        concepts
            .iter()
            .filter_map(move |concept| Some((*concept, kind_of(*concept)?, place, phrase)))
    });
    let strongest = strongest.min_by_key(|(concept, _, place, _)| (*concept, usize::MAX - place));
    let hard = reading.place(Concept::Hard);
    let Some((_, kind, place, phrase)) = strongest else {
        if says.name && says.role && !says.thing && hard.is_none() {
            says.kind = Some(Kind::Full);
            says.strength = 3;
        }
        says.about = hard.is_some() || reading.has(Concept::About);
        return says;
    };
    says.kind = Some(kind);
    let unsure = reading.unsure.contains(&place) || phrase.len() <= 2 && phrase != "ip";
    says.strength = if unsure { 2 } else { 3 };
    if says.digest
        && matches!(kind, Kind::Email | Kind::Phone | Kind::Username | Kind::National | Kind::Ip)
    {
        says.kind = Some(Kind::Digest);
    }
    let head_last = reading.head_last;
    let of_things = |concept: &Concept| {
        matches!(concept, Concept::About | Concept::Hard) || *concept == Concept::Thing && head_last
    };
    let after = phrases.iter().enumerate().skip(place + 1).any(|(at, (_, concepts))| {
        !concepts.is_empty() && concepts.iter().all(of_things) && !reading.unsure.contains(&at)
    });
    // the number of an address or a firm is a key
    let has_key = match kind {
        Kind::City | Kind::Company | Kind::Full | Kind::Last | Kind::First => true,
        // a street has a house number
        Kind::Street => ["adr", "addr", "dire", "indir", "naslov", "ende"]
            .iter()
            .any(|of| phrase.starts_with(of)),
        _ => false,
    };
    let last = phrases.len() > place + 1
        && phrases.last().is_some_and(|(own, _)| own == "#" || own == "nr");
    let numbered = has_key && last;
    let before = !reading.head_last
        && place > 0
        && phrases[0].1.iter().any(|concept| matches!(concept, Concept::About | Concept::Thing));
    let hard = hard.is_some_and(|hard| hard != place);
    says.about = after || before || hard || numbered;
    says
}
