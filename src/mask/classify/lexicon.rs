//! Names as phrases of the language of their table, and what these say.

use super::concepts::Concept;
use super::dictionary::{
    DUTCH, ENGLISH, FILES, Language, abbreviated, entries, meanings, parts_of, phrase_of, within,
};
use super::words;

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

/// Words of their own that longer names of values begin with.
const ORDINARY: &[&str] = &[
    "first", "last", "family", "second", "given", "full", "middle", "legal", "real", "screen",
    "key", "credit", "debit", "pass", "pay", "user", "name", "contact", "person", "social", "bank",
    "card", "account", "home", "work", "life", "long",
];

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

/// What all columns of a table, or most of them, begin or end with: `usr_`, `_adh`, `OX`.
#[derive(Clone, Debug, Default)]
struct Family {
    /// Letters without a separator after them.
    beginning: String,
    letters: usize,
    first: Option<String>,
    last: Option<String>,
}

impl Family {
    fn of(columns: &[&str]) -> Family {
        if columns.len() < 4 {
            return Family::default();
        }
        let letters = Family::shared_letters(columns);
        let bare = Family { letters, ..Family::default() };
        let split: Vec<Vec<String>> = columns.iter().map(|column| bare.words(column)).collect();
        let first = shared(split.iter().filter(|words| words.len() > 1).map(|words| &words[0]));
        let last = shared(split.iter().filter(|words| words.len() > 1).filter_map(|w| w.last()));
        // most columns have it, and it says nothing of a value
        let of_most = |found: Option<(String, usize)>, share: usize| {
            let (word, count) = found?;
            let says = meanings(&word)
                .is_some_and(|own| own.iter().any(|(_, concept)| *concept <= Concept::Measure));
            let known = word.len() > 3 && meanings(&word).is_some();
            (count * 100 >= columns.len() * share && !says && !known).then_some(word)
        };
        let beginning = columns[0][..letters].to_ascii_lowercase();
        Family { beginning, letters, first: of_most(first, 60), last: of_most(last, 60) }
    }

    /// Tables are named with the letters of their columns: `oxorder`.
    fn of_table(&self, name: &str) -> Vec<String> {
        let begins = |head: &str| head.eq_ignore_ascii_case(&self.beginning);
        let shared = self.letters > 0 && name.get(..self.letters).is_some_and(begins);
        words::split(if shared { &name[self.letters..] } else { name })
    }

    fn shared_letters(columns: &[&str]) -> usize {
        let Some(one) = columns.first() else { return 0 };
        let shared = columns.iter().fold(one.len(), |shared, column| {
            let same = one.bytes().zip(column.bytes()).take(shared);
            same.take_while(|(a, b)| a.is_ascii_alphabetic() && a.eq_ignore_ascii_case(b)).count()
        });
        let separate = |column: &&str| {
            column[shared..].starts_with(|c: char| c.is_ascii_alphanumeric()) && column.is_ascii()
        };
        if !(2..=5).contains(&shared) || !columns.iter().all(separate) {
            return 0;
        }
        let hits = |letters: usize| {
            let known = |column: &&&str| {
                let found = find(&words::split(&column[letters..]));
                found.iter().any(|found| !found.meanings.is_empty())
            };
            columns.iter().filter(known).count()
        };
        if hits(shared) > hits(0) { shared } else { 0 }
    }

    fn words(&self, name: &str) -> Vec<String> {
        let mut words = words::split(name.get(self.letters..).unwrap_or(name));
        if words.len() > 1 && self.first.as_ref() == words.first() {
            words.remove(0);
        }
        if words.len() > 1 && self.last.as_ref() == words.last() {
            words.pop();
        }
        words
    }
}

/// The word that comes most often, and how often.
fn shared<'a>(words: impl Iterator<Item = &'a String>) -> Option<(String, usize)> {
    let mut counts: Vec<(&String, usize)> = Vec::new();
    for word in words {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let best = counts.into_iter().max_by_key(|(_, count)| *count);
    best.map(|(word, count)| (word.clone(), count))
}

/// Reads the names of one table.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    language: Option<Language>,
    /// In a table whose names are mostly English: the language of the others.
    beside: Option<Language>,
    family: Family,
}

impl Reader {
    /// The language is the one that explains most of these names.
    pub(super) fn of(table: &str, columns: &[&str]) -> Reader {
        let family = Family::of(columns);
        let mut votes = [0usize; FILES.len()];
        let mut alone = [0usize; FILES.len()];
        let own = columns.iter().map(|column| family.words(column));
        for words in own.chain([family.of_table(table)]) {
            for found in find(&words) {
                let mut seen = [false; FILES.len()];
                for (language, _) in found.meanings {
                    seen[usize::from(*language)] = true;
                }
                let shared = seen.iter().filter(|seen| **seen).count().max(1);
                let weight = (found.phrase.len().min(8) * 12) / shared;
                for (vote, _) in votes.iter_mut().zip(seen).filter(|(_, seen)| *seen) {
                    *vote += weight;
                }
                let values = found.meanings.iter().any(|(_, concept)| *concept <= Concept::Url);
                if let (true, false, &[(language, _)]) = (values, found.part, found.meanings)
                    && found.phrase.len() > 3
                {
                    alone[usize::from(language)] += 1;
                }
            }
        }
        let best = votes.iter().copied().max().unwrap_or(0);
        let language = votes.iter().position(|vote| *vote == best);
        let language = language.and_then(|language| u8::try_from(language).ok());
        let language = language.filter(|_| best > 0);
        let most = alone[1..].iter().copied().max().unwrap_or(0);
        let beside = alone[1..].iter().position(|count| *count == most);
        let beside = beside.and_then(|at| u8::try_from(at + 1).ok());
        let beside = beside.filter(|_| most > 0 && language == Some(ENGLISH));
        Reader { language, beside, family }
    }

    /// The name of a table or of a column.
    pub(super) fn read(&self, name: &str, of_table: bool) -> Reading {
        let words = if of_table { self.family.of_table(name) } else { self.family.words(name) };
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
                && (words.len() == 1 || !ORDINARY.contains(&words[own.from].as_str()))
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
        languages.extend(self.beside);
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
        let beside = self.beside.map(of).unwrap_or_default();
        if !beside.is_empty() {
            return beside;
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
        let reading = Reader::of("", names).read(name, false);
        reading.phrases.into_iter().map(|(_, concepts)| concepts).collect()
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
