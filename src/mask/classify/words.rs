//! Names as words: folded to ASCII, split at separators and capitals.

/// In lower case and without marks: `Straße` becomes `strasse`.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            fold_char(c, &mut folded);
        }
    }
    folded
}

fn fold_char(c: char, folded: &mut String) {
    let plain = match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'Ā' | 'ă' | 'Ă' | 'ą' | 'Ą' => "a",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' | 'ć' | 'Ć' | 'č' | 'Č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'Ď' | 'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ė' | 'ę' | 'Ę' | 'ě' | 'Ě' => "e",
        'ğ' | 'Ğ' | 'ģ' => "g",
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' | 'į' | 'ı' | 'İ' => "i",
        'ł' | 'Ł' | 'ľ' | 'Ľ' | 'ĺ' | 'ļ' => "l",
        'ñ' | 'Ñ' | 'ń' | 'Ń' | 'ň' | 'Ň' | 'ņ' => "n",
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' | 'ő' | 'Ő' => "o",
        'œ' | 'Œ' => "oe",
        'ř' | 'Ř' | 'ŕ' => "r",
        'ß' | 'ẞ' => "ss",
        'ś' | 'Ś' | 'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' => "s",
        'ť' | 'Ť' | 'ţ' | 'ț' | 'Ț' => "t",
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' | 'ů' | 'Ů' | 'ű' | 'Ű' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ź' | 'Ź' | 'ż' | 'Ż' | 'ž' | 'Ž' => "z",
        '’' | '‘' | 'ʼ' => "'",
        '–' | '—' => "-",
        other => {
            folded.extend(other.to_lowercase());
            return;
        }
    };
    folded.push_str(plain);
}

/// Articles and prepositions between the words of a name.
const FILLERS: &[&str] = &[
    "a", "al", "am", "and", "d", "da", "das", "de", "dei", "del", "della", "der", "des", "di",
    "do", "dos", "du", "e", "el", "en", "et", "i", "in", "l", "la", "le", "los", "of", "the", "to",
    "und", "van", "vom", "von", "w", "y", "z", "za", "zu", "zum",
];

/// The words of a column's or a table's name, folded, in order.
pub(super) fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let characters: Vec<char> = name.chars().collect();
    for (index, &c) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| characters.get(index));
        let after = characters.get(index + 1);
        // at `userName` and between the capitals and the word of `HTTPServer`
        let turns = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if (turns || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(fold(&std::mem::take(&mut word)));
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
    }
    if !word.is_empty() {
        words.push(fold(&word));
    }
    // `e_naslov` is no `naslov`
    let full: Vec<String> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| *at == 0 && word.len() == 1 || !FILLERS.contains(&word.as_str()))
        .map(|(_, word)| word.clone())
        .collect();
    if full.is_empty() { words } else { full }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_at_separators_and_capitals_and_loses_its_marks() {
        assert_eq!(split("HausNr_Straße"), ["haus", "nr", "strasse"]);
        assert_eq!(split("userIPAddress"), ["user", "ip", "address"]);
        assert_eq!(split("SMTP_ADDR"), ["smtp", "addr"]);
        assert_eq!(split("nom-de-famille"), ["nom", "famille"]);
        assert_eq!(split("address1"), ["address1"]);
        assert_eq!(split("shipped_at"), ["shipped", "at"]);
        assert_eq!(split("a"), ["a"]);
    }
}
