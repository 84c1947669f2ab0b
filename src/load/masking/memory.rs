//! Values that come again and again, such as given names and towns, are masked once.

use crate::stream::edit::Rewritten;
use std::cell::RefCell;
use std::collections::HashMap;

/// Values of one column that are kept, at most, and the bytes of one with its masked form.
const MOST: usize = 256;
const LONGEST: usize = 128;

/// The number of values after which it is clear whether they repeat: a fourth of them has to.
const TRIED: u32 = 512;

/// Values of one column as they travel, and what became of them.
#[derive(Default)]
pub(super) struct Memory(RefCell<State>);

#[derive(Default)]
struct State {
    known: HashMap<Vec<u8>, (Rewritten, Vec<u8>)>,
    asked: u32,
    found: u32,
    /// The values do not repeat.
    given_up: bool,
}

impl Memory {
    /// Appends the masked form of a value that is known.
    pub(super) fn recall(&self, value: &[u8], out: &mut Vec<u8>) -> Option<Rewritten> {
        let mut state = self.0.borrow_mut();
        if state.given_up {
            return None;
        }
        state.asked = state.asked.saturating_add(1);
        if let Some((rewritten, made)) = state.known.get(value) {
            out.extend_from_slice(made);
            let rewritten = *rewritten;
            state.found += 1;
            return Some(rewritten);
        }
        if state.asked == TRIED && state.found < TRIED / 4 {
            *state = State { given_up: true, ..State::default() };
        }
        None
    }

    pub(super) fn note(&self, value: &[u8], rewritten: Rewritten, made: &[u8]) {
        let mut state = self.0.borrow_mut();
        let room = state.known.len() < MOST && value.len() + made.len() <= LONGEST;
        if room && !state.given_up {
            state.known.insert(value.to_vec(), (rewritten, made.to_vec()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_comes_again_is_known_and_values_that_do_not_are_not_kept() {
        let memory = Memory::default();
        let mut out = Vec::new();
        assert_eq!(memory.recall(b"Anna", &mut out), None);
        memory.note(b"Anna", Rewritten::Changed, b"Eva");
        memory.note(b"-", Rewritten::Null, b"");
        for _ in 0..TRIED {
            out.clear();
            assert_eq!(memory.recall(b"Anna", &mut out), Some(Rewritten::Changed));
            assert_eq!(out, b"Eva");
        }
        assert_eq!(memory.recall(b"-", &mut out), Some(Rewritten::Null));

        let distinct = Memory::default();
        for n in 0..TRIED {
            let value = n.to_string();
            assert_eq!(distinct.recall(value.as_bytes(), &mut out), None);
            distinct.note(value.as_bytes(), Rewritten::Changed, b"x");
        }
        assert_eq!(distinct.recall(b"1", &mut out), None);
    }
}
