//! What the sampled values of one column look like, as shares of them.

mod contact;
mod dates;
mod numbers;
mod people;
mod places;
mod prose;
mod secrets;

use std::collections::HashSet;

/// What one value may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Email,
    Office,
    HoldsEmail,
    HoldsPhone,
    Phone,
    PhoneLike,
    Card,
    Barcode,
    Iban,
    LikeIban,
    Ip,
    Mac,
    Url,
    OfPerson,
    Credentials,
    /// A URL with a token in its path or query.
    TokenUrl,
    Jwt,
    PrivateKey,
    PublicKey,
    Token,
    Digest,
    Hex,
    Random,
    OtpSeed,
    Uuid,
    Date,
    /// The name of a person: several words, among them a given name.
    Full,
    /// One word or two, each a given name.
    Given,
    Family,
    Town,
    /// Written as names are.
    NameShape,
    OneWord,
    Marked,
    Username,
    StreetWord,
    StreetShape,
    FarNumber,
    Plate,
    Postcode,
    PostcodeDigits,
    Coordinates,
    Firm,
    Sentence,
    Personal,
    /// Has places for what a program fills in: `{{name}}`.
    Template,
    Agent,
    Json,
    Yaml,
    Xml,
    Serialized,
    /// Nothing but digits and their separators.
    Numeric,
    HasDigit,
    HasLetter,
    Number,
    Lower,
}

/// An e-mail address, or the full name of a person.
pub(super) fn is_personal(text: &str) -> bool {
    contact::is_email(text)
        || people::look(text)
            .is_some_and(|named| named.words > 1 && named.given && text.contains(' '))
}

/// Nothing else looks so: a token, a digest, a key, an e-mail address, a URL with a password.
pub(super) fn is_unmistakable(value: &str) -> bool {
    let value = beginning(value.trim());
    contact::is_email(value)
        || contact::has_credentials(value)
        || secrets::has_token(value)
        || secrets::is_token(value)
        || secrets::is_jwt(value)
        || secrets::is_digest(value)
        || secrets::is_private_key(value)
        || (15..=42).contains(&value.len()) && numbers::is_iban(value)
}

/// Written as only phone numbers are.
pub(super) fn is_phone(value: &str) -> bool {
    value.len() <= 40 && contact::phone(value) == Some(contact::Phone::Certain)
}

/// Of letters and digits in no order.
pub(super) fn is_random(value: &str) -> bool {
    let value = beginning(value);
    secrets::is_random(value) || value.len() >= 32 && secrets::is_hex(value)
}

/// Longer values show nothing more.
const LENGTH: usize = 4096;

fn beginning(value: &str) -> &str {
    let mut end = value.len().min(LENGTH);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

const SIGNS: usize = Sign::Lower as usize + 1;
const KINDS: usize = numbers::NATIONAL.len();

#[derive(Clone, Debug)]
pub(super) struct Signs {
    /// Values that are not empty.
    pub(super) count: usize,
    pub(super) distinct: usize,
    /// Distinct values that were looked at, at most [`LOOKED_AT`]. Shares are shares of them.
    looked_at: u32,
    counts: [u16; SIGNS],
    national: [u16; KINDS],
    words: u32,
    chars: u32,
    pub(super) longest: usize,
    /// The first and the last year of values that are dates.
    pub(super) years: Option<(i32, i32)>,
    /// Each date is without a time of day.
    pub(super) whole_days: bool,
    /// The least and the greatest number.
    pub(super) range: Option<(f64, f64)>,
    /// The digits with which each number begins.
    beginning: Option<String>,
    /// Decimals of the numbers, at most.
    pub(super) decimals: usize,
    /// A number is not whole.
    pub(super) fractions: bool,
}

/// More say nothing new.
const LOOKED_AT: u32 = 64;

impl Signs {
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a str>) -> Signs {
        let mut signs = Signs {
            count: 0,
            distinct: 0,
            looked_at: 0,
            counts: [0; SIGNS],
            national: [0; KINDS],
            words: 0,
            chars: 0,
            longest: 0,
            years: None,
            whole_days: true,
            range: None,
            beginning: None,
            decimals: 0,
            fractions: false,
        };
        let mut seen: HashSet<&str> = HashSet::new();
        for value in values {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            signs.count += 1;
            if seen.insert(value) && signs.looked_at < LOOKED_AT {
                signs.looked_at += 1;
                signs.look_at(value);
            }
        }
        signs.distinct = seen.len();
        signs
    }

    /// The share of distinct values that show it.
    pub(super) fn share(&self, sign: Sign) -> f64 {
        f64::from(self.counts[sign as usize]) / f64::from(self.looked_at.max(1))
    }

    /// The greatest share of values with one state's check digits. One in ten passes by chance.
    pub(super) fn national(&self) -> f64 {
        let certain =
            self.national.iter().enumerate().filter(|(which, _)| numbers::is_certain(*which));
        let best = certain.map(|(_, count)| *count).max().unwrap_or(0);
        f64::from(best) / f64::from(self.looked_at.max(1))
    }

    pub(super) fn average_words(&self) -> f64 {
        f64::from(self.words) / f64::from(self.looked_at.max(1))
    }

    pub(super) fn average_chars(&self) -> f64 {
        f64::from(self.chars) / f64::from(self.looked_at.max(1))
    }

    /// How many different values were looked at.
    pub(super) fn seen(&self) -> u32 {
        self.looked_at
    }

    /// Few values that come again and again: states, types, choices.
    pub(super) fn is_choice(&self) -> bool {
        self.count >= 8
            && self.distinct * 3 <= self.count
            && self.distinct <= 6
            && self.average_words() < 3.0
    }

    fn add(&mut self, sign: Sign, holds: bool) {
        if holds {
            self.counts[sign as usize] += 1;
        }
    }

    fn look_at(&mut self, whole: &str) {
        let value = beginning(whole);
        let chars = value.chars().count();
        self.chars += u32::try_from(chars).unwrap_or(u32::MAX).min(10_000);
        self.longest = self.longest.max(chars);
        let digit = value.bytes().any(|b| b.is_ascii_digit());
        let letter = value.chars().any(char::is_alphabetic);
        let space = value.contains(char::is_whitespace);
        self.add(Sign::HasDigit, digit);
        self.add(Sign::HasLetter, letter);
        self.add(Sign::Numeric, digit && !letter);
        self.add(Sign::Lower, letter && !value.chars().any(char::is_uppercase));
        self.words +=
            (1u32..=200).zip(value.split_whitespace()).map(|(count, _)| count).last().unwrap_or(0);
        if digit && !letter {
            self.look_at_digits(value);
        } else if digit && chars <= 26 {
            // with an extension
            if value.contains(['x', 'X']) {
                self.look_at_phone(value);
            }
            self.look_at_codes(value);
        }
        if value.contains('@') {
            self.look_at_address(value);
        }
        if value.contains("://") || value.starts_with("www.") {
            self.add(Sign::Url, contact::is_url(value));
            self.add(Sign::OfPerson, contact::is_of_a_person(value));
            self.add(Sign::Credentials, contact::has_credentials(value));
            self.add(Sign::TokenUrl, secrets::has_token(value));
        }
        if digit && value.contains([':', '.']) && chars <= 45 {
            self.add(Sign::Ip, contact::is_ip(value));
            self.add(Sign::Mac, contact::is_mac(value));
        }
        if !space || chars > 80 {
            self.look_at_secrets(value);
        }
        if letter && chars <= 120 {
            self.look_at_names(value);
        }
        if letter && space {
            let phone = digit && chars <= 400 && contact::holds_phone(value);
            self.add(Sign::HoldsPhone, phone);
            let prose = prose::look(value);
            // `12 rue de la Gare` has the small words of a sentence
            let street = digit && prose.words <= 8 && places::street(value).is_some_and(|s| s.word);
            self.add(Sign::Sentence, prose.sentence && !street);
            self.add(Sign::Personal, prose.personal && prose.words >= 3);
        }
        if letter && whole.ends_with(['}', ']', '>'])
            || value.contains(": ")
            || value.contains('\n')
        {
            self.add(Sign::Json, prose::is_json(whole));
            self.add(Sign::Yaml, prose::is_yaml(value));
            self.add(Sign::Xml, prose::is_xml(whole));
            self.add(Sign::Serialized, prose::is_serialized(whole));
        }
        if letter && value.contains("POINT") {
            self.add(Sign::Coordinates, places::is_coordinates(value));
        }
        self.add(Sign::Template, letter && prose::is_template(value));
        self.add(Sign::Agent, letter && prose::is_agent(value));
    }

    fn look_at_phone(&mut self, value: &str) {
        match contact::phone(value) {
            Some(contact::Phone::Certain) => self.add(Sign::Phone, true),
            Some(contact::Phone::Possible) => self.add(Sign::PhoneLike, true),
            None => {}
        }
    }

    /// Numbers that one counter gave: all begin alike, and not as phone numbers of one town do.
    pub(super) fn is_counted(&self) -> bool {
        let alike = |beginning: &str| beginning.len() >= 3 && !beginning.starts_with('0');
        self.looked_at > 2 && self.beginning.as_deref().is_some_and(alike)
    }

    fn look_at_digits(&mut self, value: &str) {
        self.look_at_phone(value);
        let own = value.bytes().take_while(u8::is_ascii_digit).count();
        self.beginning = Some(match self.beginning.take() {
            None => value[..own].to_owned(),
            Some(known) => {
                let same = known.bytes().zip(value.bytes()).take_while(|(a, b)| a == b).count();
                known[..same].to_owned()
            }
        });
        self.add(Sign::Barcode, numbers::is_barcode(value));
        self.add(Sign::Card, numbers::is_card(value));
        self.add(Sign::Coordinates, places::is_coordinates(value));
        if let Some(day) = dates::date(value) {
            self.add(Sign::Date, true);
            let (low, high) = self.years.unwrap_or((day.year, day.year));
            self.years = Some((low.min(day.year), high.max(day.year)));
            self.whole_days &= day.whole;
        }
        if let Ok(number) = value.parse::<f64>() {
            self.add(Sign::Number, true);
            let (low, high) = self.range.unwrap_or((number, number));
            self.range = Some((low.min(number), high.max(number)));
            let decimals = value.split_once('.').map_or("", |(_, decimals)| decimals);
            self.fractions |= decimals.bytes().any(|b| b != b'0');
            let decimals = decimals.len();
            self.decimals = self.decimals.max(decimals);
        }
        self.look_at_codes(value);
    }

    /// Numbers with letters among them, too: postcodes, IBANs, national ids.
    fn look_at_codes(&mut self, value: &str) {
        match places::postcode(value) {
            Some(places::Postcode::Certain) => self.add(Sign::Postcode, true),
            Some(places::Postcode::Digits) => self.add(Sign::PostcodeDigits, true),
            None => {}
        }
        let compact = numbers::compact(value);
        self.add(Sign::Plate, numbers::is_plate(value));
        if (8..=18).contains(&compact.len()) && compact.is_ascii() {
            let dashes = value.bytes().filter(|b| *b == b'-').count();
            for (which, (name, check)) in numbers::NATIONAL.iter().enumerate() {
                let written = *name != "us" || dashes == 2;
                if written && check(&compact) {
                    self.national[which] += 1;
                }
            }
        }
    }

    fn look_at_address(&mut self, value: &str) {
        let email = contact::is_email(value);
        self.add(Sign::Email, email);
        self.add(Sign::Office, email && contact::is_office(value));
        self.add(Sign::HoldsEmail, !email && contact::holds_email(value));
    }

    fn look_at_secrets(&mut self, value: &str) {
        self.add(Sign::Iban, (15..=42).contains(&value.len()) && numbers::is_iban(value));
        self.add(Sign::LikeIban, numbers::is_like_iban(value));
        self.add(Sign::Jwt, secrets::is_jwt(value));
        self.add(Sign::PrivateKey, secrets::is_private_key(value));
        self.add(Sign::PublicKey, secrets::is_public_key(value));
        self.add(Sign::Token, secrets::is_token(value));
        self.add(Sign::Digest, secrets::is_digest(value));
        self.add(Sign::Hex, secrets::is_hex(value));
        self.add(Sign::Uuid, secrets::is_uuid(value));
        self.add(Sign::Random, secrets::is_random(value));
        self.add(Sign::OtpSeed, secrets::is_otp_seed(value));
    }

    fn look_at_names(&mut self, value: &str) {
        self.add(Sign::Iban, value.contains(' ') && value.len() <= 42 && numbers::is_iban(value));
        self.add(Sign::LikeIban, value.contains(' ') && numbers::is_like_iban(value));
        let firm = places::is_firm(value);
        self.add(Sign::Firm, firm);
        if let Some(street) = places::street(value) {
            self.add(Sign::StreetWord, street.word);
            self.add(Sign::StreetShape, street.shape);
            self.add(Sign::FarNumber, street.far);
        }
        if let Some(named) = people::look(value).filter(|_| !firm) {
            self.add(Sign::NameShape, true);
            self.add(Sign::OneWord, named.words == 1);
            self.add(Sign::Marked, named.marked);
            self.add(Sign::Full, named.words > 1 && named.given || named.marked && named.family);
            self.add(Sign::Given, named.all_given && named.words <= 3);
            self.add(Sign::Family, named.family && named.words <= 3);
            self.add(Sign::Town, named.town);
        }
        self.add(Sign::Username, people::is_username(value));
    }
}
