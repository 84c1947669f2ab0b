//! E-mail addresses, phone numbers, addresses on a network.

use std::net::IpAddr;

/// An address, or several with commas between them, with or without the name before `<`.
pub(super) fn is_email(value: &str) -> bool {
    let mut parts = value.split([',', ';']);
    parts.all(|part| {
        let part = part.trim();
        let bare = match part.split_once('<') {
            // without a name before it, it is the id of a message
            Some((name, rest)) if !name.is_empty() => rest.strip_suffix('>').unwrap_or(""),
            Some(_) => "",
            None => part,
        };
        is_one_email(bare.strip_prefix("mailto:").unwrap_or(bare))
    })
}

pub(super) fn is_one_email(value: &str) -> bool {
    let Some((local, domain)) = value.rsplit_once('@') else { return false };
    let in_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    (1..=64).contains(&local.len()) && local.chars().all(in_local) && is_domain(domain)
}

fn is_domain(domain: &str) -> bool {
    let mut labels = domain.split('.').peekable();
    let mut count = 0;
    while let Some(label) = labels.next() {
        let last = labels.peek().is_none();
        let good = !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && (!last || (label.len() >= 2 && label.chars().any(char::is_alphabetic)));
        if !good {
            return false;
        }
        count += 1;
    }
    count >= 2
}

/// An address somewhere in longer text. A URL with a password does not count.
pub(super) fn holds_email(value: &str) -> bool {
    value.match_indices('@').any(|(at, _)| {
        let end = |c: char| c.is_whitespace() || "<>()[]{}\"',;:|\\".contains(c);
        let local = value[..at].rsplit(end).next().unwrap_or("");
        let word = value[..at].rsplit(char::is_whitespace).next().unwrap_or("");
        if word.contains("://") {
            return false;
        }
        let domain = value[at + 1..].split(|c: char| end(c) || c == '/').next().unwrap_or("");
        is_one_email(&format!("{local}@{}", domain.trim_end_matches(['.', '!', '?'])))
    })
}

/// A phone number among words, written as only phone numbers are.
pub(super) fn holds_phone(value: &str) -> bool {
    let part_of = |c: char| c.is_ascii_digit() || " -()/.+".contains(c);
    let mut parts =
        value.split(|c: char| !part_of(c)).map(|part| part.trim_matches([' ', '-', '.', ',']));
    parts.any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        digits >= 8 && part.starts_with(['+', '(', '0']) && phone(part) == Some(Phone::Certain)
    })
}

/// Local parts that are an office's and not a person's.
const OFFICES: &[&str] = &[
    "info",
    "support",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "sales",
    "office",
    "contact",
    "hello",
    "admin",
    "billing",
    "store",
    "shop",
    "service",
    "help",
    "mail",
    "postmaster",
    "webmaster",
    "root",
    "team",
    "newsletter",
    "notifications",
    "kontakt",
];

pub(super) fn is_office(email: &str) -> bool {
    email.split('@').next().is_some_and(|local| OFFICES.contains(&local))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phone {
    /// Written as only phone numbers are.
    Certain,
    /// Digits that may be one.
    Possible,
}

pub(super) fn phone(value: &str) -> Option<Phone> {
    let value = value.trim().strip_prefix("tel:").unwrap_or(value.trim());
    let lower = value.find(|c: char| c.is_ascii_alphabetic());
    // an extension: `ext. 12`, `x12`, `DW 4`
    let value = match lower {
        Some(at) => {
            let rest =
                value[at..].trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
            let extension = rest.trim();
            let short = extension.len() <= 6 && extension.bytes().all(|b| b.is_ascii_digit());
            if at < 6 || !short {
                return None;
            }
            value[..at].trim()
        }
        None => value,
    };
    if !(6..=26).contains(&value.len()) {
        return None;
    }
    if !value.bytes().all(|b| b.is_ascii_digit() || b" +-()/.".contains(&b)) {
        return None;
    }
    let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
    if !(6..=15).contains(&digits.len()) || digits.iter().all(|digit| *digit == digits[0]) {
        return None;
    }
    let plus = value.starts_with('+') || value.starts_with("(+");
    let groups: Vec<&str> = value.split([' ', '-', '.', '/', '(', ')']).collect();
    let groups = groups.iter().filter(|group| !group.is_empty()).count();
    let separated = groups > 1;
    let dashes = value.matches('-').count();
    let dots = value.matches('.').count();
    // a date, a decimal number, a version, an address of IPv4
    if super::dates::date(value).is_some()
        || (dots == 1 && !separated_by(value, " -/("))
        || (!plus && dots == 3 && value.parse::<IpAddr>().is_ok())
        || value[1..].contains('+')
        || dashes > 5
    {
        return None;
    }
    let certain = (plus && digits.len() >= 8)
        || (value.starts_with("00")
            && digits.len() >= 10
            && digits.len() <= 15
            && digits[2] != b'0')
        || (value.contains('(') && value.contains(')') && digits.len() >= 7)
        || (digits[0] == b'0' && digits.get(1) != Some(&b'0') && separated && digits.len() >= 7);
    if certain {
        return Some(Phone::Certain);
    }
    (digits.len() >= 7 || separated).then_some(Phone::Possible)
}

fn separated_by(value: &str, any: &str) -> bool {
    value.contains(|c| any.contains(c))
}

pub(super) fn is_ip(value: &str) -> bool {
    let (address, bits) = value.split_once('/').unwrap_or((value, "0"));
    let like = address.len() >= 7 && address.contains(['.', ':']) || address == "::1";
    like && bits.len() <= 3 && address.parse::<IpAddr>().is_ok()
}

pub(super) fn is_mac(value: &str) -> bool {
    let pairs = |separator| {
        let pairs: Vec<&str> = value.split(separator).collect();
        let hex = |pair: &&str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
        matches!(pairs.len(), 6 | 8) && pairs.iter().all(hex)
    };
    matches!(value.len(), 17 | 23) && (pairs(':') || pairs('-'))
}

pub(super) fn is_url(value: &str) -> bool {
    let after = value.split_once("://");
    let scheme = |s: &str| {
        (2..=12).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
    };
    after.is_some_and(|(before, rest)| scheme(before) && !rest.is_empty() && !rest.contains(' '))
        || (value.starts_with("www.") && value.len() > 8 && !value.contains(' '))
}

/// `scheme://user:password@host`
pub(super) fn has_credentials(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or("");
    let Some((user, host)) = authority.rsplit_once('@') else { return false };
    !host.is_empty() && user.split_once(':').is_some_and(|(_, password)| !password.is_empty())
}

const OF_PEOPLE: [&str; 12] = [
    "/@",
    "/users/",
    "/user/",
    "/u/",
    "/in/",
    "/profile",
    "/people/",
    "/avatar",
    "/members/",
    "/~",
    "/author/",
    "/accounts/",
];

/// A user's own page by its path: `/users/…`, `/@…`, or a parameter that is a token.
pub(super) fn is_of_a_person(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    OF_PEOPLE.iter().any(|part| path.contains(part))
        || rest.starts_with("avatar")
        || rest.contains("gravatar.")
        || rest.contains("linkedin.com/in")
        || ["facebook.com/", "instagram.com/", "twitter.com/", "x.com/"]
            .iter()
            .any(|host| rest.contains(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_holds_an_at_sign() {
        for good in ["a.b+c@mail.example.si", "Ann <ann@x.org>", "a@b.de, c@d.de", "žiga@posta.si"]
        {
            assert!(is_email(good), "{good}");
        }
        for bad in ["@tom", "a@b", "git@host:repo.git", "https://u:p@host.org/x", "a b@c.de", ""] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(holds_email("Write to ann@x.org, please."));
        assert!(!holds_email("https://user:pass@host.org/path @tom"));
    }

    #[test]
    fn numbers_of_phones_are_told_from_other_digits() {
        for good in [
            "+386 41 123 456",
            "(089) 123456-78",
            "0221/123456",
            "06.12.34.56.78",
            "0043 1 1234567",
        ] {
            assert!(phone(good) == Some(Phone::Certain), "{good}");
        }
        assert!(holds_phone("Ana Novak, +386 41 123 456") && holds_phone("call (089) 123456-78!"));
        assert!(!holds_phone("room 12, 2024-03-12") && !holds_phone("1.2.3 and 192.168.1.100"));
        for maybe in ["555-123-4567", "612345678"] {
            assert!(phone(maybe) == Some(Phone::Possible), "{maybe}");
        }
        for bad in [
            "2024-03-12",
            "12.03.1985",
            "192.168.1.100",
            "12345.67",
            "0000000",
            "1.2.3",
            "A-12345678",
        ] {
            assert!(phone(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn network_addresses_and_credentials_in_urls_are_found() {
        assert!(is_ip("192.168.1.1") && is_ip("2a02:810::1") && is_ip("10.0.0.0/8"));
        assert!(!is_ip("1.2.3") && !is_ip("abc"));
        assert!(is_mac("00:1b:44:11:3a:b7") && !is_mac("00:1b:44"));
        assert!(has_credentials("https://u:p@host/x") && !has_credentials("https://host/@u:p"));
    }
}
