//! Dates and timestamps. They count from 2000-01-01.

use std::fmt::Write;

use super::form::{WireError, fixed};
use crate::mask::values::calendar::Civil;

/// From 1970-01-01 to 2000-01-01.
const EPOCH: i64 = 10_957;
const MICROSECONDS: i64 = 1_000_000;
const DAY: i64 = 86_400 * MICROSECONDS;

fn push_day(day: Civil, out: &mut String) -> Result<(), WireError> {
    let year = if day.year > 0 { day.year } else { 1 - day.year };
    write!(out, "{year:04}-{:02}-{:02}", day.month, day.day).map_err(|_| WireError::Binary)
}

fn push_era(day: Civil, out: &mut String) {
    if day.year <= 0 {
        out.push_str(" BC");
    }
}

pub(super) fn read_date(value: &[u8], out: &mut String) -> Result<(), WireError> {
    match i32::from_be_bytes(fixed(value)?) {
        i32::MAX => out.push_str("infinity"),
        i32::MIN => out.push_str("-infinity"),
        number => {
            let day = Civil::of_number(i64::from(number) + EPOCH);
            push_day(day, out)?;
            push_era(day, out);
        }
    }
    Ok(())
}

pub(super) fn read_timestamp(value: &[u8], zone: bool, out: &mut String) -> Result<(), WireError> {
    let number = i64::from_be_bytes(fixed(value)?);
    match number {
        i64::MAX => out.push_str("infinity"),
        i64::MIN => out.push_str("-infinity"),
        _ => {
            let day = Civil::of_number(number.div_euclid(DAY) + EPOCH);
            let rest = number.rem_euclid(DAY);
            push_day(day, out)?;
            let seconds = rest / MICROSECONDS;
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            write!(out, " {hours:02}:{minutes:02}:{:02}", seconds % 60)
                .map_err(|_| WireError::Binary)?;
            let fraction = rest % MICROSECONDS;
            if fraction > 0 {
                write!(out, ".{fraction:06}").map_err(|_| WireError::Binary)?;
                out.truncate(out.trim_end_matches('0').len());
            }
            if zone {
                out.push_str("+00");
            }
            push_era(day, out);
        }
    }
    Ok(())
}

/// `1980-05-17`, and what follows; the year as the calendar counts it.
pub(super) fn take_day(text: &str, before_christ: bool) -> Option<(Civil, &str)> {
    let (year, rest) = text.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let year: i64 = year.parse().ok()?;
    let year = if before_christ { 1 - year } else { year };
    let day = Civil::new(year, month.parse().ok()?, rest[..end].parse().ok()?)?;
    Some((day, &rest[end..]))
}

fn split_era(text: &str) -> (&str, bool) {
    let text = text.trim();
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

pub(super) fn write_date(text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let number = match text {
        "infinity" => i32::MAX,
        "-infinity" => i32::MIN,
        _ => {
            let (text, before_christ) = split_era(text);
            let (day, rest) = take_day(text, before_christ).ok_or(WireError::Text)?;
            let number = day.number() - EPOCH;
            if !rest.is_empty() {
                return Err(WireError::Text);
            }
            i32::try_from(number).map_err(|_| WireError::Text)?
        }
    };
    out.extend(number.to_be_bytes());
    Ok(())
}

pub(super) fn write_timestamp(text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let number = match text {
        "infinity" => i64::MAX,
        "-infinity" => i64::MIN,
        _ => timestamp(text).ok_or(WireError::Text)?,
    };
    out.extend(number.to_be_bytes());
    Ok(())
}

fn timestamp(text: &str) -> Option<i64> {
    let (text, before_christ) = split_era(text);
    let (day, rest) = take_day(text, before_christ)?;
    let time = rest.strip_prefix([' ', 'T'])?;
    let time = time.strip_suffix("+00").or_else(|| time.strip_suffix('Z')).unwrap_or(time);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = whole.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    let clock = hours <= 24 && minutes < 60 && seconds <= 60;
    let digits = fraction.len() <= 6 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !clock || !digits || parts.next().is_some() {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    let of_day = ((hours * 60 + minutes) * 60 + seconds) * MICROSECONDS + micros;
    (day.number() - EPOCH).checked_mul(DAY)?.checked_add(of_day)
}
