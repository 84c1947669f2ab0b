//! How many rows a large table has, from how many of them lie in some ranges of its integer key.
//!
//! Stratified sampling: the keys from the lowest to the highest are cut into strata of
//! one width, and in each stratum one range is counted, along the index. Keys without gaps give the
//! very number. How far off the estimate may be is taken from how much neighbours differ (collapsed
//! strata: Cochran, Sampling Techniques, 3rd edition, section 5A.12). The values alone decide, so
//! that the same rows give the same number wherever they lie on disk.

use super::mix::{GOLDEN, mix};

/// Rows that are counted, at most about.
const SAMPLE: u64 = 1 << 17;

/// Strata, where a table is one relation; each range is looked for in every partition.
const MOST_STRATA: usize = 512;

/// Ranges that are looked for, in all partitions together, at most about.
const MOST_LOOKUPS: usize = 1 << 14;

/// What an estimate may be off by, as a part of itself, to be of any use.
const PRECISE: f64 = 0.005;

/// No more than the rounding of numbers.
const VERY: f64 = 1e-9;

/// How closely a table is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// At an eighth of the rows: it tells only where no key is missing.
    Glance,
    Close,
}

/// If less than one key in this many exists, whole clusters of rows may lie between the ranges.
const SPARSE: f64 = 4.0;

/// A part of the key's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stratum {
    width: u64,
    from: i64,
    to: i64,
}

/// The ranges that are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRanges {
    strata: Vec<Stratum>,
    look: Look,
}

impl KeyRanges {
    /// Ranges of a key with values from `lowest` to `highest`, in a table of at most `most_rows`
    /// rows.
    #[must_use]
    pub fn over(
        (lowest, highest): (i64, i64),
        most_rows: u64,
        partitions: usize,
        look: Look,
    ) -> Self {
        let sample = if look == Look::Glance { SAMPLE / 8 } else { SAMPLE };
        let span = i128::from(highest) - i128::from(lowest) + 1;
        let count = (MOST_LOOKUPS / partitions.max(1)).clamp(16, MOST_STRATA) as i128;
        let count = count.min(span.max(1));
        #[allow(clippy::cast_precision_loss, reason = "a part of the whole")]
        let part = (sample as f64 / most_rows.max(1) as f64).min(1.0);
        let strata = (0..count)
            .map(|number| {
                let start = span * number / count;
                let width = span * (number + 1) / count - start;
                let width = u64::try_from(width).unwrap_or(u64::MAX);
                #[allow(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a part of the width"
                )]
                let length = ((width as f64 * part).ceil() as u64).clamp(1, width.max(1));
                let free = width - length;
                let offset = if free == 0 { 0 } else { spread(number) % (free + 1) };
                let from = i128::from(lowest) + start + i128::from(offset);
                let to = from + i128::from(length) - 1;
                Stratum { width, from: clamped(from), to: clamped(to) }
            })
            .collect();
        KeyRanges { strata, look }
    }

    /// The first and the last value of each range.
    #[must_use]
    pub fn bounds(&self) -> (Vec<i64>, Vec<i64>) {
        self.strata.iter().map(|stratum| (stratum.from, stratum.to)).unzip()
    }

    /// The rows of the table, given how many lie in each range: rather a few too many than too few.
    /// `None` where that is too far from certain.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "row counts lie far below 2^53"
    )]
    pub fn rows(&self, counted: &[u64]) -> Option<u64> {
        let rows: Vec<f64> = self
            .strata
            .iter()
            .zip(counted)
            .map(|(stratum, counted)| {
                let length = i128::from(stratum.to) - i128::from(stratum.from) + 1;
                *counted as f64 * (stratum.width as f64 / length as f64)
            })
            .collect();
        let whole = self.strata.iter().all(|s| s.to.abs_diff(s.from) + 1 >= s.width);
        let sum: f64 = rows.iter().sum();
        // a stratum that is one key wider than its neighbour is not a difference
        let per_key = |place: usize| rows[place] / self.strata[place].width as f64;
        let difference = |pair: usize| {
            let (one, other) = (2 * pair, 2 * pair + 1);
            (per_key(one) - per_key(other)) * self.strata[one].width as f64
        };
        let variance: f64 = (0..rows.len() / 2).map(|pair| difference(pair).powi(2)).sum();
        let error = if whole { 0.0 } else { variance.sqrt() };
        let keys: f64 = self.strata.iter().map(|stratum| stratum.width as f64).sum();
        let precise = if self.look == Look::Glance { VERY } else { PRECISE };
        let tells = whole || error <= sum * precise && sum >= keys / SPARSE;
        tells.then(|| (sum + 3.0 * error).round() as u64)
    }
}

fn clamped(value: i128) -> i64 {
    i64::try_from(value.clamp(i64::MIN.into(), i64::MAX.into())).unwrap_or(i64::MAX)
}

/// Numbers without a pattern.
fn spread(number: i128) -> u64 {
    mix(u64::try_from(number).unwrap_or(0).wrapping_mul(GOLDEN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(keys: &[i64], most_rows: u64) -> Option<u64> {
        seen(keys, most_rows, Look::Close)
    }

    fn seen(keys: &[i64], most_rows: u64, look: Look) -> Option<u64> {
        let ends = (keys[0], keys[keys.len() - 1]);
        let ranges = KeyRanges::over(ends, most_rows, 1, look);
        let (from, to) = ranges.bounds();
        let counted: Vec<u64> = from
            .iter()
            .zip(&to)
            .map(|(from, to)| {
                let below = keys.partition_point(|key| key < from);
                (keys.partition_point(|key| key <= to) - below) as u64
            })
            .collect();
        ranges.rows(&counted)
    }

    #[test]
    fn keys_without_gaps_give_the_very_number() {
        let keys: Vec<i64> = (-5_000..1_234_567).collect();
        assert_eq!(rows(&keys, 20_000_000), Some(1_239_567));
        assert_eq!(seen(&keys, 20_000_000, Look::Glance), Some(1_239_567));
    }

    #[test]
    fn a_glance_tells_nothing_of_keys_with_gaps() {
        for every in [7, 100, 400] {
            let keys: Vec<i64> = (1..3_000_000).filter(|key| key % every != 0).collect();
            assert_eq!(seen(&keys, 3_000_000, Look::Glance), None, "each {every}th is missing");
        }
    }

    #[test]
    fn scattered_gaps_give_a_little_more() {
        for part in [3, 10, 40] {
            let there = |key: &i64| mix(key.cast_unsigned()) % 100 >= part;
            let keys: Vec<i64> = (1..3_000_000).filter(there).collect();
            let truth = keys.len() as u64;
            let told = rows(&keys, 3_000_000).unwrap();
            assert!(told >= truth && told <= truth + truth / 80, "{told} of {truth}");
        }
    }

    #[test]
    fn keys_in_few_clusters_are_not_guessed() {
        let keys: Vec<i64> = (0..1_000_000).chain(90_000_000..91_000_000).collect();
        assert_eq!(rows(&keys, 90_000_000), None);
        let keys: Vec<i64> = (0..1_000_000).chain([i64::MAX]).collect();
        assert_eq!(rows(&keys, 2_000_000), None);
    }

    #[test]
    fn a_small_range_is_counted_whole() {
        let keys: Vec<i64> = (0..700).filter(|key| key % 7 == 0 || *key < 50).collect();
        assert_eq!(rows(&keys, 1_000), Some(keys.len() as u64));
    }

    proptest! {
        #[test]
        fn ranges_lie_in_their_strata_and_do_not_overlap(
            lowest in any::<i64>(),
            span in 0i64..i64::MAX,
            most_rows in 1u64..1_000_000_000,
            partitions in 1usize..5_000,
        ) {
            let highest = lowest.saturating_add(span);
            let ranges = KeyRanges::over((lowest, highest), most_rows, partitions, Look::Close);
            let (from, to) = ranges.bounds();
            prop_assert!(!from.is_empty());
            prop_assert!(from.iter().zip(&to).all(|(from, to)| from <= to));
            prop_assert!(to.iter().zip(&from[1..]).all(|(to, next)| to < next));
            prop_assert!(from[0] >= lowest && to[to.len() - 1] <= highest);
        }
    }
}
