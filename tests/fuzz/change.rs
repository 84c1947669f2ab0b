//! Changes to an input: few bytes, ranges, and pieces of other inputs.

use std::time::{SystemTime, UNIX_EPOCH};

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    /// The same numbers each time.
    pub(crate) fn fixed() -> Self {
        Random(1)
    }

    /// Others each time.
    pub(crate) fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Random(now.as_secs() ^ u64::from(now.subsec_nanos()).rotate_left(32))
    }

    /// A number below this one, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// Bytes that mean something to readers of text and of binary forms.
const TELLING: [&[u8]; 28] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\"",
    b"'",
    b"\\",
    b"[",
    b"]]",
    b"{",
    b"}",
    b"=",
    b":",
    b",",
    b"%",
    b"%2",
    b"#",
    b"$(",
    b"`",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xc3",
    "\u{85}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"99999999999999999999",
    b"-1",
];

/// One of the inputs, with one to eight changes.
pub(crate) fn changed(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(8) {
        let at = random.below(input.len() + 1);
        let to = at + random.below(input.len() - at + 1).min(random.below(64) + 1);
        let to = to.min(input.len());
        match random.below(6) {
            0 => drop(input.splice(at..at, TELLING[random.below(TELLING.len())].iter().copied())),
            1 => drop(input.drain(at..to)),
            2 => {
                let again = input[at..to].to_vec();
                drop(input.splice(at..at, again));
            }
            3 if at < input.len() => input[at] ^= 1 << random.below(8),
            4 if at < input.len() => input[at] = u8::try_from(random.below(256)).unwrap(),
            _ => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                let piece = other[from..].iter().copied().take(64).collect::<Vec<_>>();
                drop(input.splice(at..to, piece));
            }
        }
    }
    input
}
