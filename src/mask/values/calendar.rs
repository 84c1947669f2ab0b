//! Days of the Gregorian calendar, counted from 1970-01-01.

/// A day of the calendar by year, month and day. Years before 1 are 0 and less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// The days of 400 years.
const ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in(year: i64, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Civil {
    pub(super) fn new(year: i64, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        exists.then_some(Civil { year, month, day })
    }

    /// As [days from civil](https://howardhinnant.github.io/date_algorithms.html).
    pub(super) fn number(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let month = i64::from((self.month + 9) % 12);
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
    }

    pub(super) fn of_number(number: i64) -> Self {
        let shifted = number + EPOCH;
        let era = shifted.div_euclid(ERA);
        let of_era = shifted.rem_euclid(ERA);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let small = |number: i64| u8::try_from(number).unwrap_or(1);
        let month = small(if month < 10 { month + 3 } else { month - 9 });
        let year = year + era * 400 + i64::from(month <= 2);
        Civil { year, month, day: small(day) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_come_back_and_follow_each_other() {
        assert_eq!(Civil::new(1970, 1, 1).map(Civil::number), Some(0));
        assert_eq!(Civil::new(2000, 1, 1).map(Civil::number), Some(10_957));
        assert_eq!(Civil::new(2023, 2, 29), None);
        let mut before = Civil::of_number(-1_000_001);
        for number in -1_000_000..1_000_000 {
            let day = Civil::of_number(number);
            assert!(day > before && day.number() == number);
            assert!(Civil::new(day.year, day.month, day.day).is_some());
            before = day;
        }
    }
}
