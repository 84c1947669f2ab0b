//! How many rows: n(T) from N(T).

use crate::config::{Rows, Size};

/// The target of one table before its rows are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    All,
    None,
    /// None is chosen. Rows that foreign keys of other rows need come all the same.
    OnlyReferenced,
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
    /// n(T) for `rows` rows. The formulas are rdbms-subsetter's (2019): truncated, at
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
            Target::None | Target::OnlyReferenced => 0,
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

    /// How a table of this many rows fills up as the fraction grows to this target's.
    #[must_use]
    pub fn growth(self, rows: u64) -> Growth {
        Growth { target: self, rows, chosen: self.of(rows) }
    }
}

/// At which fraction each row of a table falls due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    target: Target,
    rows: u64,
    /// n(T), from [`Target::of`]: this number alone decides how many rows are chosen.
    chosen: u64,
}

impl Growth {
    /// The fraction at which the table has this many rows (1, …). It is at most the target's
    /// fraction for the n(T) rows that the target chooses, and above it for all others, whatever
    /// floating point makes of the formula. It is 0 for the first row, which is always there, and
    /// for a number of rows that does not grow with the fraction.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "row counts lie far below 2^53")]
    pub fn due(self, place: u64) -> f64 {
        if place <= 1 || self.rows <= 1 {
            return 0.0;
        }
        let (place_of, rows) = (place as f64, self.rows as f64);
        let (due, fraction) = match self.target {
            Target::Part(fraction) => (place_of / rows, fraction),
            Target::Power(fraction) => (place_of.ln() / rows.ln(), fraction),
            Target::All | Target::None | Target::OnlyReferenced | Target::Number(_) => return 0.0,
        };
        if place <= self.chosen { due.min(fraction) } else { due.max(fraction.next_up()) }
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

    /// Fractions at every step of the row count, and the numbers just beside each.
    fn fractions(rows: u64, due: impl Fn(f64) -> f64) -> impl Iterator<Item = f64> {
        (1..=rows).flat_map(move |place| {
            #[allow(clippy::cast_precision_loss, reason = "a few thousand rows")]
            let step = due(place as f64);
            let beside = [1e-15, 1e-12, 0.9e-9, 1.1e-9, 1e-8, 1e-6];
            let near =
                beside.into_iter().flat_map(move |off| [step * (1.0 - off), step * (1.0 + off)]);
            near.chain([step, step.next_up(), step.next_down()])
        })
    }

    fn exactly_the_chosen_rows_fall_due(target: Target, fraction: f64, rows: u64) {
        let (chosen, growth) = (target.of(rows), target.growth(rows));
        assert!(growth.due(chosen) <= fraction, "{target:?} of {rows}: {chosen} are due later");
        assert!(
            chosen == rows || growth.due(chosen + 1) > fraction,
            "{target:?} of {rows}: more than {chosen} are due"
        );
        assert!(growth.due(1) == 0.0);
    }

    #[test]
    fn exactly_the_chosen_rows_fall_due_at_and_beside_every_step_of_the_row_count() {
        for rows in [1, 2, 3, 7, 17, 100, 1000, 1517] {
            #[allow(clippy::cast_precision_loss, reason = "a few thousand rows")]
            let all = rows as f64;
            for fraction in fractions(rows, |place| place / all).filter(|part| *part <= 1.0) {
                exactly_the_chosen_rows_fall_due(Target::Part(fraction), fraction, rows);
            }
            let step = |place: f64| place.ln() / all.max(2.0).ln();
            for fraction in fractions(rows, step).filter(|part| *part <= 1.0) {
                let fraction = fraction.max(0.0);
                exactly_the_chosen_rows_fall_due(Target::Power(fraction), fraction, rows);
            }
        }
    }

    #[test]
    fn a_fraction_that_a_search_for_a_budget_found_once() {
        let fraction = 0.738_647_052_326_498_5;
        for rows in 1..20_000 {
            exactly_the_chosen_rows_fall_due(Target::Power(fraction), fraction, rows);
        }
    }

    #[test]
    fn rows_fall_due_one_after_the_other() {
        for (target, rows) in [(Target::Part(0.3), 17), (Target::Power(0.7), 1000)] {
            let growth = target.growth(rows);
            assert!((1..rows).all(|place| growth.due(place) <= growth.due(place + 1)));
        }
    }
}
