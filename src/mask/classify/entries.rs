//! Tables of keys and values: settings, properties of people, forms. What a value is, the key of its
//! row says.

use super::signs::{is_phone, is_random, is_unmistakable};
use super::types::Class;
use super::words;
use super::{ColumnFacts, Confidence, Decision, Mask, TableFacts, table};

/// The last word of a column of values.
const VALUES: &[&str] = &[
    "value",
    "values",
    "val",
    "wert",
    "valeur",
    "valor",
    "valore",
    "waarde",
    "wartosc",
    "vrednost",
    "vrijednost",
    "answer",
    "antwort",
    "reponse",
    "respuesta",
    "risposta",
    "odgovor",
];

/// The last word of a column that says what the values are.
const KEYS: &[&str] = &[
    "key",
    "name",
    "option",
    "setting",
    "var",
    "variable",
    "code",
    "property",
    "attribute",
    "param",
    "parameter",
    "field",
    "identifier",
    "slug",
    "keyword",
    "schluessel",
    "schlussel",
    "cle",
    "clave",
    "chave",
    "chiave",
    "sleutel",
    "klucz",
    "kljuc",
    "nom",
    "nombre",
    "nome",
    "naam",
    "nazwa",
    "ime",
    "naziv",
    "bezeichnung",
    "label",
    "question",
    "path",
];

/// Words of tables and columns of texts that an app shows.
const SHOWN: &[&str] = &[
    "translation",
    "translations",
    "i18n",
    "locale",
    "locales",
    "lang",
    "language",
    "languages",
    "dictionary",
    "phrases",
    "sprache",
    "langue",
    "idioma",
    "lingua",
    "jezik",
];

/// The column whose values say what the values of column `of` are: the nearest one in front of it.
#[must_use]
pub fn key_column(columns: &[(&str, &str)], of: usize) -> Option<usize> {
    // `configvalue` and `meta_value` alike
    let joined = |word: &str, wanted: &[&str]| {
        let ends = ["value", "values", "key", "name", "option", "setting", "field"];
        ends.iter().any(|end| wanted.contains(end) && word.ends_with(end))
    };
    let ends_in = |name: &str, wanted: &[&str]| {
        let words = words::split(name);
        words.last().is_some_and(|word| wanted.contains(&word.as_str()) || joined(word, wanted))
    };
    let (name, type_name) = columns.get(of)?;
    let (class, array) = Class::of(type_name);
    let holds = class.is_text() || class == Class::Json;
    if !holds || array || !ends_in(name, VALUES) {
        return None;
    }
    let is_key = |(_, (name, type_name)): &(usize, &(&str, &str))| {
        let (class, array) = Class::of(type_name);
        class.is_text() && !array && ends_in(name, KEYS)
    };
    let mut before = columns[..of].iter().enumerate().rev();
    let mut behind = columns.iter().enumerate().skip(of + 1);
    before.find(is_key).or_else(|| behind.find(is_key)).map(|(at, _)| at)
}

/// Whether values of a column are masked by the keys of their rows.
///
/// `masked`: all of them would be masked alike.
pub(super) fn decide(facts: &TableFacts, of: usize, masked: bool) -> Option<Decision> {
    let columns: Vec<(&str, &str)> = facts
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.type_name.as_str()))
        .collect();
    let at = key_column(&columns, of)?;
    let shown = |name: &str| words::split(name).iter().any(|word| SHOWN.contains(&word.as_str()));
    let texts = shown(&facts.table) || facts.columns.iter().any(|column| shown(&column.name));
    let mut keys: Vec<&str> = facts.columns[at].samples.iter().map(String::as_str).collect();
    keys.sort_unstable();
    keys.dedup();
    let said: Vec<Option<Mask>> =
        keys.iter().map(|key| entry(&facts.table, key, "").map(|decision| decision.mask)).collect();
    let by_keys = !texts && keys.len() > 1 && said.iter().any(Option::is_some);
    if masked && (!by_keys || said.iter().all(|mask| *mask == said[0])) {
        return None;
    }
    let by_values = facts.columns[of].samples.iter().any(|value| is_unmistakable(value));
    let documents = Class::of(&facts.columns[of].type_name).0 == Class::Json;
    if documents && !by_keys {
        return None;
    }
    let reason = if by_keys {
        format!("{} says what is personal or secret", facts.columns[at].name)
    } else {
        "some values are personal or secret".to_owned()
    };
    (by_keys || by_values).then_some(Decision {
        mask: Mask::ByKey,
        paths: Vec::new(),
        reason,
        confidence: Confidence::Medium,
    })
}

/// What becomes of the value of one row; `None`: it is kept.
#[must_use]
pub fn entry(title: &str, key: &str, value: &str) -> Option<Decision> {
    let value = value.trim();
    if !value.is_empty() && says_nothing(value) {
        return None;
    }
    let samples = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
    let name = key.rsplit(['/', ':', '.']).next().unwrap_or(key);
    let column = |name: &str| ColumnFacts {
        name: name.to_owned(),
        type_name: "text".to_owned(),
        samples: samples.clone(),
        ..ColumnFacts::default()
    };
    // what the last part of a key says counts, then what the whole key says
    let said = [name, key].into_iter().find_map(|name| {
        let facts = TableFacts {
            table: title.to_owned(),
            columns: vec![column(name)],
            ..TableFacts::default()
        };
        let decision = table(&facts).into_iter().next()?;
        (decision.mask != Mask::Keep && (value.is_empty() || fits(&decision.mask, value)))
            .then_some(decision)
    });
    let otherwise = || {
        let lower = name.to_ascii_lowercase();
        let secret = SECRETS.iter().any(|end| lower.ends_with(end))
            && !OTHER.contains(&lower.as_str())
            && (value.is_empty() || fits(&Mask::Secret, value));
        let mask = if secret || is_random(value) {
            Mask::Secret
        } else if is_phone(value) {
            Mask::Phone
        } else {
            return None;
        };
        let reason = "the key or the value says so".to_owned();
        Some(Decision { mask, paths: Vec::new(), reason, confidence: Confidence::Medium })
    };
    said.or_else(otherwise)
}

/// Ends of keys without a separator: `smtppass`.
const SECRETS: &[&str] = &["pass", "passwd", "password", "pwd", "secret", "token", "apikey"];
/// Words with such an end that name no secret.
const OTHER: &[&str] = &["bypass", "compass", "encompass", "surpass"];

/// A switch, a count, a choice.
fn says_nothing(value: &str) -> bool {
    const WORDS: &[&str] =
        &["true", "false", "yes", "no", "on", "off", "null", "none", "t", "f", "y", "n", "auto"];
    let lower = value.to_ascii_lowercase();
    let number = value.len() <= 4 && value.parse::<f64>().is_ok();
    WORDS.contains(&lower.trim_matches('"')) || number
}

/// Whether a value may be what its key says.
fn fits(mask: &Mask, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match mask {
        Mask::Email => value.contains('@') || !value.contains(' ') && value.len() > 15,
        Mask::Phone => digits >= 5,
        Mask::Url => value.contains(['.', ':']),
        Mask::Date | Mask::Number | Mask::Geo | Mask::Postcode => digits > 0,
        Mask::Ip | Mask::Mac => value.contains(['.', ':', '-']),
        Mask::Iban | Mask::Card => digits >= 8,
        Mask::Secret | Mask::Password => value.len() > 3,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(title: &str, rows: &[(&str, &str)]) -> TableFacts {
        let column = |name: &str, samples: Vec<String>| ColumnFacts {
            name: name.to_owned(),
            type_name: "text".to_owned(),
            samples,
            ..ColumnFacts::default()
        };
        let keys = rows.iter().map(|(key, _)| (*key).to_owned()).collect();
        let values = rows.iter().map(|(_, value)| (*value).to_owned()).collect();
        TableFacts {
            table: title.to_owned(),
            columns: vec![column("name", keys), column("value", values)],
            ..TableFacts::default()
        }
    }

    #[test]
    fn a_secret_among_settings_is_masked_and_other_settings_stay() {
        let of = |key: &str, value: &str| entry("settings", key, value).map(|found| found.mask);
        assert_eq!(of("smtp_password", "S3cr3t-pa55word!x"), Some(Mask::Password));
        assert_eq!(of("mail.smtp.password", "hunter2hunter2"), Some(Mask::Password));
        assert_eq!(of("payment/stripe/api_key", "abcdefghijkl"), Some(Mask::Secret));
        assert_eq!(of("contact_email", "owner@shop.test"), Some(Mask::Email));
        assert_eq!(of("anything", "owner@shop.test"), Some(Mask::Email));
        assert_eq!(of("admin_phone", "+386 41 123 456"), Some(Mask::Phone));
        assert_eq!(of("user_field_1", "+386 41 123 456"), Some(Mask::Phone));
        assert_eq!(of("deploy", "qZPV8IYEvIJBpq3PNha7WA3u4H7BAR3P"), Some(Mask::Secret));
        assert_eq!(of("smtppass", "PRebjUv1tQRw"), Some(Mask::Secret));
        for (key, value) in [
            ("site_name", "Kavarna"),
            ("theme", "dark"),
            ("items_per_page", "25"),
            ("password_min_length", "12"),
            ("email_template", "welcome_mail"),
            ("phone_required", "true"),
            ("currency", "EUR"),
            ("timezone", "Europe/Ljubljana"),
            ("token_expiry_hours", "24"),
        ] {
            assert_eq!(of(key, value), None, "{key}");
        }
    }

    #[test]
    fn keys_or_values_show_that_a_table_holds_such_values() {
        let rows = [("theme", "dark"), ("smtp_password", "x"), ("site_name", "Kavarna")];
        assert_eq!(decide(&facts("settings", &rows), 1, false).unwrap().mask, Mask::ByKey);
        let rows = [("theme", "dark"), ("a", "ann@shop.test")];
        assert_eq!(decide(&facts("options", &rows), 1, false).unwrap().mask, Mask::ByKey);
        for (title, rows) in [
            ("settings", &[("theme", "dark"), ("site_name", "Kavarna")][..]),
            ("translations", &[("password", "Password"), ("email", "E-mail")]),
        ] {
            assert_eq!(decide(&facts(title, rows), 1, false), None, "{title}");
        }
        let columns =
            [("id", "integer"), ("name", "text"), ("data_type", "text"), ("value", "text")];
        assert_eq!(key_column(&columns, 3), Some(1));
        assert_eq!(key_column(&columns, 1), None);
        let columns = [("userid", "text"), ("configkey", "text"), ("configvalue", "text")];
        assert_eq!(key_column(&columns, 2), Some(1));
    }
}
