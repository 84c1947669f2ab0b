//! Names and addresses by locale.
//!
//! Given names exist, and are not the frequent ones. Family names, towns and streets are put together
//! from two parts, so that a masked value is seldom the name or address of a person in the source.
//!
//! The crate `fake` (5.1) has no Spanish, Polish, Slovene and Croatian. Its names are the frequent ones,
//! and another version of it may have others: the same key would give other values.

mod de;
mod en;
mod es;
mod fr;
mod hr;
mod it;
mod nl;
mod pl;
mod pt;
mod sl;

use super::locale::Locale;

/// The words of one language.
pub(super) struct Words {
    pub(super) first_names: &'static [&'static str],
    pub(super) family_names: Pairs,
    pub(super) towns: Pairs,
    pub(super) streets: Pairs,
    pub(super) companies: Pairs,
    pub(super) legal_forms: &'static [&'static str],
}

/// Each word of the first list goes with each of the second.
#[derive(Clone, Copy)]
pub(super) struct Pairs {
    pub(super) front: &'static [&'static str],
    pub(super) back: &'static [&'static str],
}

pub(super) fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &en::WORDS,
        Locale::De => &de::WORDS,
        Locale::Fr => &fr::WORDS,
        Locale::Es => &es::WORDS,
        Locale::Pt => &pt::WORDS,
        Locale::It => &it::WORDS,
        Locale::Nl => &nl::WORDS,
        Locale::Pl => &pl::WORDS,
        Locale::Sl => &sl::WORDS,
        Locale::Hr => &hr::WORDS,
    }
}
