//! The language of a database's names and addresses, as its values tell.

use super::values::Locale;

/// Marks of a language.
struct Marks {
    locale: Locale,
    /// Ends of the domains of mail addresses.
    domains: &'static [&'static str],
    /// Beginnings of phone numbers.
    phones: &'static [&'static str],
    /// Words of streets.
    words: &'static [&'static str],
    /// Ends of words of streets and of family names.
    ends: &'static [&'static str],
    /// Letters that few other of these languages have.
    letters: &'static [char],
}

/// Of two languages with as many marks, the first one counts: Croatian has all letters of Slovene.
const MARKS: [Marks; 10] = [
    Marks {
        locale: Locale::En,
        domains: &[".uk", ".us", ".au", ".ie", ".nz"],
        phones: &["+1", "+44", "+61", "+353"],
        words: &["street", "st", "road", "rd", "avenue", "ave", "lane", "drive", "court", "close"],
        ends: &[],
        letters: &[],
    },
    Marks {
        locale: Locale::De,
        domains: &[".de", ".at", ".ch"],
        phones: &["+49", "0049", "+43"],
        words: &["str"],
        ends: &["straße", "strasse", "str", "platz", "gasse", "weg", "allee"],
        letters: &['ß', 'ä', 'ö', 'ü'],
    },
    Marks {
        locale: Locale::Fr,
        domains: &[".fr"],
        phones: &["+33", "0033"],
        words: &["rue", "boulevard", "bd", "allée", "chemin", "impasse"],
        ends: &[],
        letters: &['è', 'ê', 'ë', 'î', 'ï', 'œ'],
    },
    Marks {
        locale: Locale::Es,
        domains: &[".es", ".mx", ".com.ar"],
        phones: &["+34", "0034", "+52", "+54"],
        words: &["calle", "avenida", "plaza", "paseo", "c/"],
        ends: &["ez"],
        letters: &['ñ'],
    },
    Marks {
        locale: Locale::Pt,
        domains: &[".pt", ".com.br"],
        phones: &["+351", "+55"],
        words: &["rua", "travessa", "praça", "avenida"],
        ends: &[],
        letters: &['ã', 'õ'],
    },
    Marks {
        locale: Locale::It,
        domains: &[".it"],
        phones: &["+39", "0039"],
        words: &["via", "viale", "piazza", "corso", "vicolo"],
        ends: &[],
        letters: &['ì', 'ò', 'ù'],
    },
    Marks {
        locale: Locale::Nl,
        domains: &[".nl"],
        phones: &["+31", "0031"],
        words: &[],
        ends: &["straat", "laan", "gracht", "plein", "kade", "weg"],
        letters: &[],
    },
    Marks {
        locale: Locale::Pl,
        domains: &[".pl"],
        phones: &["+48", "0048"],
        words: &["ul", "al", "ulica", "osiedle", "os"],
        ends: &["ski", "ska", "wicz"],
        letters: &['ł', 'ą', 'ę', 'ś', 'ż', 'ź', 'ń'],
    },
    Marks {
        locale: Locale::Sl,
        domains: &[".si"],
        phones: &["+386", "00386"],
        words: &["cesta", "ulica", "pot", "trg"],
        ends: &[],
        letters: &['č', 'š', 'ž'],
    },
    Marks {
        locale: Locale::Hr,
        domains: &[".hr"],
        phones: &["+385", "00385"],
        words: &["cesta", "ulica", "put", "trg"],
        ends: &["ić"],
        letters: &['č', 'š', 'ž', 'ć', 'đ'],
    },
];

/// Values that have to agree.
const LEAST: usize = 5;
/// Longer values are neither names nor addresses.
const LONGEST: usize = 80;

impl Marks {
    /// `value` is in lower case.
    fn are_in(&self, value: &str) -> bool {
        if value.contains('@') {
            return self.domains.iter().any(|end| value.ends_with(end));
        }
        let compact = value.trim_start_matches('(');
        if self.phones.iter().any(|prefix| compact.starts_with(prefix)) {
            return true;
        }
        let mut words = value.split(|c: char| !c.is_alphanumeric() && c != '/');
        value.contains(self.letters)
            || words.any(|word| {
                self.words.contains(&word)
                    || self.ends.iter().any(|end| word.len() > end.len() && word.ends_with(end))
            })
    }
}

/// What the values that were seen so far point to.
#[derive(Default)]
pub struct Votes {
    votes: [usize; MARKS.len()],
    all: usize,
}

impl Votes {
    pub fn add<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) {
        for value in values {
            let value = value.trim();
            if value.is_empty() || value.len() > LONGEST {
                continue;
            }
            let value = value.to_lowercase();
            self.all += 1;
            for (vote, marks) in self.votes.iter_mut().zip(&MARKS) {
                *vote += usize::from(marks.are_in(&value));
            }
        }
    }

    /// The language that most values point to; `None` where few point to any.
    #[must_use]
    pub fn most(&self) -> Option<Locale> {
        let votes = self.votes.iter().enumerate().rev();
        let (best, votes) = votes.max_by_key(|(_, votes)| **votes)?;
        // most addresses are at domains of no country
        (*votes >= LEAST && *votes * 20 >= self.all).then(|| MARKS[best].locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Locale> {
        let mut votes = Votes::default();
        votes.add(values);
        votes.most()
    }

    #[test]
    fn the_language_is_the_one_that_values_point_to() {
        let german = ["Hauptstraße 3", "Am Markt 1", "x@firma.de", "+49 30 1", "Ringstr. 8"];
        let values = || german.iter().cycle().take(40).copied();
        assert_eq!(guess(values()), Some(Locale::De));
        let more = values().chain(std::iter::repeat_n("someone@mail.example", 200));
        assert_eq!(guess(more), Some(Locale::De));
        assert_eq!(guess(["a@b.example"; 50]), None);
        assert_eq!(guess(["Calle Mayor 1", "rue X"]), None, "too few");
    }

    #[test]
    fn names_and_streets_tell_the_language_without_domains_and_prefixes() {
        for (locale, values) in [
            (Locale::En, ["Jim Carter", "12 Station Road", "Leeds", "5 Mill Lane", "true love"]),
            (Locale::De, ["Jürgen Weiß", "Lindenweg 12", "Köln", "Uwe Schäfer", "Am Markt 1"]),
            (Locale::Fr, ["Hélène Lefèvre", "3 rue des Lilas", "Orléans", "André", "Nîmes"]),
            (Locale::Es, ["María Gómez", "Calle Mayor 5", "José Núñez", "Sevilla", "Ana Pérez"]),
            (Locale::Pt, ["João Simões", "Rua Augusta 9", "Porto", "Conceição", "Ana Sousa"]),
            (Locale::It, ["Niccolò Bianchi", "Via Roma 3", "Torino", "Piazza Verdi 1", "Forlì"]),
            (Locale::Nl, ["Kees Bakker", "Kerkstraat 4", "Utrecht", "Parklaan 9", "Jan Smit"]),
            (Locale::Pl, ["Michał Nowak", "ul. Długa 7", "Łódź", "Anna Kowalska", "Gdańsk"]),
            (Locale::Sl, ["Žiga Krajnc", "Dolga ulica 5", "Črnomelj", "Cesta na Brdo 2", "Maja"]),
            (
                Locale::Hr,
                ["Željko Horvat", "Ilica ulica 5", "Ivan Marić", "Đurđa Kovačević", "Split"],
            ),
        ] {
            let values = values.iter().cycle().take(50).copied();
            assert_eq!(guess(values), Some(locale), "{locale}");
        }
    }

    #[test]
    fn texts_say_nothing_and_few_customers_abroad_do_not_count() {
        let english = ["7 Station Road", "9 Mill Street", "ann@firm.co.uk", "Jim Carter"];
        let abroad = ["Hauptstraße 3", "x@firma.de"];
        let values = english.iter().cycle().take(100).chain(abroad.iter().cycle().take(10));
        assert_eq!(guess(values.copied()), Some(Locale::En));
        let text = "We talked about it via telephone, and about the way via Roma, on the rue and in the calle.";
        assert_eq!(guess([text; 50]), None);
    }
}
