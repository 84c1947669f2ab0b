//! How far ahead of the fraction parents are seen by their children.

/// Of `place` parents that are chosen, how many the children see: a few more, since a parent's
/// children fall due over a while, and since one has many and another few.
#[must_use]
pub fn foresight(place: u64) -> u64 {
    place.saturating_add(place.isqrt()).saturating_add(2)
}

/// Up to which fraction rows are in sight whose children may be taken ahead, given how far it has
/// grown.
pub type Ahead<'a> = Box<dyn Fn(f64) -> f64 + 'a>;
