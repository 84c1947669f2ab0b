//! The rows whose children may be chosen along a foreign key, some at a time.

use crate::subset::choice::moments::Moments;
use crate::subset::keys::{KeyRef, Keys};

/// Referenced rows, in the order in which they are chosen.
pub(crate) struct Parents {
    known: Known,
    /// How many parents make a batch.
    batch: usize,
    next: usize,
}

enum Known {
    /// In the order in which they were noted. Parents that are always there come first.
    InOrder { always: Keys, until: usize },
    /// Positions in the keys, each with its moment, ascending by it.
    Sorted { keys: Keys, order: Vec<(f64, u32)> },
    /// Nothing says at which fraction each is chosen.
    AtOnce(Keys),
}

/// Which parents may have children.
#[derive(Clone, Copy)]
pub(crate) struct InSight {
    /// The fraction of the load.
    pub(crate) end: f64,
    /// Rows that are chosen later, up to this fraction, are only looked ahead at.
    pub(crate) until: f64,
}

/// Some of them.
pub(crate) struct ParentBatch {
    pub(crate) keys: Keys,
    /// The fraction at which each is chosen, by fingerprint, ascending.
    pub(crate) since: Vec<(u64, f64)>,
    /// The fraction at which the next parent behind them is chosen.
    pub(crate) complete: f64,
}

impl Parents {
    /// `present` are the keys of chosen rows.
    pub(crate) fn new(
        present: &Keys,
        foreseen: &Keys,
        moments: &Moments,
        InSight { end, until }: InSight,
        batch: usize,
    ) -> Self {
        let known = if let Some(until) = moments.integers_until(until) {
            let mut always = Keys::new(true);
            let chosen = moments.integers_until(end).unwrap_or(until).min(until);
            if chosen < present.len() {
                always = present.clone().take_missing_from(&[&moments.first_integers(chosen)]);
            }
            Known::InOrder { always, until }
        } else {
            let mut keys = present.clone();
            keys.absorb(foreseen);
            let since = |key| moments.chosen(key).unwrap_or(0.0);
            let mut order: Vec<(f64, u32)> = keys.ascending().map(since).zip(0u32..).collect();
            order.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            Known::Sorted { keys, order }
        };
        let all = match &known {
            Known::InOrder { until, .. } => *until,
            Known::Sorted { order, .. } => order.len(),
            Known::AtOnce(_) => 0,
        };
        Parents { known, batch: even(all, batch), next: 0 }
    }

    /// All parents in one batch: nothing says at which fraction each was chosen.
    pub(crate) fn at_once(present: &Keys, foreseen: &Keys) -> Self {
        let mut keys = present.clone();
        keys.absorb(foreseen);
        Parents { known: Known::AtOnce(keys), batch: usize::MAX, next: 0 }
    }

    /// Whether all were taken.
    pub(crate) fn ended(&self) -> bool {
        match &self.known {
            Known::AtOnce(keys) => keys.is_empty(),
            Known::InOrder { until, .. } => self.next >= *until,
            Known::Sorted { order, .. } => self.next >= order.len(),
        }
    }

    /// The next ones: at least one, and all that are chosen at the same moment.
    pub(crate) fn take(&mut self, moments: &Moments) -> ParentBatch {
        let next = self.next;
        match &mut self.known {
            Known::AtOnce(keys) => {
                let keys = std::mem::replace(keys, Keys::new(true));
                ParentBatch { keys, since: Vec::new(), complete: f64::INFINITY }
            }
            Known::InOrder { always, until } => {
                let all = *until;
                let known = |place: usize| moments.integer(place).filter(|_| place < all);
                let since = |place: usize| known(place).map(|(_, since)| since);
                let end = end_of_batch(next, self.batch, all, since);
                self.next = end;
                let mut fingerprints: Vec<(u64, f64)> =
                    always.ascending().map(|key| (key.fingerprint(), 0.0)).collect();
                let mut keys = std::mem::replace(always, Keys::new(true));
                for (key, since) in (next..end).filter_map(known) {
                    let key = KeyRef::Integer(key);
                    keys.note(key);
                    fingerprints.push((key.fingerprint(), since));
                }
                keys.settle();
                fingerprints.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
                let complete = since(end).unwrap_or(f64::INFINITY);
                ParentBatch { keys, since: fingerprints, complete }
            }
            Known::Sorted { keys, order } => {
                let since = |place: usize| order.get(place).map(|(since, _)| *since);
                let end = end_of_batch(next, self.batch, order.len(), since);
                self.next = end;
                let mut some: Vec<(u32, f64)> =
                    order[next..end].iter().map(|(since, at)| (*at, *since)).collect();
                some.sort_unstable_by_key(|(at, _)| *at);
                let positions: Vec<u32> = some.iter().map(|(at, _)| *at).collect();
                let keys = keys.at(&positions);
                let moments = some.iter().map(|(_, since)| *since);
                let mut fingerprints: Vec<(u64, f64)> =
                    keys.ascending().map(KeyRef::fingerprint).zip(moments).collect();
                fingerprints.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
                let complete = since(end).unwrap_or(f64::INFINITY);
                ParentBatch { keys, since: fingerprints, complete }
            }
        }
    }
}

/// The batch size that divides `all` evenly.
fn even(all: usize, batch: usize) -> usize {
    let batches = all.div_ceil(batch.max(1)).max(1);
    all.div_ceil(batches).max(1)
}

fn end_of_batch(
    from: usize,
    batch: usize,
    all: usize,
    since: impl Fn(usize) -> Option<f64>,
) -> usize {
    let mut end = from.saturating_add(batch).min(all);
    while end > from && end < all && since(end - 1) == since(end) {
        end += 1;
    }
    end
}

impl ParentBatch {
    /// Whether the fraction of each parent is known.
    pub(crate) fn tells_all(&self) -> bool {
        self.since.len() == self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(values: &[i64]) -> Keys {
        let mut keys = Keys::new(true);
        for value in values {
            keys.note(KeyRef::Integer(*value));
        }
        keys.settle();
        keys
    }

    fn values(keys: &Keys) -> Vec<i64> {
        keys.ascending()
            .map(|key| match key {
                KeyRef::Integer(value) => value,
                KeyRef::Bytes(_) => unreachable!("these keys are integers"),
            })
            .collect()
    }

    #[test]
    fn parents_come_in_the_order_in_which_they_are_chosen() {
        let mut moments = Moments::new(true);
        for (key, since) in [(30, 0.0), (10, 0.1), (40, 0.1), (20, 0.2), (50, 0.4), (60, 0.9)] {
            moments.note_chosen(KeyRef::Integer(key), since);
        }
        // 5 is always there, 50 is looked ahead at, and 60 is too far
        let present = keys(&[5, 10, 20, 30, 40]);
        let mut parents =
            Parents::new(&present, &keys(&[50]), &moments, InSight { end: 0.3, until: 0.5 }, 2);
        let batch = parents.take(&moments);
        assert_eq!(values(&batch.keys), [5, 10, 30, 40], "10 and 40 come at the same moment");
        assert!(batch.tells_all());
        assert!((batch.complete - 0.2).abs() < f64::EPSILON);
        assert!(!parents.ended());
        let batch = parents.take(&moments);
        assert_eq!(values(&batch.keys), [20, 50]);
        assert!(batch.complete.is_infinite());
        assert!(parents.ended());
    }

    #[test]
    fn keys_that_were_not_noted_in_order_are_sorted() {
        let mut moments = Moments::new(true);
        for (key, since) in [(30, 0.2), (10, 0.1), (20, 0.3)] {
            moments.note_chosen(KeyRef::Integer(key), since);
        }
        let present = keys(&[10, 20, 30]);
        let mut parents =
            Parents::new(&present, &keys(&[]), &moments, InSight { end: 0.3, until: 0.3 }, 2);
        assert_eq!(values(&parents.take(&moments).keys), [10, 30]);
        assert_eq!(values(&parents.take(&moments).keys), [20]);
    }

    #[test]
    fn without_moments_all_come_at_once() {
        let mut parents = Parents::at_once(&keys(&[1, 2]), &keys(&[3]));
        let batch = parents.take(&Moments::new(true));
        assert_eq!(values(&batch.keys), [1, 2, 3]);
        assert!(!batch.tells_all() && batch.complete.is_infinite());
    }
}
