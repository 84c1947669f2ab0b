//! The words of ten languages, whole and in parts.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::concepts::{CONCEPTS, Concept};
use super::words;

pub(super) const FILES: [&str; 10] = [
    include_str!("dictionary/en.txt"),
    include_str!("dictionary/de.txt"),
    include_str!("dictionary/fr.txt"),
    include_str!("dictionary/es.txt"),
    include_str!("dictionary/pt.txt"),
    include_str!("dictionary/it.txt"),
    include_str!("dictionary/nl.txt"),
    include_str!("dictionary/pl.txt"),
    include_str!("dictionary/sl.txt"),
    include_str!("dictionary/hr.txt"),
];

/// The number of a language: its place in [`FILES`].
pub(super) type Language = u8;
pub(super) const ENGLISH: Language = 0;
pub(super) const DUTCH: Language = 6;

/// Words for "number". A phrase with one is found under each.
const NUMBERS: &[&str] = &[
    "number", "no", "num", "nr", "nummer", "numero", "nro", "numer", "stevilka", "st", "broj",
    "br", "nums", "numbers", "numeros", "nummern", "nbr", "n", "numera",
];

/// As the dictionary has it: words joined by `_`, and one for "number".
pub(super) fn phrase_of(words: &[String]) -> String {
    let each =
        words.iter().map(|word| if NUMBERS.contains(&word.as_str()) { "#" } else { word.as_str() });
    each.collect::<Vec<_>>().join("_")
}

pub(super) type Meanings = Vec<(Language, Concept)>;

/// A line of a dictionary: its concept and its phrases.
fn concept_of(line: &str) -> Option<(Concept, &str)> {
    let (key, phrases) = line.split_once(": ")?;
    let (_, concept) = CONCEPTS.iter().find(|(name, _)| *name == key)?;
    Some((*concept, phrases))
}

/// By phrase (words joined by `_`) and, for longer phrases, by their words written as one.
pub(super) fn entries() -> &'static HashMap<String, Meanings> {
    static ENTRIES: OnceLock<HashMap<String, Meanings>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let mut entries: HashMap<String, Meanings> = HashMap::new();
        let mut add = |phrase: String, language, concept| {
            let meanings = entries.entry(phrase).or_default();
            if !meanings.contains(&(language, concept)) {
                meanings.push((language, concept));
            }
        };
        for (language, file) in (0u8..).zip(FILES) {
            for line in file.lines() {
                let Some((concept, phrases)) = concept_of(line) else { continue };
                for phrase in phrases.split(' ') {
                    let parts = words::split(phrase);
                    if parts.len() > 1 && phrase.len() > 6 {
                        add(parts.concat(), language, concept);
                    }
                    add(phrase_of(&parts), language, concept);
                }
            }
        }
        entries
    })
}

pub(super) fn meanings(phrase: &str) -> Option<&'static Meanings> {
    let entries = entries();
    entries.get(phrase).or_else(|| {
        // a plural, a number at the end
        let bare = phrase.trim_end_matches(|c: char| c.is_ascii_digit());
        if bare.len() < phrase.len() && bare.len() >= 3 {
            return entries.get(bare);
        }
        let stem = phrase.strip_suffix("es").or_else(|| phrase.strip_suffix('s'))?;
        if stem.len() < 4 {
            return None;
        }
        entries.get(stem).or_else(|| entries.get(phrase.strip_suffix('s')?))
    })
}

/// Words that a language writes as one: `kundennummer`, `huisarts_telefoon`.
pub(super) fn parts_of(word: &str) -> Option<(&str, &str)> {
    if word.len() < 5 || !word.is_ascii() {
        return None;
    }
    let least = if word.len() < 7 { word.len() - 2 } else { 3 };
    let languages = |part: &str| -> Vec<Language> {
        let own = meanings(part).map_or(&[][..], Vec::as_slice);
        let own = own.iter().filter(|(_, concept)| !concept.is_of_tables());
        own.map(|(language, _)| *language).collect()
    };
    // of a short word only the number is a part: `faxnr`
    for at in (least..=word.len() - 2).rev() {
        let (head, tail) = word.split_at(at);
        if tail.len() < 3 && !matches!(tail, "nr" | "no" | "id") {
            continue;
        }
        let number = matches!(tail, "nr" | "no");
        let of_tail = languages(if number { "#" } else { tail });
        if of_tail.is_empty() && tail != "id" {
            continue;
        }
        let bound = ["", "s", "n", "en", "es"];
        let stem = bound.iter().filter_map(|link| head.strip_suffix(link));
        if let Some(stem) = stem.into_iter().find(|stem| {
            let own = languages(stem);
            // both of one language: `firmware` is neither a firm nor goods
            stem.len() >= 3 && own.iter().any(|own| tail == "id" || of_tail.contains(own))
        }) {
            return Some((stem, tail));
        }
    }
    None
}

/// A phrase of a language by its words, for abbreviations.
struct Whole {
    words: Vec<String>,
    concept: Concept,
}

/// By language.
fn wholes() -> &'static Vec<Vec<Whole>> {
    static WHOLES: OnceLock<Vec<Vec<Whole>>> = OnceLock::new();
    WHOLES.get_or_init(|| {
        let of_file = |file: &str| {
            let mut wholes = Vec::new();
            for line in file.lines() {
                let Some((concept, phrases)) = concept_of(line) else { continue };
                if !concept.is_of_tables() {
                    let each = phrases.split(' ').map(words::split);
                    wholes.extend(each.map(|words| Whole { words, concept }));
                }
            }
            wholes
        };
        FILES.iter().map(|file| of_file(file)).collect()
    })
}

/// What each of these words begins: `cogn`, `dat_rojst`. All phrases that they begin must agree.
pub(super) fn abbreviated(own: &[String], language: Language) -> Option<Concept> {
    let letters = |word: &String| word.bytes().filter(u8::is_ascii_alphabetic).count();
    let numbered = own.iter().any(|word| NUMBERS.contains(&word.as_str()));
    let letters: usize =
        own.iter().filter(|word| !NUMBERS.contains(&word.as_str())).map(letters).sum();
    let least = match own.len() {
        1 => 3,
        _ if numbered && language != ENGLISH => 3,
        _ => 4,
    };
    if letters < least || own.iter().any(|word| word == "id") {
        return None;
    }
    // `br` is a number, too
    let begins = |(word, own): (&String, &String)| {
        let number = |word: &String| NUMBERS.contains(&word.as_str());
        if number(word) && number(own) {
            return true;
        }
        let own = own.trim_end_matches(|c: char| c.is_ascii_digit());
        !own.is_empty() && word.starts_with(own)
    };
    let of_language = wholes().get(usize::from(language))?.iter();
    let mut found = of_language
        .filter(|whole| whole.words.len() == own.len() && whole.words.iter().zip(own).all(begins))
        .map(|whole| whole.concept);
    let concept = found.next()?;
    found.all(|other| other == concept).then_some(concept)
}

/// A long word of a dictionary at the end or the beginning of a longer one: `emailprivat`.
pub(super) fn within(word: &str) -> Option<&'static Meanings> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if word.len() < 7 || !word.is_ascii() {
        return None;
    }
    let strong = |part: &str| {
        let own = entries().get(part)?;
        let mut of_columns = own.iter().filter(|(_, concept)| !concept.is_of_tables());
        of_columns.all(|(_, concept)| *concept <= Concept::Url).then_some(own)
    };
    let at_end = (2..=word.len() - 5).find_map(|at| strong(&word[at..]));
    at_end.or_else(|| {
        let beginnings = (word.len().saturating_sub(6).max(5)..word.len()).rev();
        beginnings.into_iter().find_map(|at| {
            let found = strong(&word[..at])?;
            // secretary, phonetic
            found.iter().all(|(_, concept)| *concept != Concept::Secret).then_some(found)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_dictionary_begins_with_a_concept() {
        for file in FILES {
            for line in file.lines() {
                let key = line.split_once(": ").map_or(line, |(key, _)| key);
                assert!(CONCEPTS.iter().any(|(name, _)| *name == key), "{line}");
            }
        }
    }
}
