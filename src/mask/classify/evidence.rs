//! What the values of a column alone show.

use super::kinds::Kind;
use super::signs::{Sign, Signs};
use super::types::Class;

/// What values show, how certainly (4: nothing else looks so), and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) kind: Kind,
    pub(super) score: u8,
    pub(super) reason: &'static str,
}

#[expect(clippy::unnecessary_wraps, reason = "its callers return it")]
fn evidence(kind: Kind, score: u8, reason: &'static str) -> Option<Evidence> {
    Some(Evidence { kind, score, reason })
}

pub(super) fn of_values(signs: &Signs, class: Class) -> Option<Evidence> {
    if signs.seen() == 0 {
        return None;
    }
    match class {
        Class::Text(_) => {}
        Class::Inet => return evidence(Kind::Ip, 4, "its type holds network addresses"),
        Class::Mac => return evidence(Kind::Mac, 4, "its type holds hardware addresses"),
        Class::Date | Class::Timestamp => return of_dates(signs),
        Class::Integer(8) => return of_long_numbers(signs),
        _ => return None,
    }
    let found = unmistakable(signs)
        .or_else(|| of_long_numbers(signs))
        .or_else(|| of_contact(signs))
        .or_else(|| of_text(signs))
        .or_else(|| of_names(signs))
        .or_else(|| of_secrets(signs))
        .or_else(|| weak(signs));
    // one or two values prove little
    found.map(|found| Evidence {
        score: if found.score == 4 || signs.seen() >= 3 { found.score } else { found.score - 1 },
        ..found
    })
}

fn unmistakable(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    if share(Sign::PrivateKey) >= 0.3 {
        return evidence(Kind::Secret, 4, "values are keys of people or servers");
    }
    if share(Sign::Jwt) >= 0.5 {
        return evidence(Kind::Secret, 4, "values are signed tokens (JWT)");
    }
    if share(Sign::Digest) >= 0.4 {
        return evidence(Kind::Password, 4, "values are digests of passwords");
    }
    if share(Sign::Credentials) >= 0.25 {
        return evidence(Kind::Url, 4, "values are URLs with a password");
    }
    if share(Sign::TokenUrl) >= 0.5 {
        return evidence(Kind::Url, 4, "values are URLs with a token");
    }
    if share(Sign::Token) >= 0.5 {
        return evidence(Kind::Secret, 4, "values are tokens of a well-known service");
    }
    if share(Sign::Email) >= 0.5 {
        return evidence(Kind::Email, 4, "values are e-mail addresses");
    }
    if share(Sign::Iban) >= 0.5 {
        return evidence(Kind::Iban, 4, "values are IBANs");
    }
    if share(Sign::LikeIban) >= 0.9 && signs.seen() >= 3 {
        return evidence(Kind::Iban, 4, "values are written as IBANs");
    }
    if share(Sign::Agent) >= 0.5 {
        return evidence(Kind::Text, 4, "values are user agents");
    }
    if share(Sign::Mac) >= 0.7 {
        return evidence(Kind::Mac, 4, "values are MAC addresses");
    }
    if share(Sign::Ip) >= 0.7 {
        return evidence(Kind::Ip, 4, "values are IP addresses");
    }
    None
}

fn of_long_numbers(signs: &Signs) -> Option<Evidence> {
    if signs.share(Sign::Card) >= 0.8 && signs.seen() >= 2 {
        return evidence(Kind::Card, 3, "values are card numbers with their check digit");
    }
    if signs.national() >= 0.9 && signs.seen() >= 5 {
        return evidence(Kind::National, 3, "values have the check digits of a national id");
    }
    if signs.national() >= 0.9 && signs.seen() >= 2 {
        return evidence(Kind::National, 2, "values have the check digits of a national id");
    }
    None
}

fn of_contact(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    let goods = share(Sign::Barcode) >= 0.9 && signs.seen() >= 3;
    let certain = if goods { 0.0 } else { share(Sign::Phone) };
    let like = certain + share(Sign::PhoneLike);
    if certain >= 0.3 && like >= 0.8 {
        return evidence(Kind::Phone, 3, "values are phone numbers");
    }
    if certain >= 0.12 && like >= 0.9 {
        return evidence(Kind::Phone, 2, "values look like phone numbers");
    }
    if share(Sign::Coordinates) >= 0.7 {
        return evidence(Kind::Geo, 3, "values are coordinates");
    }
    if share(Sign::Firm) >= 0.2 {
        return evidence(Kind::Company, 3, "values are names of firms");
    }
    let prose = share(Sign::Sentence);
    let (said, numbered) = (share(Sign::StreetWord), share(Sign::StreetShape));
    if prose < 0.3 && (said >= 0.35 || (said >= 0.1 && numbered >= 0.6)) {
        return evidence(Kind::Street, 3, "values are streets");
    }
    if prose < 0.3 && numbered >= 0.8 && share(Sign::FarNumber) >= 0.3 && signs.distinct > 6 {
        return evidence(Kind::Street, 2, "values end or begin with a house number");
    }
    if prose < 0.3 && numbered >= 0.7 && signs.distinct > 4 {
        return evidence(Kind::Street, 1, "values end or begin with a house number");
    }
    None
}

fn of_text(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    let serialized = share(Sign::Serialized) >= 0.5;
    if share(Sign::HoldsEmail) >= 0.05 && (signs.average_words() >= 3.0 || serialized) {
        return evidence(Kind::Text, 3, "values hold e-mail addresses");
    }
    if share(Sign::Template) >= 0.5 {
        return None;
    }
    if share(Sign::HoldsPhone) >= 0.3 && signs.distinct > 2 {
        return evidence(Kind::Text, 3, "values hold phone numbers");
    }
    let prose = share(Sign::Sentence);
    if prose >= 0.4 && signs.average_words() >= 4.0 && share(Sign::Personal) >= 0.25 {
        return evidence(Kind::Text, 3, "values are text in which people speak of people");
    }
    if prose >= 0.4
        && signs.average_words() >= 5.0
        && signs.distinct > 5
        && share(Sign::Personal) >= 0.05
    {
        return evidence(Kind::Text, 1, "values are sentences");
    }
    None
}

fn of_names(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    let written = share(Sign::NameShape);
    let (full, given, family, town) =
        (share(Sign::Full), share(Sign::Given), share(Sign::Family), share(Sign::Town));
    let one = share(Sign::OneWord);
    if written < 0.6 || signs.average_chars() < 3.0 {
        return None;
    }
    if full >= 0.5 && one < 0.6 {
        return evidence(Kind::Full, 3, "values are names of people");
    }
    if full >= 0.2 && one < 0.5 && written >= 0.8 && town < full {
        return evidence(Kind::Full, 2, "values look like names of people");
    }
    let best = given.max(family).max(town);
    if given + family + town < 0.12 || best < 0.2 && (signs.distinct < 10 || one < 0.5) {
        return None;
    }
    let score = |certain: f64| {
        if best >= certain {
            3
        } else if best >= 0.2 {
            2
        } else {
            1
        }
    };
    if town >= given && town >= family {
        evidence(Kind::City, score(0.4), "values are names of towns")
    } else if given >= family {
        evidence(Kind::First, score(0.45), "values are given names")
    } else if one >= 0.6 || share(Sign::Marked) < 0.2 {
        evidence(Kind::Last, score(0.35), "values are family names")
    } else {
        evidence(Kind::Full, 2, "values look like names of people")
    }
}

fn of_secrets(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    if share(Sign::OtpSeed) >= 0.7 {
        return evidence(Kind::Secret, 3, "values are seeds of one-time passwords");
    }
    if share(Sign::Random) >= 0.65 {
        return evidence(Kind::Secret, 3, "values are random");
    }
    if share(Sign::Hex) >= 0.7 {
        return evidence(Kind::Secret, 2, "values are digests or tokens");
    }
    None
}

fn weak(signs: &Signs) -> Option<Evidence> {
    let share = |sign| signs.share(sign);
    let (certain, digits) = (share(Sign::Postcode), share(Sign::PostcodeDigits));
    if certain >= 0.5 && certain + digits >= 0.85 {
        return evidence(Kind::Postcode, 2, "values are written as postcodes");
    }
    if share(Sign::Username) >= 0.4 && !signs.is_choice() {
        return evidence(Kind::Username, 2, "values look like user names");
    }
    if share(Sign::Username) >= 0.2 && !signs.is_choice() && signs.distinct * 5 >= signs.count * 4 {
        return evidence(Kind::Username, 1, "values may be user names");
    }
    if share(Sign::OfPerson) >= 0.5 {
        return evidence(Kind::Url, 2, "values are pages of people");
    }
    if share(Sign::Date) >= 0.8 {
        return of_dates(signs);
    }
    if certain + digits >= 0.9 && signs.distinct > 3 {
        return evidence(Kind::Postcode, 1, "values may be postcodes");
    }
    let like = share(Sign::Phone) + share(Sign::PhoneLike);
    (like >= 0.9 && signs.seen() >= 5 && !signs.is_counted() && share(Sign::Barcode) < 0.9)
        .then_some(Evidence { kind: Kind::Phone, score: 1, reason: "values may be phone numbers" })
}

/// Births: days without a time, most of them a long time ago.
fn of_dates(signs: &Signs) -> Option<Evidence> {
    let (low, high) = signs.years?;
    let births =
        signs.whole_days && (1900..1992).contains(&low) && high <= 2026 && high - low >= 12;
    (births && signs.share(Sign::Date) >= 0.8 && signs.seen() >= 3).then_some(Evidence {
        kind: Kind::Birth,
        score: 2,
        reason: "values may be dates of birth",
    })
}
