//! Streets, postcodes, coordinates, and firms by their legal form.

use super::super::words::fold;

pub(super) struct Street {
    /// The house number is one that goods seldom have.
    pub(super) far: bool,
    /// A word says it: street, rue, straße.
    pub(super) word: bool,
    /// Words with a house number at one end.
    pub(super) shape: bool,
}

const WORDS: &[&str] = &[
    "street",
    "st",
    "ave",
    "avenue",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "blvd",
    "boulevard",
    "court",
    "ct",
    "terrace",
    "close",
    "crescent",
    "square",
    "sq",
    "way",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "trail",
    "row",
    "mews",
    "grove",
    "rue",
    "bd",
    "chemin",
    "impasse",
    "allee",
    "quai",
    "cours",
    "route",
    "faubourg",
    "sentier",
    "calle",
    "c/",
    "avenida",
    "avda",
    "av",
    "paseo",
    "plaza",
    "camino",
    "carrera",
    "ronda",
    "travesia",
    "glorieta",
    "urb",
    "carretera",
    "ctra",
    "pasaje",
    "callejon",
    "rua",
    "travessa",
    "praca",
    "largo",
    "estrada",
    "alameda",
    "beco",
    "rodovia",
    "calcada",
    "via",
    "viale",
    "piazza",
    "p.zza",
    "piazzale",
    "corso",
    "vicolo",
    "strada",
    "contrada",
    "lungarno",
    "salita",
    "ul",
    "ulica",
    "al",
    "aleja",
    "aleje",
    "os",
    "osiedle",
    "pl",
    "plac",
    "rynek",
    "skwer",
    "cesta",
    "c",
    "trg",
    "pot",
    "naselje",
    "nabrezje",
    "steza",
    "put",
    "obala",
    "setaliste",
    "prilaz",
    "odvojak",
    "avenija",
    "weg",
    "strasse",
    "str",
    "gasse",
    "platz",
    "ring",
    "markt",
    "ufer",
    "straat",
    "laan",
    "plein",
    "gracht",
    "kade",
    "singel",
    "p.o",
    "postfach",
    "apartado",
    "postbus",
    "place",
    "viaduc",
    "crescente",
    "bulvar",
    "sokak",
    "drift",
];

const ENDINGS: &[&str] = &[
    "strasse", "str", "straat", "gasse", "weg", "platz", "allee", "ufer", "damm", "laan", "plein",
    "gracht", "kade", "singel", "steeg", "dijk", "ring", "markt", "steig", "stieg", "chaussee",
    "graben", "hof", "dreef", "pad", "park",
];

fn is_house_number(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &word[digits..];
    (1..=4).contains(&digits)
        && (rest.is_empty()
            || (rest.len() == 1 && rest.as_bytes()[0].is_ascii_alphabetic())
            || (rest.len() <= 5 && rest.starts_with(['/', '-'])))
}

pub(super) fn street(value: &str) -> Option<Street> {
    if value.contains('\n') {
        return address(value);
    }
    if !(4..=120).contains(&value.len())
        || value.contains(['@', '{', '<', '=', '_', '\n'])
        || value.contains("://")
    {
        return None;
    }
    let folded = fold(value);
    let words: Vec<&str> = folded.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    if words.len() > 10 {
        return None;
    }
    let letters =
        words.iter().any(|word| word.len() >= 3 && word.bytes().all(|b| !b.is_ascii_digit()));
    let first = words.first()?;
    let last = words.last()?;
    let number = words.iter().any(|word| is_house_number(word.trim_start_matches('#')));
    let capital = value.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    let shape = letters
        && words.len() >= 2
        && (is_house_number(first) && words.len() >= 2
            || capital
                && (is_house_number(last)
                    || words.len() > 2 && words[1..].iter().any(|word| is_house_number(word))));
    let word = words.iter().enumerate().any(|(index, word)| {
        let bare = word.trim_end_matches('.');
        // one or two letters say it only with the dot, or before a name
        let short = bare.len() <= 2 && !word.ends_with('.') && index + 1 == words.len() && !number;
        (WORDS.contains(&bare) && !short && (bare.len() > 2 || number || index == 0))
            || bare.len() >= 6
                && ENDINGS
                    .iter()
                    .any(|ending| bare.len() > ending.len() + 2 && bare.ends_with(ending))
            || bare.contains("strasse")
            || bare.contains("-str.")
    });
    let word = word && (number || words.len() <= 5) && capital_or_number(value);
    let far = shape
        && words.iter().any(|word| {
            let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
            is_house_number(word)
                && (digits.len() < word.len()
                    || digits.parse::<u32>().is_ok_and(|number| number > 24))
        })
        && words.iter().any(|word| word.len() >= 4 && word.chars().all(char::is_alphabetic))
        && value.chars().any(char::is_lowercase);
    (word || shape).then_some(Street { far, word, shape })
}

/// Several lines, one of them a street, another with a postcode.
fn address(value: &str) -> Option<Street> {
    let lines: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !(2..=6).contains(&lines.len()) || value.len() > 200 {
        return None;
    }
    let of_digits = |word: &str| {
        word.bytes().filter(u8::is_ascii_digit).count() >= 4 && word.len() <= 9
            || postcode(word).is_some()
    };
    let coded = |line: &&&str| line.split([' ', ',']).any(of_digits) || postcode(line).is_some();
    let code = lines.iter().skip(1).find(coded).is_some();
    let street = lines.iter().any(|line| street(line).is_some());
    (code && (street || lines.len() == 3)).then_some(Street { far: true, word: true, shape: true })
}

fn capital_or_number(value: &str) -> bool {
    value.chars().next().is_some_and(|c| c.is_uppercase() || c.is_ascii_digit())
        || value.starts_with(['u', 'a', 'o', 'p', 'c', 'r', 'v'])
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Postcode {
    /// Only postcodes have this shape: `SW1A 1AA`, `1234 AB`, `12-345`, `1234-567`.
    Certain,
    /// Four to six digits.
    Digits,
}

/// Before a postcode and a dash.
const COUNTRIES: &[&str] = &[
    "D", "A", "CH", "L", "F", "I", "B", "NL", "PL", "SI", "SLO", "HR", "E", "P", "DE", "AT", "FR",
    "IT", "BE", "ES", "PT", "S", "SE", "DK", "CZ", "SK", "H", "HU", "FI", "LI",
];

pub(super) fn postcode(value: &str) -> Option<Postcode> {
    let value = value.trim();
    if !(4..=10).contains(&value.len()) || !value.is_ascii() {
        return None;
    }
    let shape: String = value
        .bytes()
        .map(|b| match b {
            b'0'..=b'9' => '9',
            b'A'..=b'Z' => 'A',
            other => char::from(other),
        })
        .collect();
    if let Some((_, rest)) =
        value.split_once('-').filter(|(country, _)| COUNTRIES.contains(country))
    {
        let digits = (4..=5).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit());
        return digits.then_some(Postcode::Certain);
    }
    match shape.as_str() {
        "9999" | "99999" | "999999" => Some(Postcode::Digits),
        "99-999" | "9999-999" | "99999-999" | "99999-9999" | "9999 AA" | "9999AA" | "999 99"
        | "A9A 9A9" | "AA9 9AA" | "A9 9AA" | "A99 9AA" | "AA99 9AA" | "A9A 9AA" | "AA9A 9AA" => {
            Some(Postcode::Certain)
        }
        _ => None,
    }
}

/// `52.5200, 13.4050`, `POINT(13.4 52.5)`, `(52.5,13.4)`
pub(super) fn is_coordinates(value: &str) -> bool {
    let point = value.contains("POINT");
    let inner = if point { value.rsplit('(').next().unwrap_or(value) } else { value };
    let inner =
        inner.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '-').trim_end_matches(')');
    let parts: Vec<&str> = inner.split([',', ' ']).filter(|part| !part.is_empty()).collect();
    let &[first, second] = parts.as_slice() else { return false };
    let exact = |text: &str| text.split_once('.').is_some_and(|(_, decimals)| decimals.len() >= 3);
    match (first.parse::<f64>(), second.parse::<f64>()) {
        (Ok(first), Ok(second)) => {
            first.abs() <= 180.0
                && second.abs() <= 180.0
                && (point || exact(parts[0]) && exact(parts[1]))
        }
        _ => false,
    }
}

const FORMS: &[&str] = &[
    "gmbh", "ag", "kg", "ohg", "ug", "gbr", "e.k.", "e.v.", "mbh", "kgaa", "ltd", "ltd.",
    "limited", "llc", "inc", "inc.", "corp", "corp.", "plc", "co.", "llp", "sarl", "sas", "sasu",
    "eurl", "sa", "s.a.", "s.a", "sci", "snc", "s.l.", "s.l", "sl", "slu", "s.l.u.", "s.coop.",
    "lda", "lda.", "ltda", "ltda.", "eireli", "s.r.l.", "srl", "s.p.a.", "spa", "s.n.c.", "s.a.s.",
    "b.v.", "bv", "n.v.", "nv", "v.o.f.", "vof", "d.o.o.", "d.d.", "s.p.", "j.d.o.o.", "z.o.o.",
    "o.o.", "sp.", "s.r.o.", "oy", "s.c.", "a.c.", "cia", "cia.", "ab", "a/s", "aps",
];

pub(super) fn is_firm(value: &str) -> bool {
    if !(4..=90).contains(&value.len()) || !value.contains(' ') {
        return false;
    }
    let folded = fold(value);
    let words: Vec<&str> = folded.split_whitespace().collect();
    if words.len() > 9 {
        return false;
    }
    let tail = words.iter().skip(1).rev().take(3);
    tail.into_iter().any(|word| FORMS.contains(&word.trim_end_matches(',')))
        || folded.contains(" & sons")
        || folded.ends_with(" group")
        || folded.contains("& co")
        || folded.contains(" en zonen")
        || folded.contains(" i sinovi")
        || folded.contains(" in sinovi")
        || folded.contains(" e figli")
        || folded.contains(" et fils")
        || folded.contains(" e hijos")
        || folded.contains(" & filhos")
        || folded.contains(" & zonen")
        || folded.contains(" i synowie")
        || folded.contains(" & partner")
        || folded.contains(" & associates")
        || folded.contains(" y asociados")
        || folded.contains(" e associados")
        || folded.ends_with(" asociados")
        || folded.contains(", inc")
        || folded.contains(" and sons")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streets_are_known_by_their_words_and_numbers() {
        let word = |value: &str| street(value).is_some_and(|street| street.word);
        for good in [
            "12 rue de la République",
            "Lindenstraße 7",
            "Goethestr. 12a",
            "C/ Alcalá 5, 3º B",
            "ul. Długa 4",
            "221B Baker Street",
            "Kerkstraat 9",
            "Via Roma, 3",
            "Rua das Flores, 8",
            "Cankarjeva ulica 2",
            "Savska cesta 41",
        ] {
            assert!(word(good), "{good}");
        }
        let shape = |value: &str| street(value).is_some_and(|street| street.shape);
        assert!(shape("Ilica 12") && shape("Tržaška 4a") && shape("Am Anger 3"));
        for bad in ["Oak Dining Chair", "pending", "USB-C Charging Cable", "2024-Q1"] {
            assert!(!word(bad) && !shape(bad), "{bad}");
        }
    }

    #[test]
    fn postcodes_coordinates_and_firms_are_known_by_their_shapes() {
        assert!(
            postcode("SW1A 1AA") == Some(Postcode::Certain)
                && postcode("12-345") == Some(Postcode::Certain)
        );
        assert!(postcode("8000") == Some(Postcode::Digits) && postcode("12").is_none());
        assert!(is_coordinates("SRID=4326;POINT(13.4 52.5)"));
        assert!(is_coordinates("52.5200, 13.4050") && !is_coordinates("1, 2"));
        assert!(
            is_firm("Nordlicht Energie AG")
                && is_firm("Pekarna Kovač d.o.o.")
                && !is_firm("Oak Dining Chair")
        );
    }
}
