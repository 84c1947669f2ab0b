//! Upper and lower case, accents, and made-up words.

use super::key::Draw;

/// How a value writes its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Mixed,
}

impl Case {
    pub(super) fn of(value: &str) -> Self {
        let (mut upper, mut lower) = (0, 0);
        for letter in value.chars() {
            if upper > 0 && lower > 0 {
                return Case::Mixed;
            }
            if letter.is_uppercase() {
                upper += 1;
            } else if letter.is_lowercase() {
                lower += 1;
            }
        }
        match (upper, lower) {
            (0, 1..) => Case::Lower,
            (2.., 0) => Case::Upper,
            _ => Case::Mixed,
        }
    }

    /// Writes what stands from `start` on in this case.
    pub(super) fn write(self, out: &mut String, start: usize) {
        let written = match self {
            Case::Mixed => return,
            Case::Upper => out[start..].to_uppercase(),
            Case::Lower => out[start..].to_lowercase(),
        };
        out.replace_range(start.., &written);
    }
}

/// Writes what stands from `start` on in lower case: in its place, if it is ASCII.
pub(super) fn lower(out: &mut String, start: usize) {
    match out.get_mut(start..) {
        Some(text) if text.is_ascii() => text.make_ascii_lowercase(),
        _ => {
            let lower = out[start..].to_lowercase();
            out.replace_range(start.., &lower);
        }
    }
}

/// The ASCII letter that a letter of our word lists is written with.
fn plain(letter: char) -> &'static str {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ą' | 'å' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'đ' => "d",
        'é' | 'è' | 'ê' | 'ë' | 'ę' => "e",
        'í' | 'ì' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' => "n",
        'ó' | 'ò' | 'ô' | 'õ' => "o",
        'ö' | 'œ' | 'ø' => "oe",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ú' | 'ù' | 'û' => "u",
        'ü' => "ue",
        'ź' | 'ż' | 'ž' => "z",
        'Á' | 'À' | 'Ą' => "A",
        'Ä' => "Ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'Đ' => "D",
        'É' | 'È' | 'Ę' => "E",
        'Ł' => "L",
        'Ó' => "O",
        'Ö' => "Oe",
        'Ś' | 'Š' => "S",
        'Ü' => "Ue",
        'Ź' | 'Ż' | 'Ž' => "Z",
        _ => "x",
    }
}

/// Writes what stands from `start` on in ASCII.
pub(super) fn fold(out: &mut String, start: usize) {
    if out[start..].is_ascii() {
        return;
    }
    let tail = out.split_off(start);
    push_plain(out, &tail);
}

/// Appends a word in ASCII.
pub(super) fn push_plain(out: &mut String, word: &str) {
    for letter in word.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            out.push_str(plain(letter));
        }
    }
}

const CONSONANTS: &[u8; 20] = b"bcdfghjklmnprstvwxyz";
const VOWELS: &[u8; 5] = b"aeiou";

/// A syllable: one of a hundred.
fn syllable(draw: &mut Draw, out: &mut String) {
    out.push(char::from(draw.pick(CONSONANTS)));
    out.push(char::from(draw.pick(VOWELS)));
}

/// How many characters a coined word has: ten syllables are 66 bits.
pub(super) const COINED: usize = 20;
/// How many letters are 65 bits.
pub(super) const FEWEST_LETTERS: usize = 14;

/// Makes the name that begins at `start` fit `room` characters: cut, or behind another word
/// where it must be unlike all others.
pub(super) fn fit(draw: &mut Draw, out: &mut String, start: usize, room: usize, unique: bool) {
    let length = out[start..].chars().count();
    if unique {
        let name = out.split_off(start);
        let fits = length + 1 + COINED <= room;
        coin(draw, out, if fits { COINED } else { room });
        if fits {
            out.push(' ');
            out.push_str(&name);
        }
    } else if length > room {
        let end = out[start..].char_indices().nth(room).map_or(0, |(at, _)| at);
        out.truncate(start + end);
        let kept = out[start..].trim_end().len();
        out.truncate(start + kept);
    }
}

/// Appends a word that tells this value from all others, in at most `room` characters.
/// `false` where the room is too small.
pub(super) fn coin(draw: &mut Draw, out: &mut String, room: usize) -> bool {
    let start = out.len();
    if room >= COINED {
        for _ in 0..COINED / 2 {
            syllable(draw, out);
        }
    } else if room >= FEWEST_LETTERS {
        for _ in 0..FEWEST_LETTERS {
            out.push(char::from(b'a' + u8::try_from(draw.below(26)).unwrap_or(0)));
        }
    } else {
        return false;
    }
    out[start..=start].make_ascii_uppercase();
    true
}

/// The word is one of the value's.
pub(super) fn mentions(value: &str, word: &str) -> bool {
    word.len() <= value.len()
        && value
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|part| part.len() == word.len() && part.eq_ignore_ascii_case(word))
}
