//! One column: what its name, its values, and what is written about it say.

use super::concepts::Concept;
use super::evidence::{Evidence, of_values};
use super::kinds::Kind;
use super::lexicon::Reader;
use super::naming::{Says, says};
use super::signs::{Sign, Signs};
use super::types::Class;
use super::{ColumnFacts, context, documents};
use context::{Holds, Shown};

pub(super) struct Column<'a> {
    pub(super) facts: &'a ColumnFacts,
    pub(super) class: Class,
    pub(super) says: Says,
    pub(super) signs: Signs,
    pub(super) values: Option<Evidence>,
    /// A comment, a domain, a foreign key or a CHECK names it.
    described: Option<(Kind, &'static str)>,
    /// A CHECK lists the values.
    pub(super) listed: bool,
}

impl<'a> Column<'a> {
    pub(super) fn new(facts: &'a ColumnFacts, reader: &Reader) -> Column<'a> {
        let (class, array) = Class::of(&facts.type_name);
        let signs = if array {
            Signs::of(facts.samples.iter().flat_map(|value| documents::elements(value)))
        } else if class == Class::Flag {
            Signs::of(std::iter::empty())
        } else {
            Signs::of(facts.samples.iter().map(String::as_str))
        };
        Column {
            facts,
            class,
            says: says(&reader.read(&facts.name, false)),
            values: of_values(&signs, class),
            signs,
            described: describe(facts, reader),
            listed: facts.checks.iter().any(|check| is_list(check)),
        }
    }

    /// Values are read by their paths.
    pub(super) fn holds_documents(&self) -> bool {
        let share = |sign| self.signs.share(sign);
        let written = share(Sign::Json) + share(Sign::Yaml) + share(Sign::Xml);
        let of_text = self.class.is_text() && written >= 0.6;
        matches!(self.class, Class::Json | Class::Hstore | Class::Xml) || of_text
    }

    fn refers(&self) -> bool {
        self.facts.references.is_some()
    }

    /// A CHECK lists the values.
    pub(super) fn is_listed(&self) -> bool {
        self.listed
    }

    /// Few values, each many times.
    pub(super) fn is_choice(&self) -> bool {
        self.listed || self.signs.is_choice()
    }

    /// The share of values that a list of names or of towns has, or that have a firm's legal form.
    pub(super) fn well_known(&self) -> f64 {
        let of = [Sign::Full, Sign::Given, Sign::Family, Sign::Town, Sign::Firm, Sign::StreetWord];
        of.into_iter().map(|sign| self.signs.share(sign)).fold(0.0, f64::max)
    }

    /// What the name says, if the type can hold it and the values do not say otherwise.
    pub(super) fn named(&self) -> Option<(Kind, u8)> {
        let kind = self.says.kind?;
        let rate = self.says.tax && matches!(self.class, Class::Decimal | Class::Money);
        // `userid` with room for one length is the key of a row
        let key = kind == Kind::Username
            && self.says.ends_in_id
            && self.facts.type_name.starts_with("character(");
        if rate || key {
            return None;
        }
        if self.says.about || self.listed || !kind.fits(self.class) || self.contradicts(kind) {
            return None;
        }
        if matches!(self.class, Class::Integer(_)) {
            // a number that counts, or the key of another table
            let key = self.says.id && !self.says.social || self.facts.references.is_some();
            let other = match kind {
                Kind::Secret => !self.says.pin && !self.says.social,
                Kind::Street => !self.says.house,
                _ => false,
            };
            // most small numbers count
            let small = matches!(kind, Kind::Phone | Kind::National)
                && self.class != Class::Integer(8)
                && (self.says.strength < 3 || signs_below(&self.signs, 100_000.0));
            if key || other || small {
                return None;
            }
        }
        // the code of a town in a list of towns; `token_id`, `email_id`: what is referenced says it
        if self.refers() && (self.says.id || !is_of_a_person(kind)) {
            return None;
        }
        if self.says.sender && kind == Kind::Email && self.signs.share(Sign::Office) >= 0.7 {
            return None;
        }
        Some((kind, self.says.strength))
    }

    /// What else says it in words.
    pub(super) fn described(&self) -> Option<(Kind, &'static str)> {
        let fits = |kind: Kind| kind.fits(self.class) && !self.contradicts(kind);
        let key = |kind: Kind| kind == Kind::Street && matches!(self.class, Class::Integer(_));
        // `Employee identification number. Foreign key to employee.` is the key of a row
        let a_key = self.refers() || self.says.id || self.says.ends_in_id;
        let counts = |kind: Kind| {
            matches!(kind, Kind::National | Kind::Phone)
                && matches!(self.class, Class::Integer(2 | 4))
        };
        self.described
            .filter(|(kind, by)| *by != "comment" || !a_key && !counts(*kind))
            .filter(|(kind, _)| fits(*kind) && !key(*kind) && !self.says.about)
    }

    /// Values that cannot be what the name says.
    fn contradicts(&self, kind: Kind) -> bool {
        let signs = &self.signs;
        if kind == Kind::Geo && self.class.is_text() && signs.share(Sign::Coordinates) < 0.2 {
            // a shelf, a site
            return true;
        }
        if signs.seen() < 2 {
            return false;
        }
        if !self.class.is_text() {
            // a rate, a count
            let number = matches!(kind, Kind::Phone | Kind::National | Kind::Card | Kind::Postcode);
            let small = signs.range.is_some_and(|(_, greatest)| greatest < 1000.0);
            return number && (small || signs.fractions);
        }
        let keys = [Sign::Hex, Sign::Uuid, Sign::Random].map(|sign| signs.share(sign));
        let keys = keys.iter().sum::<f64>() > 0.8;
        // all of one length
        #[expect(clippy::cast_precision_loss, reason = "a length")]
        let long = signs.longest >= 16 && signs.average_chars() > signs.longest as f64 - 0.01;
        let keys = keys || kind == Kind::Username && long && signs.share(Sign::HasDigit) > 0.9;
        if keys && self.says.ends_in_id && matches!(kind, Kind::Username | Kind::National) {
            return true;
        }
        let share = |sign| signs.share(sign);
        let hidden = share(Sign::Random) + share(Sign::Hex) + share(Sign::OtpSeed) > 0.5;
        let codes = share(Sign::HasDigit) >= 0.8 && share(Sign::NameShape) < 0.1;
        match kind {
            Kind::Email => share(Sign::Email) + share(Sign::HoldsEmail) < 0.05 && !hidden,

            Kind::Phone => share(Sign::HasDigit) < 0.3 || share(Sign::Date) > 0.5,
            Kind::First | Kind::Last | Kind::Full => {
                let prose = signs.average_words() >= 3.5 && share(Sign::NameShape) < 0.2;
                // `User 12` is a name, too
                let named = self.says.name || self.says.of_a_name && !self.says.whole;
                let codes = codes && kind == Kind::Full && !named;
                let other = share(Sign::Url) + share(Sign::Uuid) + share(Sign::Date) > 0.5;
                (codes || prose || other || share(Sign::HasLetter) < 0.3) && !hidden
            }
            Kind::City => share(Sign::HasLetter) < 0.5 || share(Sign::Url) > 0.5,
            Kind::Postcode => share(Sign::HasDigit) < 0.3,
            Kind::Company => share(Sign::Url) > 0.5 || share(Sign::Uuid) > 0.5,
            // a host, a URL
            Kind::Street => {
                let host = share(Sign::Lower) >= 0.9 && signs.average_words() < 1.2;
                host || share(Sign::Url) > 0.5 || share(Sign::Uuid) > 0.5
            }
            Kind::Ip => share(Sign::Ip) < 0.2 && !hidden,
            Kind::Mac => share(Sign::Mac) < 0.2,
            Kind::Iban => share(Sign::HasDigit) < 0.5,
            Kind::Card => share(Sign::HasDigit) < 0.5 || signs.longest < 8 && !hidden,
            Kind::Birth => share(Sign::Date) < 0.3 && share(Sign::Numeric) < 0.5,
            Kind::Username => {
                let named = share(Sign::Username) + share(Sign::Full);
                share(Sign::Uuid) > 0.5
                    || share(Sign::Numeric) > 0.8 && self.says.id
                    || signs.is_choice() && named < 0.2
            }
            Kind::Secret if self.says.account => signs.longest < 6 || share(Sign::HasDigit) < 0.5,
            // words that name a kind or a state of a secret
            Kind::Secret => {
                signs.is_choice()
                    && share(Sign::Lower) >= 0.9
                    && (share(Sign::HasDigit) < 0.2 || signs.average_chars() < 12.0)
            }
            Kind::Text => {
                signs.is_choice() && signs.average_chars() < 2.0
                    || share(Sign::Numeric) + share(Sign::Date) >= 0.9
            }
            Kind::Url => share(Sign::Url) < 0.2 && share(Sign::HasLetter) < 0.5,
            // the state that gave it, its kind, its file
            Kind::National if share(Sign::Url) > 0.5 => true,
            Kind::National => signs.longest < 4 || share(Sign::HasDigit) < 0.1,
            _ => false,
        }
    }

    /// Without its table.
    pub(super) fn shown(&self) -> Option<Shown> {
        let named = self.named().filter(|(_, strength)| *strength >= 3);
        if let Some(found) = self.valued().filter(|found| found.score >= 3) {
            let kind = named.map_or(found.kind, |(kind, _)| self.reconcile(kind, found));
            let score = if named.is_some() { 5 } else { found.score };
            return Some(Shown { kind, score });
        }
        let said = named.or(self.described().map(|(kind, _)| (kind, 3)));
        let unsure = self.named().map(|(kind, score)| Shown { kind, score });
        let weak = self.values.map(|found| Shown { kind: found.kind, score: found.score.min(2) });
        said.map(|(kind, _)| Shown { kind, score: 3 }).or(unsure).or(weak)
    }

    /// As [`Column::shown`], of a column that its table has shown to be nothing.
    pub(super) fn hint(&self) -> Option<Shown> {
        self.shown().map(|shown| Shown { score: shown.score.min(2), ..shown })
    }

    /// What the values show, where nothing says that they are choices or digests of content.
    pub(super) fn valued(&self) -> Option<Evidence> {
        let found = self.values.filter(|found| found.kind.fits(self.class))?;
        // random keys are keys first
        let said = matches!(self.says.kind, Some(Kind::Secret | Kind::Password | Kind::Digest));
        let short = self.signs.average_chars() <= 36.0;
        let key = (self.says.id || self.says.ends_in_id) && short || self.refers();
        if found.kind == Kind::Secret && found.score < 4 && key && !said {
            return None;
        }
        if found.score == 4 || self.says.kind.is_some() {
            return Some(found);
        }
        let a_key = self.says.id || self.says.ends_in_id;
        let of_words = matches!(
            found.kind,
            Kind::Full
                | Kind::First
                | Kind::Last
                | Kind::City
                | Kind::Text
                | Kind::Company
                | Kind::Street
        );
        let digest = self.says.digest || self.signs.share(Sign::PublicKey) > 0.5;
        let choice = self.is_choice() && (self.listed || self.well_known() < 0.8);
        let other =
            of_words && (choice || a_key || self.refers()) || found.kind == Kind::Secret && digest;
        (!other).then_some(found)
    }

    /// The name and the values may say different things.
    pub(super) fn reconcile(&self, named: Kind, found: Evidence) -> Kind {
        let full = self.signs.share(Sign::Full);
        match (named, found.kind) {
            // backup codes and salts look like digests, too
            (Kind::Secret, Kind::Email | Kind::Iban | Kind::Url) => found.kind,
            (Kind::Secret, _) => named,
            (Kind::Password, Kind::Secret) if self.signs.share(Sign::Token) < 0.5 => named,
            (Kind::Text, _) if found.kind != Kind::Email => named,
            (Kind::First | Kind::Last, Kind::Full) if full >= 0.6 => found.kind,
            (Kind::Username, Kind::Full) if full >= 0.5 => found.kind,
            // the ciphertext or the blind index of what the name says
            _ if found.score < 4 && !(found.kind == Kind::Secret && is_readable(named)) => named,
            _ => found.kind,
        }
    }

    /// A foreign key, or the key of a person by its name: comments have an author.
    pub(super) fn leads_to_a_person(&self, reader: &Reader) -> bool {
        let to = self.facts.references.as_ref();
        to.is_some_and(|(table, _)| context::holds(&reader.read(table, true)) == Holds::People)
            || self.says.role && self.says.id
    }
}

/// A foreign key on it leads to people, and to no list of towns, firms or kinds.
fn is_of_a_person(kind: Kind) -> bool {
    use Kind::{Card, Email, Iban, Ip, Mac, National, Password, Phone, Secret, Username};
    matches!(kind, Email | Username | Phone | National | Iban | Card | Ip | Mac | Password | Secret)
}

/// Nobody writes such values as random letters.
fn is_readable(kind: Kind) -> bool {
    use Kind::{Birth, City, Company, Email, First, Full, Ip, Last, Phone, Postcode, Street};
    matches!(
        kind,
        Email | Phone | First | Last | Full | Street | City | Postcode | Company | Birth | Ip
    )
}

fn signs_below(signs: &Signs, least: f64) -> bool {
    signs.range.is_none_or(|(_, greatest)| greatest < least)
}

/// A CHECK lists the values that are allowed.
pub(super) fn is_list(check: &str) -> bool {
    let upper = check.to_ascii_uppercase();
    upper.contains("ANY (ARRAY[") || upper.contains("ANY ((ARRAY[") || upper.contains(" IN (")
}

/// What a domain, the key that a foreign key references, a CHECK or a comment say.
fn describe(facts: &ColumnFacts, reader: &Reader) -> Option<(Kind, &'static str)> {
    let read = |text: &str| {
        let said = says(&reader.read(text, false));
        said.kind.filter(|_| !said.about && said.strength >= 3)
    };
    if let Some(kind) = facts.domain.as_deref().and_then(read) {
        return Some((kind, "domain"));
    }
    if let Some(kind) = facts.references.as_ref().and_then(|(_, column)| read(column)) {
        return Some((kind, "foreign key"));
    }
    if facts.checks.iter().any(|check| check.contains('@') && !is_list(check)) {
        return Some((Kind::Email, "CHECK"));
    }
    // the first clause of a comment says what the column is
    let clause = facts.comment.as_deref()?.split(['.', ';', ',', ':', '(', '\n']).next()?;
    let reading = reader.read(clause, false);
    if reading.phrases.len() > 8 || reading.has(Concept::Hard) {
        return None;
    }
    read(clause).map(|kind| (kind, "comment"))
}
