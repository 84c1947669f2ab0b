//! The languages of names and addresses.

use std::fmt;
use std::str::FromStr;

/// A language that names and addresses exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Locale {
    #[default]
    En,
    De,
    Fr,
    Es,
    Pt,
    It,
    Nl,
    Pl,
    Sl,
    Hr,
}

/// The text is not the name of a locale.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the locale {0} is unknown")]
pub struct UnknownLocale(pub String);

impl Locale {
    /// All of them, by name.
    pub const ALL: [(&'static str, Locale); 10] = [
        ("en", Locale::En),
        ("de", Locale::De),
        ("fr", Locale::Fr),
        ("es", Locale::Es),
        ("pt", Locale::Pt),
        ("it", Locale::It),
        ("nl", Locale::Nl),
        ("pl", Locale::Pl),
        ("sl", Locale::Sl),
        ("hr", Locale::Hr),
    ];
}

/// `de`; `de_AT` and `de-CH` are `de` too.
impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(text: &str) -> Result<Self, UnknownLocale> {
        let language = text.split(['_', '-', '.']).next().unwrap_or_default();
        let named = Locale::ALL.iter().find(|(name, _)| language.eq_ignore_ascii_case(name));
        named.map(|(_, locale)| *locale).ok_or_else(|| UnknownLocale(text.to_owned()))
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Locale::ALL.iter().find(|(_, locale)| locale == self);
        f.write_str(named.map_or("", |(name, _)| name))
    }
}
