//! The key of the masks, and the pseudo-random numbers that it makes of a value.
//!
//! Keyed BLAKE3 is the only source of them: without the key, no value can be tried.

use std::fmt;
use std::sync::Arc;

use super::rounds::Rounds;
use crate::config::Secret;

/// What a key is derived for. A change of the text changes every masked value.
const FOR_MASKS: &str = "review-data 2026-11-29 masked values";
const FOR_PASSWORD: &str = "review-data 2026-11-29 the reviewers' password";

/// Five bits each, without letters and digits that look alike (`l` and `1`, `o` and `0`).
pub(super) const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// The shortest text that serves as a key.
pub const SHORTEST_KEY: usize = 16;

/// The secret under which values are masked. It has no `Display`, and its `Debug` shows nothing.
#[derive(Clone)]
pub struct MaskKey {
    masks: [u8; 32],
    password: [u8; 32],
}

/// Why a key cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key of masks has at least {SHORTEST_KEY} characters")]
    Short,
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl MaskKey {
    /// The key that a text stands for (`REVIEW_DATA_MASK_KEY`).
    ///
    /// # Errors
    /// Where the text is so short that it can be guessed.
    pub fn of(text: &Secret) -> Result<Self, KeyError> {
        if text.expose().chars().count() < SHORTEST_KEY {
            return Err(KeyError::Short);
        }
        Ok(MaskKey::derived(text.expose().as_bytes()))
    }

    /// A key that nobody knows.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn random() -> Result<Self, KeyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
        Ok(MaskKey::derived(&bytes))
    }

    fn derived(secret: &[u8]) -> Self {
        MaskKey {
            masks: blake3::derive_key(FOR_MASKS, secret),
            password: blake3::derive_key(FOR_PASSWORD, secret),
        }
    }

    /// A password for reviewers: 75 bits, in three groups.
    #[must_use]
    pub fn password(&self) -> Secret {
        let mut draw =
            Draw::new(self.password, *blake3::keyed_hash(&self.password, b"").as_bytes());
        let mut text = String::with_capacity(17);
        for group in 0..3 {
            if group > 0 {
                text.push('-');
            }
            for _ in 0..5 {
                text.push(char::from(draw.pick(READABLE)));
            }
        }
        Secret::new(text)
    }

    /// The key of the columns that share `tie`.
    pub(super) fn tied(&self, tie: &str) -> Keyed {
        Keyed::of(*blake3::keyed_hash(&self.masks, tie.as_bytes()).as_bytes())
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskKey(…)")
    }
}

/// The key of one tie: equal values under it give equal results.
#[derive(Clone)]
pub(super) struct Keyed {
    key: [u8; 32],
    rounds: Arc<Rounds>,
}

impl Keyed {
    fn of(key: [u8; 32]) -> Self {
        Keyed { key, rounds: Arc::default() }
    }

    /// What is known of the permutations under this key.
    pub(super) fn rounds(&self) -> &Rounds {
        &self.rounds
    }

    /// The numbers that belong to a value.
    pub(super) fn draw(&self, value: &[u8]) -> Draw {
        Draw::new(self.key, self.digest(value))
    }

    pub(super) fn digest(&self, value: &[u8]) -> [u8; 32] {
        *blake3::keyed_hash(&self.key, value).as_bytes()
    }

    /// Another key, for another purpose within the same tie.
    pub(super) fn apart(&self, purpose: &str) -> Keyed {
        Keyed::of(*blake3::keyed_hash(&self.key, purpose.as_bytes()).as_bytes())
    }
}

/// Pseudo-random numbers of one value: its digest, and more where it needs them.
pub(super) struct Draw {
    key: [u8; 32],
    block: [u8; 32],
    at: usize,
    blocks: u64,
}

/// How many characters of [`READABLE`] tell values apart: 65 bits. Of a hundred million values, two
/// get the same with a probability of 1 to 7,000.
pub(super) const APART: usize = 13;

impl Draw {
    fn new(key: [u8; 32], block: [u8; 32]) -> Self {
        Draw { key, block, at: 0, blocks: 0 }
    }

    #[inline]
    pub(super) fn byte(&mut self) -> u8 {
        if self.at == self.block.len() {
            let mut seed = [0; 40];
            seed[..32].copy_from_slice(&self.block);
            self.blocks += 1;
            seed[32..].copy_from_slice(&self.blocks.to_le_bytes());
            self.block = *blake3::keyed_hash(&self.key, &seed).as_bytes();
            self.at = 0;
        }
        let byte = self.block[self.at];
        self.at += 1;
        byte
    }

    pub(super) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// A number below `end`, which is not 0.
    #[inline]
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end <= 256 {
            // two bytes: the bias is at most 1 to 256
            let two = if let Some([low, high]) = self.block.get(self.at..self.at + 2) {
                self.at += 2;
                [*low, *high]
            } else {
                [self.byte(), self.byte()]
            };
            return (usize::from(u16::from_le_bytes(two)) * end) >> 16;
        }
        let wide = u64::from(self.number()) * (end as u64);
        usize::try_from(wide >> 32).unwrap_or(0)
    }

    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// Characters that tell this value from all others.
    pub(super) fn readable(&mut self, out: &mut String, characters: usize) {
        let (mut bits, mut held) = (0u32, 0u32);
        for _ in 0..characters {
            if held < 5 {
                bits |= u32::from(self.byte()) << held;
                held += 8;
            }
            out.push(char::from(READABLE[(bits & 31) as usize]));
            bits >>= 5;
            held -= 5;
        }
    }
}
