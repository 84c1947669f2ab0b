//! Since when a key is in the subset, as the fraction grows from 0.

use super::keys::KeyRef;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// When the rows of one referenced key were chosen, or first wanted, by the key's fingerprint.
#[derive(Clone, Debug, Default)]
pub struct Moments {
    chosen: Fingerprints,
    wanted: Fingerprints,
}

type Fingerprints = HashMap<u64, f64, BuildHasherDefault<AsItIs>>;

impl Moments {
    /// Rows of a table are noted in the order in which they were chosen.
    pub fn note_chosen(&mut self, key: KeyRef<'_>, since: f64) {
        self.chosen.entry(key.fingerprint()).or_insert(since);
    }

    /// Notes that a chosen row will have this key pulled in.
    pub fn note_wanted(&mut self, key: KeyRef<'_>, since: f64) {
        let noted = self.wanted.entry(key.fingerprint()).or_insert(since);
        *noted = noted.min(since);
    }

    /// Since when the row of a key is there, if that was noted.
    #[must_use]
    pub fn chosen(&self, key: KeyRef<'_>) -> Option<f64> {
        self.chosen.get(&key.fingerprint()).copied()
    }

    /// Since when a row that is not chosen is pulled in; infinite where none wants it.
    #[must_use]
    pub fn wanted(&self, key: KeyRef<'_>) -> f64 {
        self.wanted.get(&key.fingerprint()).copied().unwrap_or(f64::INFINITY)
    }
}

/// Fingerprints are hashes already.
#[derive(Clone, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
