//! The language of a database's names and addresses, as its values tell.

use super::values::Locale;

/// Marks of a language: ends of domains, prefixes of phone numbers, words of streets.
type Marks = (Locale, [&'static [&'static str]; 3]);

const MARKS: [Marks; 9] = [
    (
        Locale::De,
        [
            &[".de", ".at", ".ch"],
            &["+49", "0049", "+43"],
            &["straße", "strasse", "str.", "platz", "gasse", "weg "],
        ],
    ),
    (
        Locale::Fr,
        [&[".fr"], &["+33", "0033"], &["rue ", "avenue de", "boulevard", "allée", "chemin"]],
    ),
    (
        Locale::Es,
        [&[".es", ".mx", ".com.ar"], &["+34", "0034"], &["calle ", "avenida", "plaza", "paseo"]],
    ),
    (
        Locale::Pt,
        [&[".pt", ".com.br"], &["+351", "+55"], &["rua ", "travessa", "praça", "avenida da"]],
    ),
    (Locale::It, [&[".it"], &["+39", "0039"], &["via ", "viale ", "piazza", "corso "]]),
    (Locale::Nl, [&[".nl"], &["+31", "0031"], &["straat", "laan", "gracht", "plein"]]),
    (Locale::Pl, [&[".pl"], &["+48", "0048"], &["ul. ", "al. ", "ulica", "osiedle"]]),
    (Locale::Sl, [&[".si"], &["+386"], &["cesta", "ulica", "pot "]]),
    (Locale::Hr, [&[".hr"], &["+385"], &["ulica", "trg ", "put "]]),
];

/// Values that have to agree.
const LEAST: usize = 5;

/// The language that most of these values point to; `None` where few point to any.
#[must_use]
pub fn guess<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<Locale> {
    let mut votes = [0_usize; MARKS.len()];
    let mut all = 0;
    for value in values {
        let value = value.trim().to_lowercase();
        all += 1;
        for (vote, (_, [domains, phones, streets])) in votes.iter_mut().zip(&MARKS) {
            let by_domain = value.contains('@') && domains.iter().any(|end| value.ends_with(end));
            let by_phone = phones.iter().any(|prefix| value.starts_with(prefix));
            let by_street = streets.iter().any(|word| value.contains(word));
            *vote += usize::from(by_domain || by_phone || by_street);
        }
    }
    let (best, votes) = votes.iter().enumerate().max_by_key(|(_, votes)| **votes)?;
    // most addresses are at domains of no country
    (*votes >= LEAST && *votes * 20 >= all).then(|| MARKS[best].0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
