//! What the name of a column says of its values.

use super::concepts::Concept;
use super::kinds::Kind;
use super::lexicon::Reading;

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
    /// Its last word ends in these letters: `countryid`.
    pub(super) ends_in_id: bool,
    /// The number of a house, a flat.
    pub(super) house: bool,
    /// A person's number with another service: `facebook_id`.
    pub(super) social: bool,
    /// Nothing but a word for "number".
    pub(super) number_alone: bool,
    /// A registration, maybe of a vehicle.
    pub(super) plate: bool,
    /// What the word for the text says: a note, an illness.
    pub(super) kind_word: Option<Concept>,
    /// The role is the head of the name, and one person's.
    pub(super) one_role: bool,
    /// The full name, of a person or a thing.
    pub(super) whole: bool,
    /// The phrase of the kind has a word for "name".
    pub(super) of_a_name: bool,
    /// The name of a tax, which has a rate, too.
    pub(super) tax: bool,
    /// A description, maybe of a thing.
    pub(super) describes: bool,
    /// What stands above or below: a parent.
    pub(super) tree: bool,
    /// One phrase.
    pub(super) alone: bool,
    /// Of a key.
    pub(super) fingerprint: bool,
    /// A word for titles and for addresses.
    pub(super) title: bool,
}

fn is_of_an_address(concept: Concept) -> bool {
    matches!(
        concept,
        Concept::Postcode | Concept::Street | Concept::City | Concept::Geo | Concept::Account
    )
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

/// Words for a registration, in many forms.
const PLATES: &[&str] = &[
    "registra",
    "registrac",
    "rejestrac",
    "immatricul",
    "matricul",
    "plate",
    "plaque",
    "placa",
    "patente",
    "kennzeichen",
    "tablica",
];

/// What stands above or below, more often than a person.
const TREE: &[&str] =
    &["parent", "child", "padre", "madre", "pere", "mere", "pai", "mae", "hijo", "figlio"];

/// What people are in an application. These words do not say that a column holds a person's name.
const GROUPS: &[&str] = &["profile", "perfil", "profil", "profilo", "staff"];

/// Taxes that have rates.
const TAXES: &[&str] = &["vat", "tva", "iva", "mwst", "btw", "pdv", "ddv"];

/// Whose number it is, where it is a person's.
const OF_PEOPLE: &[&str] =
    &["national", "personal", "individual", "tax", "fiscal", "civil", "citizen", "government"];

/// The identification number of a product, of a vehicle.
fn is_of_a_thing(kind: Kind, phrase: &str, before: &[(String, Vec<Concept>)]) -> bool {
    let any = ["identification_#", "identity_#", "id_#"].contains(&phrase);
    let of_a_person = |(word, concepts): &(String, Vec<Concept>)| {
        concepts.contains(&Concept::Role) || OF_PEOPLE.contains(&word.as_str())
    };
    kind == Kind::National && any && !before.is_empty() && !before.iter().any(of_a_person)
}

/// Where people have accounts.
const SERVICES: &[&str] = &[
    "facebook",
    "google",
    "twitter",
    "github",
    "apple",
    "linkedin",
    "telegram",
    "chat",
    "social",
    "discord",
    "instagram",
];

fn of_a_house(phrase: &str) -> bool {
    const WORDS: &[&str] =
        &["house", "apartment", "flat", "civic", "kucn", "hisn", "haus", "huis", "wohnung", "hnr"];
    phrase.contains('#') || WORDS.iter().any(|word| phrase.starts_with(word))
}

/// The last phrase that is not a number: `account_id_2` is an id.
fn last_word(phrases: &[(String, Vec<Concept>)]) -> Option<&str> {
    let mut words = phrases.iter().rev().map(|(phrase, _)| phrase.as_str());
    words.find(|word| !word.bytes().all(|b| b.is_ascii_digit()))
}

/// What it says of the value that the word at the place names: that it is not the value.
fn is_beside(reading: &Reading, kind: Kind, place: usize) -> bool {
    let phrases = &reading.phrases;
    let phrase = phrases[place].0.as_str();
    let later = &phrases[place + 1..];
    // the key of what has a name or an address
    let has_key = match kind {
        Kind::City | Kind::Company | Kind::Full | Kind::Last | Kind::First => true,
        // a street has a house number
        Kind::Street => ["adr", "addr", "dire", "indir", "naslov", "ende"]
            .iter()
            .any(|of| phrase.starts_with(of)),
        _ => false,
    };
    let last = later.last();
    let numbered = has_key && last.is_some_and(|(own, _)| own == "#" || own == "nr");
    let named_key =
        matches!(kind, Kind::City | Kind::Company | Kind::Last | Kind::First | Kind::Street)
            && last.is_some_and(|(own, concepts)| own != "#" && concepts.contains(&Concept::Key));
    let id = !later.is_empty()
        && !matches!(kind, Kind::Secret | Kind::Email | Kind::National | Kind::Username)
        && matches!(last_word(phrases), Some("id" | "ids"));
    let earlier = &phrases[..place];
    // the country of a birth, of a licence
    let place_of = matches!(kind, Kind::Birth | Kind::National)
        && earlier.iter().any(|(own, _)| COUNTRIES.contains(&own.as_str()));
    // the firm that a product is named by
    let branded = kind == Kind::Company
        && earlier.iter().any(|(_, concepts)| concepts.contains(&Concept::Thing));
    // two letters among several words are chance
    let chance = phrase.len() <= 2 && phrases.len() > 2 && phrase != "ip" && kind != Kind::Secret;
    // what was said of a code
    let talk = kind == Kind::Secret && later.iter().any(|(_, own)| own.contains(&Concept::Talk));
    talk || numbered || named_key || id || place_of || branded || chance
}

/// Words for "country".
const COUNTRIES: &[&str] =
    &["country", "countries", "land", "pays", "pais", "paese", "kraj", "drzava", "state", "uf"];

fn hints(reading: &Reading) -> Says {
    let phrases = &reading.phrases;
    Says {
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
        id: last_word(phrases)
            .is_some_and(|phrase| phrase == "id" || phrase == "ids" || phrase.ends_with("_id")),
        plate: phrases.iter().any(|(phrase, _)| PLATES.iter().any(|own| phrase.starts_with(own))),
        one_role: reading.place(Concept::Role).is_some_and(|place| {
            let phrase = &phrases[place].0;
            let head = if reading.head_last { place + 1 == phrases.len() } else { place == 0 };
            let many = phrase.ends_with('s') && !phrase.ends_with("arts");
            head && !many && !GROUPS.contains(&phrase.as_str())
        }),
        tree: TREE.iter().any(|word| reading.says(word)),
        describes: ["descri", "beschr", "omschr", "opis"]
            .iter()
            .any(|own| phrases.iter().any(|(phrase, _)| phrase.starts_with(own))),
        alone: phrases.len() == 1,
        number_alone: phrases.len() == 1 && reading.says("#"),
        title: reading.says("naslov"),
        fingerprint: reading.says("fingerprint"),
        ends_in_id: phrases.last().is_some_and(|(phrase, _)| phrase.ends_with("id")),
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
        published: ["slug", "permalink", "excerpt", "published"]
            .iter()
            .any(|word| reading.says(word))
            || reading.says("post") && reading.has(Concept::Name),
        sender: phrases.iter().any(|(phrase, _)| {
            let of_sender = ["from", "sender", "reply", "noreply", "support"];
            phrase.split('_').any(|word| of_sender.contains(&word))
        }),
        ..Says::default()
    }
}

pub(super) fn says(reading: &Reading) -> Says {
    let phrases = &reading.phrases;
    let mut says = hints(reading);
    // the concept that comes first in the order of the enum decides
    let strongest = phrases.iter().enumerate().flat_map(|(place, (phrase, concepts))| {
        concepts
            .iter()
            .filter_map(move |concept| Some((*concept, kind_of(*concept)?, place, phrase)))
    });
    // the town of a recipient is a town
    let address = phrases
        .iter()
        .any(|(_, concepts)| concepts.iter().any(|concept| is_of_an_address(*concept)));
    let yields = |concept: Concept, phrase: &str| {
        concept == Concept::Full || concept == Concept::Email && phrase == "mail"
    };
    let strongest = strongest.min_by_key(|(concept, _, place, phrase)| {
        (yields(*concept, phrase) && address, *concept, usize::MAX - place)
    });
    let hard = reading.place(Concept::Hard);
    let Some((concept, kind, place, phrase)) = strongest else {
        if says.name && says.role && !says.thing && hard.is_none() {
            says.kind = Some(Kind::Full);
            says.strength = 3;
        }
        says.about = hard.is_some() || reading.has(Concept::About);
        return says;
    };
    // the text of a mail, the name of a mail's template
    let of_a_mail = kind == Kind::Email
        && phrases[place + 1..].iter().any(|(_, concepts)| {
            concepts.contains(&Concept::Talk) || concepts.contains(&Concept::Name)
        });
    if of_a_mail {
        says.about = hard.is_some() || reading.has(Concept::About);
        return says;
    }
    says.kind_word = Some(concept);
    says.kind = Some(kind);
    // a package has a full name, too
    says.whole = matches!(phrase.as_str(), "full_name" | "fullname");
    says.of_a_name = ["name", "nom", "naam", "imie", "ime_", "_ime", "nazw"]
        .iter()
        .any(|own| phrase.contains(own));
    says.tax = kind == Kind::National && TAXES.contains(&phrase.as_str());
    says.house = kind == Kind::Street && of_a_house(phrase);
    says.social = kind == Kind::Secret
        && phrase.split_once('_').is_some_and(|(service, _)| SERVICES.contains(&service));
    // papers of any kind
    let paper = kind == Kind::National
        && ["docu", "num_doc", "#_doc"].iter().any(|own| phrase.starts_with(own));
    let unsure = paper
        || is_of_a_thing(kind, phrase, &phrases[..place])
        || reading.unsure.contains(&place)
        || phrase.len() <= 2 && phrase != "ip";
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
    let before = !reading.head_last
        && place > 0
        && phrases[0].1.iter().any(|concept| matches!(concept, Concept::About | Concept::Thing));
    let hard = hard.is_some_and(|hard| hard != place);
    says.about = after || before || hard || is_beside(reading, kind, place);
    says
}
