//! One column's decision, with its table.

use super::column::Column;
use super::context::{Context, Holds, Shown};
use super::evidence::Evidence;
use super::kinds::Kind;
use super::signs::Sign;
use super::types::Class;
use super::words;
use super::{Confidence, Decision, Mask};

/// Found, before it becomes a decision.
struct Verdict {
    kind: Kind,
    score: u8,
    reason: String,
}

pub(super) fn keep(reason: &str) -> Decision {
    Decision {
        mask: Mask::Keep,
        paths: Vec::new(),
        reason: reason.to_owned(),
        confidence: Confidence::Low,
    }
}

/// A column in its table, at its place.
pub(super) struct Place<'a> {
    pub(super) column: &'a Column<'a>,
    pub(super) context: &'a Context,
    pub(super) own: usize,
}

impl Place<'_> {
    /// The kind of the column, by its neighbours too.
    pub(super) fn shown(&self) -> Option<Shown> {
        let Verdict { kind, score, .. } = self.judge()?;
        Some(Shown { kind, score: score.max(3) })
    }

    pub(super) fn decide(&self) -> Decision {
        let reason = match self.column.class {
            Class::Inet => Some((Mask::Ip, "its type holds network addresses")),
            Class::Mac => Some((Mask::Mac, "its type holds hardware addresses")),
            _ => None,
        };
        if let Some((mask, reason)) = reason {
            let reason = reason.to_owned();
            return Decision { mask, paths: Vec::new(), reason, confidence: Confidence::High };
        }
        let Some(Verdict { kind, score, reason }) = self.judge() else {
            return keep(self.why_kept());
        };
        let confidence = match score {
            4.. => Confidence::High,
            3 => Confidence::Medium,
            _ => Confidence::Low,
        };
        let mut mask = kind.mask(self.column.class);
        if mask == Mask::Password && self.column.facts.unique {
            // one known password for all would not be unique
            mask = Mask::Secret;
        }
        Decision { mask, paths: Vec::new(), reason, confidence }
    }

    fn judge(&self) -> Option<Verdict> {
        self.by_values()
            .or_else(|| self.by_name())
            .or_else(|| self.by_description())
            .or_else(|| self.by_hints())
            .or_else(|| self.by_codes())
            .or_else(|| self.by_weak_values())
            .or_else(|| self.by_place())
            .or_else(|| self.by_cipher())
    }

    fn share(&self, sign: Sign) -> f64 {
        self.column.signs.share(sign)
    }

    /// Most values have places for what a program fills in.
    fn is_template(&self) -> bool {
        self.share(Sign::Template) >= 0.5
    }

    /// No value is known.
    fn empty(&self) -> bool {
        self.column.signs.seen() == 0
    }

    fn people(&self) -> bool {
        self.context.people(self.own)
    }

    fn by_values(&self) -> Option<Verdict> {
        let column = self.column;
        let found = column.valued().filter(|found| found.score >= 3)?;
        let reason = found.reason.to_owned();
        if let Some((kind, strength)) = column.named() {
            let kind = if strength < 3 { found.kind } else { column.reconcile(kind, found) };
            let agreed = found.score >= 4 || !self.is_of_things(kind);
            return agreed.then_some(Verdict { kind, score: 6, reason });
        }
        let offices = self.share(Sign::Office) >= 0.7;
        if found.kind == Kind::Email && offices && (self.context.is_lookup() || column.says.sender)
        {
            return None;
        }
        // few names that come again and again are people's only among other data of people
        let nobody = !self.of_few_people() && (column.says.about || !self.people());
        let repeated = column.is_choice() && found.score < 4 && nobody;
        // a table's own key comes first
        let hidden = self.share(Sign::Hex) + self.share(Sign::Uuid);
        let key = found.kind == Kind::Secret
            && self.own == 0
            && column.facts.unique
            && hidden >= 0.9
            && !self.context.title.of_secrets;
        if key && found.score < 4 && self.context.holds != Holds::Visits {
            return None;
        }
        let certain = found.score >= 4 || !repeated && !self.is_of_things(found.kind);
        certain.then_some(Verdict { kind: found.kind, score: found.score, reason })
    }

    /// The same few people in many rows: who did it, whose it is.
    fn of_few_people(&self) -> bool {
        let by = words::split(&self.column.facts.name).last().is_some_and(|word| word == "by");
        (self.column.says.role || by) && !self.column.is_listed() && self.share(Sign::Full) >= 0.7
    }

    fn by_name(&self) -> Option<Verdict> {
        let (kind, strength) = self.column.named()?;
        let same = self.column.values.is_some_and(|found| found.kind == kind);
        // the pin of a board
        let of_a_board = self.column.says.pin
            && matches!(self.column.class, Class::Integer(_))
            && !self.people()
            && !self.context.of_a_person;
        if of_a_board {
            return None;
        }
        if strength < 3 && !same && !self.people() || self.is_of_things(kind) {
            return None;
        }
        let reason = format!("the name says {}", kind.words());
        Some(Verdict { kind, score: if same { 5 } else { 3 }, reason })
    }

    fn by_description(&self) -> Option<Verdict> {
        let (kind, by) = self.column.described()?;
        let reason = format!("its {by} says {}", kind.words());
        Some(Verdict { kind, score: 3, reason })
    }

    /// Names of goods, towns of a list of towns, texts of a catalogue.
    fn is_of_things(&self, kind: Kind) -> bool {
        let says = &self.column.says;
        let context = self.context;
        let lookup = context.is_lookup();
        let unsaid = says.kind.is_none();
        let addressed = context.has(Kind::Street, self.own);
        match kind {
            Kind::City => {
                // a list of towns
                let nobody = context.signs_of_people(self.own) == 0
                    && !context.of_a_person
                    && !context.near(self.own, 3, &[Kind::Postcode, Kind::Street]);
                let listed = unsaid && nobody && context.holds == Holds::Unknown;
                context.holds == Holds::Places || lookup && !addressed || listed
            }
            Kind::Geo if context.holds == Holds::Places && !addressed => true,
            Kind::Geo if context.of_a_person && context.holds != Holds::Places => false,
            Kind::Geo | Kind::Postcode => {
                lookup && !addressed && context.signs_of_people(self.own) == 0
            }
            // only people have family names
            Kind::First | Kind::Last if says.strength >= 3 && says.kind == Some(kind) => false,
            Kind::First | Kind::Last | Kind::Full => {
                let share = self.share(Sign::Full) + self.share(Sign::Given);
                let least = if lookup && says.name { 0.6 } else { 0.35 };
                let few = !self.empty() && share < least;
                if says.role || !unsaid {
                    let known = !self.empty() || kind != Kind::Full;
                    return lookup && known && share < 0.2;
                }
                says.thing || few && lookup || context.holds == Holds::Places
            }
            Kind::Company => says.thing && unsaid || context.holds == Holds::Places,
            // the title of a thing: `naslov` is both
            Kind::Street if lookup && !unsaid && !addressed => {
                let streets = self.share(Sign::StreetWord) + self.share(Sign::StreetShape);
                let titles = !self.empty() && streets < 0.2 || self.empty() && says.title;
                titles && !context.near(self.own, 2, &[Kind::City, Kind::Postcode])
            }
            Kind::Street => {
                let bare = context.holds == Holds::Things && !context.has(Kind::Postcode, self.own);
                unsaid && (says.thing || bare && self.share(Sign::StreetWord) < 0.5)
            }
            Kind::Text => {
                let written = context.of_a_person && self.share(Sign::Personal) >= 0.3;
                if written && !says.published {
                    return self.is_template();
                }
                // the list of allergies, the reasons to choose from
                let listed = context.title.of_the_same(says.kind_word) && !context.of_a_person;
                if listed && context.signs_of_people(self.own) == 0 {
                    return true;
                }
                let about_nobody = context.holds == Holds::Unknown
                    && self.column.signs.seen() >= 8
                    && !context.of_a_person
                    && context.signs_of_people(self.own) == 0
                    && self.share(Sign::Personal) < 0.05
                    && self.share(Sign::HoldsEmail) == 0.0
                    && self.share(Sign::Agent) == 0.0;
                if about_nobody {
                    return true;
                }
                let impersonal = self.share(Sign::Personal) < if unsaid { 0.5 } else { 0.15 };
                lookup && self.share(Sign::HoldsEmail) < 0.05 && (unsaid && says.talk || impersonal)
            }
            Kind::Url => lookup && self.share(Sign::OfPerson) < 0.3,
            Kind::Phone => says.thing && unsaid,
            Kind::Secret => {
                let unsure = says.about && self.share(Sign::Random) < 0.65;
                unsaid && (says.thing && lookup || unsure)
            }
            Kind::Username => lookup && unsaid,
            Kind::Money => context.holds == Holds::Things,
            _ => false,
        }
    }

    /// A name, a role, a text, a measure, a link: they need the table.
    fn by_hints(&self) -> Option<Verdict> {
        let says = &self.column.says;
        let context = self.context;
        let verdict = |kind: Kind, reason: &str| {
            let fits = kind.fits(self.column.class);
            fits.then(|| Verdict { kind, score: 2, reason: reason.to_owned() })
        };
        if says.measure
            && matches!(self.column.class, Class::Decimal | Class::Money)
            && !says.about
            && !context.is_lookup()
            && (self.people() || context.of_a_person)
        {
            return verdict(Kind::Money, "a measure of a person");
        }
        let decimal = matches!(self.column.class, Class::Decimal | Class::Money);
        let amount = decimal && self.own > 0 && !says.id;
        if amount && context.title.of_money && (says.about || says.opaque) {
            return verdict(Kind::Money, "an amount in a table of incomes");
        }
        if !self.column.class.is_text() || says.about {
            return None;
        }
        // a table of people may hold `User 12`, `customer 400`
        let signed = context.holds == Holds::Messages
            && says.alone
            && context.near(self.own, 2, &[Kind::Email, Kind::Phone]);
        let odd = (context.holds == Holds::People || signed)
            && (says.name || says.whole)
            && self.share(Sign::HasLetter) >= 0.8
            && self.column.signs.average_words() <= 5.0
            && self.share(Sign::Url) + self.share(Sign::Uuid) + self.share(Sign::Hex) < 0.2;
        let names = self.empty() || self.share(Sign::NameShape) >= 0.6 || odd;
        let choice = self.column.is_choice();
        // a name beside a given name is one, however few different ones there are
        let pair = [Kind::First, Kind::Last].into_iter().any(|kind| context.has(kind, self.own));
        let names_some =
            !choice || !self.column.is_listed() && (pair || context.holds == Holds::Companies);
        if (says.name || says.whole) && !says.thing && names && names_some {
            let of_people = pair || context.signs_of_people(self.own) >= 2 && !context.is_lookup();
            if context.holds == Holds::Companies {
                return verdict(Kind::Company, "a name in a table of firms");
            }
            if context.holds == Holds::People || of_people || signed {
                let first = context.has(Kind::First, self.own);
                let last = context.has(Kind::Last, self.own);
                let kind = match (first, last) {
                    (true, false) => Kind::Last,
                    (false, true) => Kind::First,
                    _ => Kind::Full,
                };
                return verdict(kind, "a name beside other data of people");
            }
        }
        let alone = says.role && !says.id && !says.thing && !says.key && !says.talk;
        let tree = says.tree && context.holds != Holds::People;
        let known = says.sure_role && says.one_role && !tree || !self.empty();
        if alone && known && (!choice || self.of_few_people()) && says.kind.is_none() {
            if self.share(Sign::Username) >= 0.3 && self.share(Sign::NameShape) < 0.5 {
                return verdict(Kind::Username, "the name says a person");
            }
            if names && self.column.facts.references.is_none() {
                return verdict(Kind::Full, "the name says a person");
            }
        }
        let short = choice && self.column.signs.average_words() < 2.0;
        let long = self.empty() || self.column.signs.average_words() >= 1.7;
        let written = self.share(Sign::Personal) >= 0.1 || self.share(Sign::Sentence) >= 0.3;
        let messages = matches!(context.holds, Holds::Messages | Holds::People)
            || context.of_a_person
                && !context.is_lookup()
                && (written || self.empty() && !says.describes);
        if says.talk
            && !says.id
            && !says.digest
            && !short
            && long
            && messages
            && !self.is_template()
        {
            return verdict(Kind::Text, "text that people write");
        }
        let of_people =
            context.holds == Holds::People || context.holds == Holds::Messages && self.people();
        let towns = !choice || self.share(Sign::Town) >= 0.8;
        if says.location && context.holds == Holds::People && names && towns && !says.thing {
            return verdict(Kind::City, "the location of a person");
        }
        if says.link && !says.thing && !choice && of_people && self.share(Sign::Url) >= 0.3 {
            return verdict(Kind::Url, "a link in a table of people");
        }
        // a unique one is the row's public key
        let own_key = self.column.facts.unique && context.holds != Holds::People;
        if says.uid && !choice && !own_key && (context.of_a_person || self.people()) {
            let username = self.share(Sign::Username) >= 0.3;
            let kind = if username { Kind::Username } else { Kind::Secret };
            return verdict(kind, "the key of a person elsewhere");
        }
        None
    }

    /// A code, a key, a digest, a number: they need the table, too.
    fn by_codes(&self) -> Option<Verdict> {
        let says = &self.column.says;
        let context = self.context;
        if !self.column.class.is_text() || says.about {
            return None;
        }
        let choice = self.column.is_choice();
        let verdict = |kind: Kind, reason: &str| {
            let fits = kind.fits(self.column.class);
            fits.then(|| Verdict { kind, score: 2, reason: reason.to_owned() })
        };
        if says.key && context.title.of_secrets && !choice && !says.id {
            return verdict(Kind::Secret, "a code in a table of secrets");
        }
        if says.key && context.title.of_accounts && !choice && !says.id && !self.empty() {
            let number = self.share(Sign::HasDigit) >= 0.8 && self.column.signs.longest >= 6;
            if number {
                return verdict(Kind::Secret, "a number in a table of accounts");
            }
        }
        let hidden = self.share(Sign::Random).max(self.share(Sign::Hex)) >= 0.7;
        let keeps_secrets = context.title.of_secrets || context.holds == Holds::Visits;
        if hidden
            && says.id
            && keeps_secrets
            && !says.digest
            && !context.has(Kind::Secret, self.own)
        {
            return verdict(Kind::Secret, "a random key in a table of secrets");
        }
        if says.link && context.title.of_hooks && !choice {
            return verdict(Kind::Url, "an address in a table of web hooks");
        }
        if says.fingerprint && context.has(Kind::Secret, self.own) {
            return verdict(Kind::Digest, "the fingerprint of a key");
        }
        if hidden && says.digest && context.title.of_emails {
            return verdict(Kind::Digest, "a digest in a table of e-mail addresses");
        }
        let coded = self.share(Sign::HasDigit) >= 0.8 && !choice && !self.column.facts.unique;
        let long = (6.0..=24.0).contains(&self.column.signs.average_chars());
        if says.plate && coded && self.share(Sign::Plate) >= 0.6 {
            return verdict(Kind::Secret, "values are number plates");
        }
        let own_number = says.key && !says.id && !says.alone && !says.thing && coded && long;
        if own_number && self.own > 0 && context.holds == Holds::People {
            return verdict(Kind::Secret, "a number in a table of people");
        }
        if self.empty() && says.key && says.kind.is_none() && !says.id && !says.role {
            let alone = says.number_alone && context.near(self.own, 1, &[Kind::Street]);
            if alone {
                return verdict(Kind::Street, "a number beside a street");
            }
        }
        let short_number =
            says.key && self.share(Sign::HasDigit) >= 0.6 && self.column.signs.longest <= 6;
        if short_number && context.near(self.own, 1, &[Kind::Street]) {
            return verdict(Kind::Street, "a number beside a street");
        }
        None
    }

    fn by_weak_values(&self) -> Option<Verdict> {
        let found = self.column.valued()?;
        let says = &self.column.says;
        let context = self.context;
        let lookup = context.is_lookup() && context.signs_of_people(self.own) < 2;
        if self.column.is_choice() || lookup || says.about {
            return None;
        }
        let fits = self.weak_value_fits(found);
        fits.then(|| Verdict { kind: found.kind, score: 2, reason: found.reason.to_owned() })
    }

    fn weak_value_fits(&self, found: Evidence) -> bool {
        let says = &self.column.says;
        let context = self.context;
        let people = self.people();
        let near = |kinds: &[Kind]| context.near(self.own, 3, kinds);
        match (found.kind, found.score) {
            (Kind::Postcode | Kind::Phone, 2) => true,
            (Kind::Street, 2) if says.opaque => true,
            (Kind::Postcode, _) => near(&[Kind::Street, Kind::City]),
            (Kind::Street, _) => {
                near(&[Kind::City, Kind::Postcode]) || people && self.share(Sign::StreetWord) > 0.0
            }
            (Kind::City, _) => near(&[Kind::Street, Kind::City, Kind::Postcode]) || people,
            (Kind::Username, _)
                if (says.opaque || says.key) && self.share(Sign::Username) >= 0.6 =>
            {
                true
            }
            (Kind::Url, _) => people,
            (Kind::Phone, _) => people && !says.key && !says.thing,
            (
                Kind::First
                | Kind::Last
                | Kind::Full
                | Kind::Birth
                | Kind::Username
                | Kind::National,
                _,
            ) => people && !says.thing,
            (Kind::Secret, 2) => says.opaque || says.key || context.holds == Holds::Visits,
            (Kind::Text, 1) => (says.opaque || says.talk) && people,
            _ => false,
        }
    }

    /// A town or a name that no list has, by the columns beside it.
    fn by_place(&self) -> Option<Verdict> {
        let column = self.column;
        let signs = &column.signs;
        let plain = column.class.is_text()
            && (column.says.opaque || column.says.name)
            && !column.is_choice()
            && signs.seen() >= 3
            && signs.share(Sign::NameShape) >= 0.8
            && signs.average_words() < 2.5;
        if !plain || self.context.is_lookup() {
            return None;
        }
        let beside = |kinds: &[Kind]| self.context.near(self.own, 1, kinds);
        let lacks = |kind| !self.context.has(kind, self.own);
        let (kind, reason) = if beside(&[Kind::First]) && lacks(Kind::Last) {
            (Kind::Last, "words beside a given name")
        } else if beside(&[Kind::Last]) && lacks(Kind::First) {
            (Kind::First, "words beside a family name")
        } else if beside(&[Kind::Postcode, Kind::Street]) && lacks(Kind::City) {
            (Kind::City, "words beside a street or a postcode")
        } else {
            return None;
        };
        Some(Verdict { kind, score: 2, reason: reason.to_owned() })
    }

    /// Bytes that are encrypted, whatever they say.
    fn by_cipher(&self) -> Option<Verdict> {
        const WORDS: &[&str] = &[
            "encrypted",
            "enc",
            "ciphertext",
            "cipher",
            "crypted",
            "verschlusselt",
            "chiffre",
            "cifrado",
            "cifrato",
            "versleuteld",
            "zaszyfrowany",
            "sifrirano",
            "sifrirani",
        ];
        let words = words::split(&self.column.facts.name);
        let says = words.iter().any(|word| WORDS.contains(&word.as_str()));
        (says && self.column.class == Class::Bytes && !self.column.says.about).then(|| Verdict {
            kind: Kind::Secret,
            score: 3,
            reason: "the name says encrypted".to_owned(),
        })
    }

    fn why_kept(&self) -> &'static str {
        match self.column.class {
            Class::Flag => "a flag",
            Class::Date | Class::Timestamp => "a point in time",
            Class::Integer(_) | Class::Decimal | Class::Money => "a number",
            _ if self.column.says.about => "a property of personal data, and not the data",
            _ if self.column.is_choice() => "one of few choices",
            _ => "nothing says that it is personal",
        }
    }
}
