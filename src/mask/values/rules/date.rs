//! `date`: another day of the same year, in the form of the value. The time of day changes within its
//! hour, and midnight stays.
//!
//! The days of a year are permuted, so distinct days stay distinct. A day of the snapshot's year that is
//! not in the future does not get there.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::calendar::{Civil, days_in, is_leap};
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Date {
    keyed: Keyed,
    alike: Alike,
    today: Option<Civil>,
    textual: bool,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let is_time = matches!(shape.kind, Kind::Date | Kind::Timestamp | Kind::TimestampTz);
    if !is_time && !shape.kind.is_textual() && !matches!(shape.kind, Kind::Integer(4 | 8)) {
        return Err(CannotMask::Type);
    }
    let today = shape.today.as_deref().and_then(|today| {
        let found = find(today)?;
        Civil::new(found.year, found.month, found.day)
    });
    Ok(Box::new(Date {
        keyed: keyed.apart("date"),
        alike: Alike::new(keyed, shape),
        today,
        textual: !is_time,
    }))
}

/// A day in a text: where its parts stand.
struct Found {
    year: i64,
    month: u8,
    day: u8,
    /// The order of the parts, as they are written, with the length of each.
    parts: [(Part, usize); 3],
    length: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
}

/// The date that a text begins with.
fn find(text: &str) -> Option<Found> {
    let digits =
        |text: &str| text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let first = digits(text);
    if first == 8 && text.len() == 8 {
        let (year, month, day) = (&text[..4], &text[4..6], &text[6..]);
        return Some(Found {
            year: year.parse().ok().filter(|year| (1800..2200).contains(year))?,
            month: month.parse().ok()?,
            day: day.parse().ok()?,
            parts: [(Part::Year, 4), (Part::Month, 2), (Part::Day, 2)],
            length: 8,
        })
        .filter(|found| Civil::new(found.year, found.month, found.day).is_some());
    }
    let separator = *text.as_bytes().get(first)?;
    if !matches!(separator, b'-' | b'.' | b'/' | b' ') {
        return None;
    }
    let second = digits(&text[first + 1..]);
    if text.as_bytes().get(first + 1 + second) != Some(&separator) {
        return None;
    }
    let third = digits(&text[first + second + 2..]);
    let number = |from: usize, length: usize| text[from..from + length].parse::<i64>().ok();
    let numbers =
        [number(0, first)?, number(first + 1, second)?, number(first + second + 2, third)?];
    let lengths = [first, second, third];
    let orders: &[[Part; 3]] = match (first, third) {
        (4.., 1..=2) => &[[Part::Year, Part::Month, Part::Day]],
        // the day comes first wherever it can
        (1..=2, 4) if separator != b'.' => {
            &[[Part::Day, Part::Month, Part::Year], [Part::Month, Part::Day, Part::Year]]
        }
        (1..=2, 4) => &[[Part::Day, Part::Month, Part::Year]],
        _ => return None,
    };
    orders.iter().find_map(|order| {
        let of = |part| {
            order.iter().position(|other| *other == part).map_or(0, |position| numbers[position])
        };
        let small = |number: i64| u8::try_from(number).ok();
        let (year, month, day) = (of(Part::Year), small(of(Part::Month))?, small(of(Part::Day))?);
        Civil::new(year, month, day)?;
        let parts = [(order[0], lengths[0]), (order[1], lengths[1]), (order[2], lengths[2])];
        Some(Found { year, month, day, parts, length: first + second + third + 2 })
    })
}

impl Date {
    /// Another day of the same year.
    fn other(&self, day: Civil) -> Civil {
        let first = Civil { month: 1, day: 1, ..day };
        let place = |day: Civil| u128::try_from(day.number() - first.number()).unwrap_or(0);
        let all = 365 + u128::from(is_leap(day.year));
        let days = match self.today {
            Some(today) if today.year == day.year && day <= today => place(today) + 1,
            _ => all,
        };
        let tweak = day.year.unsigned_abs() << 10 | u64::try_from(days).unwrap_or(0);
        let moved = Permutation::new(&self.keyed, days, tweak).apply(place(day));
        Civil::of_number(first.number() + i64::try_from(moved).unwrap_or(0))
    }

    /// A day that is a day in whichever order the two numbers are read.
    fn other_both_ways(&self, day: Civil) -> Civil {
        let tweak = day.year.unsigned_abs() << 10 | 1023;
        let place = u128::from(day.month - 1) * 12 + u128::from(day.day - 1);
        let moved = Permutation::new(&self.keyed, 144, tweak).apply(place);
        let small = |number: u128| u8::try_from(number + 1).unwrap_or(1);
        Civil { month: small(moved / 12), day: small(moved % 12), ..day }
    }

    /// Minutes and seconds of a time that is not midnight.
    fn push_time(&self, text: &str, out: &mut String) {
        let bytes = text.as_bytes();
        let two = |at: usize| -> Option<u128> { text.get(at..at + 2)?.parse().ok() };
        let is_time = bytes.len() >= 9 && bytes[3] == b':' && bytes[6] == b':';
        let parts = if is_time { (two(1), two(4), two(7)) } else { (None, None, None) };
        let (Some(hour), Some(minute), Some(second)) = parts else {
            out.push_str(text);
            return;
        };
        let zeros =
            text[9..].find(|letter| letter != '.' && letter != '0').unwrap_or(text.len() - 9);
        let no_fraction = !text[9..9 + zeros].starts_with('.') || text[9..].len() == zeros;
        if (hour, minute, second) == (0, 0, 0) && no_fraction {
            out.push_str(text);
            return;
        }
        let permutation = Permutation::new(&self.keyed, 3600, 3600);
        let moved = permutation.apply((minute * 60 + second).min(3599));
        out.push_str(&text[..4]);
        for (number, end) in [(moved / 60, ":"), (moved % 60, "")] {
            out.push(char::from(b'0' + u8::try_from(number / 10).unwrap_or(0)));
            out.push(char::from(b'0' + u8::try_from(number % 10).unwrap_or(0)));
            out.push_str(end);
        }
        out.push_str(&text[9..]);
    }
}

impl Rule for Date {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let era = value.ends_with(" BC");
        let Some(found) = find(value).filter(|_| !era) else {
            return self.other_form(value, out);
        };
        let day = Civil { year: found.year, month: found.month, day: found.day };
        let ambiguous =
            found.parts[2].0 == Part::Year && value.as_bytes()[found.parts[0].1] != b'.';
        let moved = if ambiguous && found.month <= 12 && found.day <= 12 {
            self.other_both_ways(day)
        } else if ambiguous {
            self.other_one_way(day)
        } else {
            self.other(day)
        };
        let separator = value.as_bytes()[found.parts[0].1];
        for (at, (part, length)) in found.parts.iter().enumerate() {
            if at > 0 && !separator.is_ascii_digit() {
                out.push(char::from(separator));
            }
            let number = match part {
                Part::Year => moved.year,
                Part::Month => i64::from(moved.month),
                Part::Day => i64::from(moved.day),
            };
            // 7 stays without a zero in front where the value has none
            let start = out.len();
            out.push_str(&number.to_string());
            while out.len() - start < (*length).min(if *part == Part::Year { 4 } else { 2 }) {
                out.insert(start, '0');
            }
        }
        self.push_time(&value[found.length..], out);
        Ok(())
    }
}

impl Date {
    /// A day after the twelfth, which can be read in one order only: its month stays.
    fn other_one_way(&self, day: Civil) -> Civil {
        let days = days_in(day.year, day.month);
        let tweak = day.year.unsigned_abs() << 10 | 512 | u64::from(day.month);
        let permutation = Permutation::new(&self.keyed, u128::from(days - 12), tweak);
        let moved = permutation.apply(u128::from(day.day - 13));
        Civil { day: 13 + u8::try_from(moved).unwrap_or(0), ..day }
    }

    /// A date without three numbers. A year alone stays.
    fn other_form(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let is_year = value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_digit());
        if is_year || !self.textual {
            // infinity, and a day before Christ
            out.push_str(value);
            return Ok(());
        }
        let start = out.len();
        // a year within the text stays
        let bytes = value.as_bytes();
        let year = bytes.windows(4).enumerate().position(|(at, four)| {
            let alone = |at: Option<usize>| {
                at.and_then(|at| bytes.get(at)).is_none_or(|byte| !byte.is_ascii_digit())
            };
            four.iter().all(u8::is_ascii_digit)
                && matches!(&four[..2], b"18" | b"19" | b"20" | b"21")
                && alone(at.checked_sub(1))
                && alone(Some(at + 4))
        });
        self.alike.rewrite(value, out)?;
        if let Some(at) = year
            && out.len() - start >= at + 4
        {
            out.replace_range(start + at..start + at + 4, &value[at..at + 4]);
        }
        Ok(())
    }
}
