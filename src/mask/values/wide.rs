//! Values with letters that are not ASCII, permuted among all values of their shape: letters become
//! letters of the same part of Unicode and of the same case, in as many characters as before.

use super::key::Keyed;
use super::permute::{BITS, Permutation};

/// What a character is exchanged with.
enum Letters {
    /// The first one, and how many they are.
    Range(char, usize),
    Listed(Vec<char>),
}

/// The characters of Unicode that stand together.
const BLOCK: u32 = 0x100;

impl Letters {
    fn of(c: char) -> Option<Self> {
        match c {
            '0'..='9' => Some(Letters::Range('0', 10)),
            'a'..='z' => Some(Letters::Range('a', 26)),
            'A'..='Z' => Some(Letters::Range('A', 26)),
            _ if c.is_ascii() || !c.is_alphanumeric() => None,
            _ => {
                let block = u32::from(c) / BLOCK * BLOCK;
                let all = (block..block + BLOCK).filter_map(char::from_u32);
                let own = class(c);
                Some(Letters::Listed(
                    all.filter(|other| !other.is_ascii() && class(*other) == own).collect(),
                ))
            }
        }
    }

    fn count(&self) -> usize {
        match self {
            Letters::Range(_, count) => *count,
            Letters::Listed(all) => all.len(),
        }
    }

    fn place(&self, c: char) -> usize {
        match self {
            Letters::Range(first, _) => (u32::from(c) - u32::from(*first)) as usize,
            Letters::Listed(all) => all.iter().position(|other| *other == c).unwrap_or(0),
        }
    }

    fn at(&self, place: usize) -> char {
        match self {
            Letters::Range(first, _) => {
                let place = u32::try_from(place).unwrap_or(0);
                char::from_u32(u32::from(*first) + place).unwrap_or(*first)
            }
            Letters::Listed(all) => all.get(place).copied().unwrap_or('x'),
        }
    }

    /// What stands for all of them.
    fn first(&self) -> char {
        self.at(0)
    }
}

/// Letters of one class stay distinct in lower case, and do not become several.
fn class(c: char) -> (bool, bool, bool, bool) {
    let plain = c.to_lowercase().count() == 1 && c.to_uppercase().count() == 1;
    (c.is_alphabetic(), c.is_lowercase(), c.is_uppercase(), plain)
}

/// Appends another value of the same shape. Distinct values stay distinct.
pub(super) fn rewrite(keyed: &Keyed, value: &str, out: &mut String) {
    let places: Vec<(char, Option<Letters>)> = value.chars().map(|c| (c, Letters::of(c))).collect();
    let letters = || places.iter().filter_map(|(c, letters)| Some((*c, letters.as_ref()?)));
    let limit = letters().try_fold(1u128, |limit, (_, letters)| {
        let limit = limit.checked_mul(letters.count() as u128)?;
        (limit >> BITS == 0).then_some(limit)
    });
    let Some(limit) = limit else {
        let mut draw = keyed.draw(value.as_bytes());
        out.extend(places.iter().map(|(c, letters)| match letters {
            Some(letters) => letters.at(draw.below(letters.count())),
            None => *c,
        }));
        return;
    };
    let number = letters().fold(0u128, |number, (c, letters)| {
        number * letters.count() as u128 + letters.place(c) as u128
    });
    let shape: String =
        places.iter().map(|(c, letters)| letters.as_ref().map_or(*c, Letters::first)).collect();
    let mut tweak = [0; 8];
    tweak.copy_from_slice(&keyed.digest(shape.as_bytes())[..8]);
    let mut permuted = Permutation::new(keyed, limit, u64::from_le_bytes(tweak)).apply(number);
    let mut made: Vec<char> = places
        .iter()
        .rev()
        .map(|(c, letters)| {
            let Some(letters) = letters else { return *c };
            let count = letters.count() as u128;
            let place = usize::try_from(permuted % count).unwrap_or(0);
            permuted /= count;
            letters.at(place)
        })
        .collect();
    made.reverse();
    out.extend(made);
}

#[cfg(test)]
mod tests {
    use super::super::tests::key;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn short_values_with_marks_stay_distinct_in_as_many_characters() {
        let keyed = key().tied("tie");
        let masked = |value: &str| {
            let mut out = String::new();
            rewrite(&keyed, value, &mut out);
            assert_eq!(out.chars().count(), value.chars().count(), "{value} -> {out}");
            assert_eq!(out.to_lowercase() == out, value.to_lowercase() == value, "{out}");
            out
        };
        let block: Vec<char> = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ".chars().collect();
        let values: Vec<String> =
            block.iter().flat_map(|a| (0..40).map(move |n| format!("{a}{n:02}-ž"))).collect();
        let results: HashSet<String> = values.iter().map(|value| masked(value)).collect();
        assert_eq!(results.len(), values.len());
        for value in ["Žiga", "Öß", "Иван Петров", "山田", "김", "שלום", "é🙂x", "Ŀ"]
        {
            masked(value);
        }
    }
}
