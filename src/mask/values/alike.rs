//! Values of the same shape: digits become digits, letters become letters of the same case, and
//! everything else stays.
//!
//! Short values are permuted among all values of their shape, so distinct ones stay distinct. Long
//! ones get characters from the keyed hash.

use super::key::{APART, Keyed};
use super::permute::{BITS, Permutation};
use super::{CannotMask, Kind, Shape, wide};

/// What the letters and digits of a value are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Letters up to `f` only, of one case, and digits.
    Hex,
    /// Capitals and the digits from 2 to 7.
    Base32,
    Any,
}

const HEX_FROM: usize = 8;
const BASE32_FROM: usize = 16;

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const NOT_HEX: u8 = 8;
const NOT_BASE32: u8 = 16;

/// What each letter and digit says about the alphabet; 0 for all other bytes.
const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        let class = match byte {
            b'a'..=b'f' => LOWER | NOT_BASE32,
            b'g'..=b'z' => LOWER | NOT_BASE32 | NOT_HEX,
            b'A'..=b'F' => UPPER,
            b'G'..=b'Z' => UPPER | NOT_HEX,
            b'2'..=b'7' => DIGIT,
            b'0'..=b'9' => DIGIT | NOT_BASE32,
            _ => 0,
        };
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
}

impl Alphabet {
    pub(super) fn of(value: &str) -> Self {
        let (mut count, mut classes) = (0, 0);
        for byte in value.as_bytes() {
            let class = CLASSES[usize::from(*byte)];
            count += usize::from(class != 0);
            classes |= class;
        }
        let has = |class: u8| classes & class != 0;
        let letters = has(LOWER | UPPER);
        let one_case = !(has(LOWER) && has(UPPER));
        if !has(NOT_HEX) && letters && has(DIGIT) && one_case && count >= HEX_FROM {
            Alphabet::Hex
        } else if !has(NOT_BASE32) && letters && count >= BASE32_FROM {
            Alphabet::Base32
        } else {
            Alphabet::Any
        }
    }

    /// The first of the characters that `byte` is exchanged with, and how many they are.
    fn range(self, byte: u8) -> Option<(u8, u8)> {
        let ranges = match self {
            Alphabet::Hex => &HEX_RANGES,
            Alphabet::Base32 => &BASE32_RANGES,
            Alphabet::Any => &ANY_RANGES,
        };
        let (first, size) = ranges[usize::from(byte)];
        (size > 0).then_some((first, size))
    }
}

/// For each byte, the first of the characters that it is exchanged with, and how many they are. To look
/// this up is quicker than to compare random bytes.
type Ranges = [(u8, u8); 256];

const HEX_RANGES: Ranges = ranges((b'0', 10), 6);
const BASE32_RANGES: Ranges = ranges((b'2', 6), 26);
const ANY_RANGES: Ranges = ranges((b'0', 10), 26);

const fn ranges(digits: (u8, u8), letters: u8) -> Ranges {
    let mut ranges = [(0, 0); 256];
    let mut byte = 0u8;
    while byte < 128 {
        ranges[byte as usize] = match byte {
            b'0'..=b'9' => digits,
            b'a'..=b'z' => (b'a', letters),
            b'A'..=b'Z' => (b'A', letters),
            _ => (0, 0),
        };
        byte += 1;
    }
    ranges
}

/// Makes values of the same shape.
pub(super) struct Alike {
    keyed: Keyed,
    /// Numbers: a first digit that is not 0 does not become 0.
    number: bool,
    /// The size of an integer in bytes.
    size: Option<u8>,
    unique: bool,
    ascii: bool,
    max_chars: Option<usize>,
}

impl Alike {
    pub(super) fn new(keyed: &Keyed, shape: &Shape) -> Self {
        Alike {
            keyed: keyed.apart("alike"),
            number: shape.kind.is_number(),
            size: if let Kind::Integer(size) = shape.kind { Some(size) } else { None },
            unique: shape.unique,
            ascii: shape.ascii,
            max_chars: shape.max_chars,
        }
    }

    /// Every value is a number.
    pub(super) fn of_numbers(keyed: &Keyed, shape: &Shape) -> Self {
        Alike { number: true, ..Alike::new(keyed, shape) }
    }

    pub(super) fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        self.rewrite_where(value, out, |_| true)
    }

    /// Where `allowed` holds for the value, it holds for the result too. Long values are not asked.
    pub(super) fn rewrite_where(
        &self,
        value: &str,
        out: &mut String,
        allowed: impl Fn(&str) -> bool,
    ) -> Result<(), CannotMask> {
        let alphabet = Alphabet::of(value);
        let strange =
            !value.is_ascii() && value.chars().any(|c| !c.is_ascii() && c.is_alphanumeric());
        if strange && self.unique && !self.ascii {
            wide::rewrite(&self.keyed, value, out);
            return Ok(());
        }
        let Some(limit) = self.limit(value, alphabet) else {
            return self.drawn(value, alphabet, true, strange, out);
        };
        // signs alone say nothing about anybody
        if limit == 1 && !strange {
            out.push_str(value);
            return Ok(());
        }
        if strange {
            return self.drawn(value, alphabet, false, strange, out);
        }
        let mut first = true;
        let radix = |byte: u8| self.radix(alphabet, byte, &mut first);
        let ranges: Vec<Option<(u8, u8)>> = value.bytes().map(radix).collect();
        let (from, tweak) = Self::address(value, &ranges);
        let permutation = Permutation::new(&self.keyed, limit, tweak);
        let start = out.len();
        let own = (true, ranges_of(self.size, value), allowed(value));
        permutation.within_own(from, &own, |number| {
            out.truncate(start);
            spell(value, &ranges, number, out);
            let made = &out[start..];
            (Alphabet::of(made) == alphabet, ranges_of(self.size, made), allowed(made))
        });
        Ok(())
    }

    /// The first of the characters that `byte` is exchanged with, and how many they are. `first`: no
    /// letter and no digit came before.
    fn radix(&self, alphabet: Alphabet, byte: u8, first: &mut bool) -> Option<(u8, u8)> {
        let range = alphabet.range(byte)?;
        let leading = std::mem::take(first);
        // of a number, the first digit says how long it is
        Some(match byte {
            b'0' if self.number && leading => (b'0', 1),
            b'1'..=b'9' if self.number && leading => (b'1', 9),
            _ => range,
        })
    }

    /// How many values of the shape there are; `None` where a hash tells them apart.
    fn limit(&self, value: &str, alphabet: Alphabet) -> Option<u128> {
        let (mut limit, mut first) = (1u128, true);
        for byte in value.bytes() {
            if let Some((_, size)) = self.radix(alphabet, byte, &mut first) {
                // neither factor has more than 65 bits
                limit *= u128::from(size);
                if limit >> BITS != 0 {
                    return None;
                }
            }
        }
        Some(limit)
    }

    /// Which of the values of its shape it is, and the shape as a number.
    fn address(value: &str, ranges: &[Option<(u8, u8)>]) -> (u128, u64) {
        let (mut number, mut tweak) = (0u128, 0xcbf2_9ce4_8422_2325_u64);
        for (byte, range) in value.bytes().zip(ranges) {
            let shown = match range {
                Some((start, size)) => {
                    number = number * u128::from(*size) + u128::from(byte - start);
                    *start
                }
                None => byte,
            };
            tweak = (tweak ^ u64::from(shown)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        (number, tweak)
    }

    /// `enough`: the shape has enough values for a hash to keep them distinct.
    fn drawn(
        &self,
        value: &str,
        alphabet: Alphabet,
        enough: bool,
        strange: bool,
        out: &mut String,
    ) -> Result<(), CannotMask> {
        let mut draw = self.keyed.draw(value.as_bytes());
        let mut leading = self.number;
        out.reserve(value.len());
        for letter in value.chars() {
            let ascii = match letter {
                _ if letter.is_ascii() => letter as u8,
                _ if letter.is_uppercase() => b'A',
                _ if letter.is_alphabetic() => b'a',
                _ if letter.is_numeric() => b'0',
                _ => {
                    out.push(letter);
                    continue;
                }
            };
            match alphabet.range(ascii) {
                Some((start, size)) => {
                    let least = u8::from(std::mem::take(&mut leading) && start == b'0');
                    let drawn = draw.below(usize::from(size - least));
                    out.push(char::from(start + least + u8::try_from(drawn).unwrap_or(0)));
                }
                None => out.push(letter),
            }
        }
        if self.unique && strange && !enough {
            let has = self.max_chars.unwrap_or(usize::MAX);
            let needed = value.chars().count() + APART;
            if needed > has {
                return Err(CannotMask::Short { needed, has });
            }
            draw.readable(out, APART);
        }
        Ok(())
    }
}

/// Whether the number is one of an integer of this size, and of the largest size: a number may be too
/// large for a referencing column, and still fit its own.
pub(super) fn ranges_of(size: Option<u8>, number: &str) -> Option<(bool, bool)> {
    size.map(|size| (is_in_range(size, number), is_in_range(8, number)))
}

/// The number is one of an integer of this size in bytes.
pub(super) fn is_in_range(size: u8, number: &str) -> bool {
    let Ok(number) = number.parse::<i128>() else { return false };
    match size {
        2 => i16::try_from(number).is_ok(),
        4 => i32::try_from(number).is_ok(),
        _ => i64::try_from(number).is_ok(),
    }
}

/// The value of this shape with this number.
fn spell(value: &str, ranges: &[Option<(u8, u8)>], number: u128, out: &mut String) {
    let mut bytes = value.as_bytes().to_vec();
    let mut places = bytes.iter_mut().zip(ranges).rev();
    let mut number = number;
    // most numbers are small, and to divide these is quicker
    let mut small = loop {
        match u64::try_from(number) {
            Ok(small) => break small,
            Err(_) => match places.next() {
                Some((byte, Some((first, size)))) => {
                    *byte = first + u8::try_from(number % u128::from(*size)).unwrap_or(0);
                    number /= u128::from(*size);
                }
                Some((_, None)) => {}
                None => break 0,
            },
        }
    };
    for (byte, range) in places {
        if let Some((first, size)) = range {
            *byte = first + u8::try_from(small % u64::from(*size)).unwrap_or(0);
            small /= u64::from(*size);
        }
    }
    // letters and digits of ASCII took the places of others
    if let Ok(text) = std::str::from_utf8(&bytes) {
        out.push_str(text);
    }
}
