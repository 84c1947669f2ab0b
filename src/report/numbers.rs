//! Numbers as people read them.

use std::time::Duration;

/// `1,234,567`
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `1,234 rows`
#[must_use]
pub fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Bytes in the unit that keeps the number short: `912 B`, `4.2 kB`, `43 MB`. Units of 1,000.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "shown with two digits")]
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if value < 10.0 && unit != "B" {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// A time in the unit that keeps the number short: `0.3 s`, `95 s`, `20 min`.
#[must_use]
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..10.0 if duration.subsec_millis() != 0 => format!("{seconds:.1} s"),
        ..120.0 => format!("{seconds:.0} s"),
        ..7_200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(123_456), "123,456");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1_000, "table"), "1,000 tables");
    }

    #[test]
    fn bytes_have_a_fitting_unit() {
        assert_eq!(bytes(912), "912 B");
        assert_eq!(bytes(4_200), "4.2 kB");
        assert_eq!(bytes(43_000_000), "43 MB");
    }

    #[test]
    fn times_have_a_fitting_unit() {
        let told = |milliseconds| duration(Duration::from_millis(milliseconds));
        assert_eq!(told(300), "0.3 s");
        assert_eq!(told(1_240), "1.2 s");
        assert_eq!(told(5_000), "5 s");
        assert_eq!(told(95_400), "95 s");
        assert_eq!(told(20 * 60_000), "20 min");
        assert_eq!(told(36 * 3_600_000), "36 h");
    }
}
