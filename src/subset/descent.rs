//! The rows below some rows along a self-reference that no index serves. To ask for one level after
//! the other reads the table once a level. Instead, its edges are read once: the key of each row,
//! and the key that it references.

use super::keys::{KeyRef, Keys};
use std::collections::HashSet;

/// The rows below some rows, while the edges come in.
pub struct Descent {
    /// Fingerprints of the keys at the top and of those found.
    reached: HashSet<u64>,
    found: Keys,
    /// Edges that may become part of it later.
    waiting: Vec<Edge>,
    /// Keys of the waiting rows.
    keys: Vec<u8>,
    /// Bytes that waiting edges may take.
    room: usize,
}

struct Edge {
    /// Fingerprint of the key that the row references.
    above: u64,
    /// Where the row's own key stands.
    start: usize,
    end: usize,
}

impl Descent {
    /// Edges that cannot be placed yet are kept as far as there is room (bytes). Without room for
    /// all of them some rows may be missed, but never the children of those at the top. Where each
    /// row stands behind the row that it references, none has to wait.
    #[must_use]
    pub fn below(top: &Keys, room: usize) -> Self {
        Descent {
            reached: top.ascending().map(KeyRef::fingerprint).collect(),
            found: Keys::new(matches!(top, Keys::Integers(_))),
            waiting: Vec::new(),
            keys: Vec::new(),
            room,
        }
    }

    /// A row: its key, and the key that it references.
    pub fn note(&mut self, own: KeyRef<'_>, above: KeyRef<'_>) {
        let above = above.fingerprint();
        if self.reached.contains(&above) {
            self.reach(own);
        } else if self.waiting.len() * size_of::<Edge>() + self.keys.len() < self.room {
            let start = self.keys.len();
            match own {
                KeyRef::Integer(value) => self.keys.extend_from_slice(&value.to_le_bytes()),
                KeyRef::Bytes(value) => self.keys.extend_from_slice(value),
            }
            self.waiting.push(Edge { above, start, end: self.keys.len() });
        }
    }

    fn reach(&mut self, key: KeyRef<'_>) -> bool {
        let new = self.reached.insert(key.fingerprint());
        if new {
            self.found.note(key);
        }
        new
    }

    /// The keys of the rows below.
    #[must_use]
    pub fn finish(mut self) -> Keys {
        let mut waiting = std::mem::take(&mut self.waiting);
        let keys = std::mem::take(&mut self.keys);
        waiting.sort_unstable_by_key(|edge| edge.above);
        let integers = matches!(self.found, Keys::Integers(_));
        self.found.settle();
        let mut next: Vec<u64> = self.found.ascending().map(KeyRef::fingerprint).collect();
        while let Some(above) = next.pop() {
            let first = waiting.partition_point(|edge| edge.above < above);
            for edge in waiting[first..].iter().take_while(|edge| edge.above == above) {
                let own = &keys[edge.start..edge.end];
                let own = match own.first_chunk::<8>() {
                    Some(value) if integers => KeyRef::Integer(i64::from_le_bytes(*value)),
                    _ => KeyRef::Bytes(own),
                };
                if self.reach(own) {
                    next.push(own.fingerprint());
                }
            }
        }
        self.found.settle();
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(values: impl IntoIterator<Item = i64>) -> Keys {
        let mut keys = Keys::new(true);
        for value in values {
            keys.note(KeyRef::Integer(value));
        }
        keys.settle();
        keys
    }

    fn below(top: i64, edges: impl IntoIterator<Item = (i64, i64)>, room: usize) -> Vec<i64> {
        let mut descent = Descent::below(&integers([top]), room);
        for (own, above) in edges {
            descent.note(KeyRef::Integer(own), KeyRef::Integer(above));
        }
        let found = descent.finish();
        let integer = |key| match key {
            KeyRef::Integer(value) => value,
            KeyRef::Bytes(_) => unreachable!("these keys are integers"),
        };
        found.ascending().map(integer).collect()
    }

    #[test]
    fn all_rows_below_are_found_in_whatever_order_they_come() {
        let edges = [(5, 4), (2, 1), (9, 8), (4, 3), (3, 2), (6, 2), (8, 7), (-7, 5)];
        assert_eq!(below(2, edges, 1 << 20), [-7, 3, 4, 5, 6]);
        assert_eq!(below(5, edges, 1 << 20), [-7]);
        assert_eq!(below(9, edges, 1 << 20), [0; 0]);
    }

    #[test]
    fn a_cycle_ends() {
        assert_eq!(below(1, [(1, 3), (2, 1), (3, 2), (4, 4)], 1 << 20), [2, 3]);
    }

    #[test]
    fn without_room_children_and_rows_behind_the_one_that_they_reference_are_found() {
        let line = || (1..1_000).map(|n| (n + 1, n));
        assert_eq!(below(1, line(), 0).len(), 999);
        assert_eq!(below(1, line().rev(), 0), [2]);
        assert_eq!(below(1, line().rev(), 1 << 20).len(), 999);
    }

    #[test]
    fn keys_of_bytes() {
        let (a, b, c) = (KeyRef::Bytes(b"a"), KeyRef::Bytes(b"eight..."), KeyRef::Bytes(b"c"));
        let mut top = Keys::new(false);
        top.note(a);
        top.settle();
        let mut descent = Descent::below(&top, 1 << 20);
        descent.note(c, b);
        descent.note(b, a);
        assert_eq!(descent.finish().ascending().collect::<Vec<_>>(), [c, b]);
    }
}
