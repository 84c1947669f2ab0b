//! How many rows: n(T) from N(T).

use crate::config::{Rows, Size};

/// The target of one table before its rows are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    All,
    None,
    /// None is chosen; those that foreign keys of other rows need come.
    Needed,
    Number(u64),
    /// A part of the rows: `0 <= part <= 1`, truncated, at least 1.
    Part(f64),
    /// `10^(log10(N) * f)`, truncated, at least 1.
    Power(f64),
}

impl From<Size> for Target {
    fn from(size: Size) -> Self {
        match size {
            Size::Linear(fraction) => Target::Part(fraction),
            Size::Logarithmic(fraction) => Target::Power(fraction),
            // at most: how much less is found by trials
            Size::Budget(_) => Target::Power(1.0),
        }
    }
}

impl From<Rows> for Target {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::All => Target::All,
            Rows::None => Target::None,
            Rows::Number(number) => Target::Number(number),
            Rows::Percent(percent) => Target::Part(percent / 100.0),
        }
    }
}

impl Target {
    /// n(T) for `rows` rows. The formulas are those of rdbms-subsetter (2019): truncated, at
    /// least 1 where there is a row. A product that is whole but for the rounding of floating
    /// point counts as whole, so that 100 rows at 0.29 give 29.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "row counts lie far below 2^53, and the results between 0 and rows"
    )]
    pub fn of(self, rows: u64) -> u64 {
        let truncated =
            |value: f64| ((value + 1e-9 * value.max(1.0)).floor() as u64).clamp(1, rows);
        match self {
            _ if rows == 0 => 0,
            Target::All => rows,
            Target::None | Target::Needed => 0,
            Target::Number(number) => number.min(rows),
            Target::Part(part) => truncated(rows as f64 * part),
            Target::Power(power) => truncated(10f64.powf((rows as f64).log10() * power)),
        }
    }

    /// The same rule at another fraction, if it has one.
    #[must_use]
    pub fn at(self, fraction: f64) -> Self {
        match self {
            Target::Part(_) => Target::Part(fraction.min(1.0)),
            Target::Power(_) => Target::Power(fraction.min(1.0)),
            other => other,
        }
    }

    /// The smallest fraction at which there are this many (1, …) of `rows` rows: 0 for the first,
    /// which is always there, and for a number that no fraction changes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "row counts lie far below 2^53")]
    pub fn due(self, place: u64, rows: u64) -> f64 {
        match self {
            _ if place <= 1 || rows <= 1 => 0.0,
            Target::Part(_) => place as f64 / rows as f64,
            Target::Power(_) => (place as f64).ln() / (rows as f64).ln(),
            Target::All | Target::None | Target::Needed | Target::Number(_) => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_truncated_and_at_least_one() {
        assert_eq!(Target::Part(0.05).of(200_000), 10_000);
        assert_eq!(Target::Part(0.29).of(100), 29);
        assert_eq!(Target::Part(0.3).of(7), 2);
        assert_eq!(Target::Part(0.0).of(7), 1);
        assert_eq!(Target::Part(1.0).of(500_000), 500_000);
        assert_eq!(Target::Part(0.5).of(0), 0);
    }

    #[test]
    fn a_power_follows_the_formula_of_2019() {
        assert_eq!(Target::Power(0.2).of(20_000), 7);
        assert_eq!(Target::Power(0.2).of(200_000), 11);
        assert_eq!(Target::Power(0.2).of(500_000), 13);
        assert_eq!(Target::Power(1.0).of(500_000), 500_000);
        assert_eq!(Target::Power(0.5).of(1), 1);
    }

    #[test]
    fn rules_are_bounded_by_what_there_is() {
        assert_eq!(Target::Number(500).of(20), 20);
        assert_eq!(Target::Number(0).of(20), 0);
        assert_eq!(Target::None.of(20), 0);
        assert_eq!(Target::All.of(20), 20);
    }

    #[test]
    fn places_fall_due_as_the_fraction_grows() {
        for (target, rows) in [(Target::Part(0.3), 17), (Target::Power(0.7), 1000)] {
            let wanted = target.of(rows);
            let (Target::Part(fraction) | Target::Power(fraction)) = target else { return };
            assert!(target.due(wanted, rows) <= fraction + 1e-9);
            assert!(target.due(wanted + 1, rows) > fraction);
            assert!(target.due(1, rows) == 0.0);
        }
    }
}
