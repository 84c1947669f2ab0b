//! The words of ten languages and what they say of a column or a table.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::words;

const FILES: [&str; 10] = [
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
const DUTCH: Language = 6;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Concept {
    Secret,
    Ip,
    Mac,
    Email,
    Password,
    Iban,
    Card,
    Phone,
    National,
    Birth,
    Username,
    First,
    Last,
    Full,
    Postcode,
    Street,
    City,
    Company,
    Money,
    Geo,
    Agent,
    Health,
    Note,
    Account,
    Url,
    /// A body's weight, height, age.
    Measure,
    /// Text that may be a person's: body, message, description.
    Talk,
    Link,
    Name,
    /// A person by role: customer, author.
    Role,
    Key,
    Digest,
    /// A property of what the name speaks of: type, length, changed.
    About,
    /// As [`Concept::About`], and before the word: count, is, max.
    Hard,
    // what tables hold
    Companies,
    Thing,
    Setting,
    Place,
    Messages,
    Visits,
}

const CONCEPTS: [(&str, Concept); 40] = [
    ("secret", Concept::Secret),
    ("ip", Concept::Ip),
    ("mac", Concept::Mac),
    ("email", Concept::Email),
    ("password", Concept::Password),
    ("iban", Concept::Iban),
    ("card", Concept::Card),
    ("phone", Concept::Phone),
    ("national", Concept::National),
    ("birth", Concept::Birth),
    ("username", Concept::Username),
    ("first", Concept::First),
    ("last", Concept::Last),
    ("full", Concept::Full),
    ("postcode", Concept::Postcode),
    ("street", Concept::Street),
    ("city", Concept::City),
    ("company", Concept::Company),
    ("money", Concept::Money),
    ("geo", Concept::Geo),
    ("agent", Concept::Agent),
    ("health", Concept::Health),
    ("note", Concept::Note),
    ("account", Concept::Account),
    ("url", Concept::Url),
    ("measure", Concept::Measure),
    ("talk", Concept::Talk),
    ("link", Concept::Link),
    ("name", Concept::Name),
    ("role", Concept::Role),
    ("key", Concept::Key),
    ("digest", Concept::Digest),
    ("about", Concept::About),
    ("hard", Concept::Hard),
    ("companies", Concept::Companies),
    ("thing", Concept::Thing),
    ("setting", Concept::Setting),
    ("place", Concept::Place),
    ("messages", Concept::Messages),
    ("visits", Concept::Visits),
];

impl Concept {
    /// Says what a table holds, and nothing of a column.
    fn is_of_tables(self) -> bool {
        self >= Concept::Companies && self != Concept::Thing
    }
}

/// Words for "number". A phrase with one is found under each.
const NUMBERS: &[&str] = &[
    "number", "no", "num", "nr", "nummer", "numero", "nro", "numer", "stevilka", "st", "broj",
    "br", "nums", "numbers", "numeros", "nummern", "nbr", "n", "numera",
];

/// As the dictionary has it: words joined by `_`, and one for "number".
fn phrase_of(words: &[String]) -> String {
    let each =
        words.iter().map(|word| if NUMBERS.contains(&word.as_str()) { "#" } else { word.as_str() });
    each.collect::<Vec<_>>().join("_")
}

type Meanings = Vec<(Language, Concept)>;

/// A line of a dictionary: its concept and its phrases.
fn concept_of(line: &str) -> Option<(Concept, &str)> {
    let (key, phrases) = line.split_once(": ")?;
    let (_, concept) = CONCEPTS.iter().find(|(name, _)| *name == key)?;
    Some((*concept, phrases))
}

/// By phrase (words joined by `_`) and, for longer phrases, by their words written as one.
fn entries() -> &'static HashMap<String, Meanings> {
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

fn meanings(phrase: &str) -> Option<&'static Meanings> {
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
fn parts_of(word: &str) -> Option<(&str, &str)> {
    if word.len() < 7 || !word.is_ascii() {
        return None;
    }
    let languages = |part: &str| -> Vec<Language> {
        let own = meanings(part).map_or(&[][..], Vec::as_slice);
        let own = own.iter().filter(|(_, concept)| !concept.is_of_tables());
        own.map(|(language, _)| *language).collect()
    };
    for at in (3..=word.len() - 2).rev() {
        let (first, last) = word.split_at(at);
        if last.len() < 3 && !matches!(last, "nr" | "id") {
            continue;
        }
        let of_last = languages(last);
        if of_last.is_empty() && last != "id" {
            continue;
        }
        let bound = ["", "s", "n", "en", "es"];
        let stem = bound.iter().filter_map(|link| first.strip_suffix(link));
        if let Some(stem) = stem.into_iter().find(|stem| {
            let own = languages(stem);
            // both of one language: `firmware` is neither a firm nor goods
            stem.len() >= 3 && own.iter().any(|own| last == "id" || of_last.contains(own))
        }) {
            return Some((stem, last));
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
fn abbreviated(own: &[String], language: Language) -> Option<Concept> {
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
fn within(word: &str) -> Option<&'static Meanings> {
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

/// One phrase of a name and what it may mean.
#[derive(Clone, Debug)]
struct Found {
    phrase: String,
    meanings: &'static [(Language, Concept)],
    /// The words of the name that are the phrase.
    from: usize,
    /// A part of the word has the meaning.
    part: bool,
}

fn find(words: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let longest = (1..=4.min(words.len() - index)).rev().find_map(|count| {
            let own = &words[index..index + count];
            let phrase = phrase_of(own);
            let found = meanings(&phrase).or_else(|| {
                let joined = own.concat();
                // `user_id` is no `userid`
                let one = count > 1 && joined.len() > 4 && !joined.ends_with("id");
                one.then(|| entries().get(&joined)).flatten()
            });
            found.map(|meanings| (count, Found { phrase, meanings, from: index, part: false }))
        });
        if let Some((count, phrase)) = longest {
            found.push(phrase);
            index += count;
            continue;
        }
        let word = &words[index];
        if let Some((first, last)) = parts_of(word) {
            for part in [first, last] {
                let meanings = meanings(part).map_or(&[][..], Vec::as_slice);
                found.push(Found { phrase: part.to_owned(), meanings, from: index, part: false });
            }
        } else {
            let meanings = within(word).map_or(&[][..], Vec::as_slice);
            let part = !meanings.is_empty();
            found.push(Found { phrase: word.clone(), meanings, from: index, part });
        }
        index += 1;
    }
    found
}

/// The words of a name with their meanings in the language of its table.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// One for each phrase, in order. None where no dictionary has the phrase.
    pub(super) phrases: Vec<(String, Vec<Concept>)>,
    /// Places of phrases that are abbreviations or parts of words.
    pub(super) unsure: Vec<usize>,
    /// The head of a name stands at its end: English, German, Dutch.
    pub(super) head_last: bool,
}

impl Reading {
    pub(super) fn has(&self, concept: Concept) -> bool {
        self.place(concept).is_some()
    }

    /// The last phrase with this meaning.
    pub(super) fn place(&self, concept: Concept) -> Option<usize> {
        self.phrases.iter().rposition(|(_, concepts)| concepts.contains(&concept))
    }

    pub(super) fn says(&self, phrase: &str) -> bool {
        self.phrases.iter().any(|(own, _)| own == phrase)
    }
}

/// Reads the names of one table.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    language: Option<Language>,
}

impl Reader {
    /// The language is the one that explains most of these names.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Reader {
        let mut votes = [0usize; FILES.len()];
        for name in names {
            for found in find(&words::split(name)) {
                let mut seen = [false; FILES.len()];
                for (language, _) in found.meanings {
                    seen[usize::from(*language)] = true;
                }
                let shared = seen.iter().filter(|seen| **seen).count().max(1);
                let weight = (found.phrase.len().min(8) * 12) / shared;
                for (vote, _) in votes.iter_mut().zip(seen).filter(|(_, seen)| *seen) {
                    *vote += weight;
                }
            }
        }
        let best = votes.iter().copied().max().unwrap_or(0);
        let language = votes.iter().position(|vote| *vote == best);
        let language = language.and_then(|language| u8::try_from(language).ok());
        Reader { language: language.filter(|_| best > 0) }
    }

    /// The name of a table or of a column.
    pub(super) fn read(&self, name: &str, of_table: bool) -> Reading {
        let words = words::split(name);
        let found = find(&words);
        let mut phrases: Vec<(String, Vec<Concept>)> = Vec::new();
        let mut unsure = Vec::new();
        let mut read_until = 0;
        for own in &found {
            if own.from < read_until {
                continue;
            }
            let concepts = self.choose(own, of_table);
            if concepts.is_empty()
                && own.meanings.is_empty()
                && !of_table
                && let Some((count, concept)) = self.abbreviation(&words[own.from..])
            {
                unsure.push(phrases.len());
                phrases.push((words[own.from..own.from + count].join("_"), vec![concept]));
                read_until = own.from + count;
                continue;
            }
            if own.part {
                unsure.push(phrases.len());
            }
            phrases.push((own.phrase.clone(), concepts));
        }
        let head_last = self.language.is_none_or(|language| language <= 1 || language == DUTCH);
        Reading { phrases, unsure, head_last }
    }

    /// In the language of the table, then in English.
    fn abbreviation(&self, words: &[String]) -> Option<(usize, Concept)> {
        let mut languages: Vec<Language> = self.language.into_iter().collect();
        languages.push(ENGLISH);
        languages.dedup();
        languages.into_iter().find_map(|language| {
            (1..=3.min(words.len()))
                .rev()
                .find_map(|count| Some((count, abbreviated(&words[..count], language)?)))
        })
    }

    fn choose(&self, found: &Found, of_table: bool) -> Vec<Concept> {
        let of = |language: Language| -> Vec<Concept> {
            let own = found
                .meanings
                .iter()
                .filter(|(own, concept)| *own == language && (of_table || !concept.is_of_tables()));
            own.map(|(_, concept)| *concept).collect()
        };
        let own = self.language.map(of).unwrap_or_default();
        if !own.is_empty() {
            return own;
        }
        let english = of(ENGLISH);
        if !english.is_empty() {
            return english;
        }
        // another language's word, if it is long enough not to be chance
        if found.part
            || found.phrase.contains('#')
            || found.phrase.len() < if self.language.is_some() { 5 } else { 3 }
        {
            return Vec::new();
        }
        let mut others: Vec<Concept> = (1u8..).take(FILES.len() - 1).flat_map(of).collect();
        others.sort_unstable();
        others.dedup();
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concepts(names: &[&str], name: &str) -> Vec<Vec<Concept>> {
        let reading = Reader::of(names.iter().copied()).read(name, false);
        reading.phrases.into_iter().map(|(_, concepts)| concepts).collect()
    }

    #[test]
    fn every_line_of_a_dictionary_begins_with_a_concept() {
        for file in FILES {
            for line in file.lines() {
                let key = line.split_once(": ").map_or(line, |(key, _)| key);
                assert!(CONCEPTS.iter().any(|(name, _)| *name == key), "{line}");
            }
        }
    }

    #[test]
    fn compounds_and_words_of_the_tables_own_language_are_found() {
        let german = ["kunden", "vorname", "strasse", "handynummer"];
        assert_eq!(concepts(&german, "kundenname"), [[Concept::Role], [Concept::Name]]);
        assert_eq!(concepts(&german, "via"), [[]; 1]);
        assert_eq!(concepts(&["cognome", "indirizzo"], "via"), [[Concept::Street]]);
        assert_eq!(concepts(&["users"], "shipped_at"), [vec![], vec![]]);
    }
}
