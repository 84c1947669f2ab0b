//! Days, as a server and as people write them.

/// A day. `whole`: it has no time of day, or midnight.
pub(super) struct Day {
    pub(super) year: i32,
    pub(super) whole: bool,
}

pub(super) fn date(value: &str) -> Option<Day> {
    let value = value.trim();
    if value.len() < 8 || !value.is_ascii() || !value.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let (day, time) = match value.find([' ', 'T']) {
        Some(at) => (&value[..at], &value[at + 1..]),
        None => (value, ""),
    };
    if !time.is_empty() && !time.as_bytes()[0].is_ascii_digit() {
        return None;
    }
    let separator = day.bytes().find(|b| matches!(b, b'-' | b'.' | b'/'))?;
    let parts: Vec<&str> = day.split(char::from(separator)).collect();
    let &[first, second, third] = parts.as_slice() else { return None };
    let (year, month, of_month) = if first.len() == 4 {
        (first, second, third)
    } else if third.len() == 4 && second.len() <= 2 && first.len() <= 2 {
        (third, second, first)
    } else {
        return None;
    };
    let (year, month, of_month): (i32, u32, u32) =
        (year.parse().ok()?, month.parse().ok()?, of_month.parse().ok()?);
    // 12/31/1999 as well as 31/12/1999
    let real = (1..=31).contains(&of_month.min(month))
        && of_month.min(month) <= 12
        && of_month.max(month) <= 31;
    let whole = time.is_empty() || time.starts_with("00:00");
    (real && (1800..=2200).contains(&year)).then_some(Day { year, whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_they_are_written() {
        assert_eq!(date("1985-03-12").map(|day| day.year), Some(1985));
        assert_eq!(date("12.3.1985").map(|day| day.year), Some(1985));
        assert_eq!(date("2024-03-12 10:00:00+01").map(|day| day.whole), Some(false));
        assert!(
            date("12345678").is_none() && date("1.2.3").is_none() && date("2024-13-45").is_none()
        );
    }
}
