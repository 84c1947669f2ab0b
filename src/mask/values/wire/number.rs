//! Numbers and points.

use std::fmt::Write;

use super::form::{WireError, fixed};

pub(super) fn read_integer(value: &[u8], out: &mut String) -> Result<(), WireError> {
    let number = match value.len() {
        2 => i64::from(i16::from_be_bytes(fixed(value)?)),
        4 => i64::from(i32::from_be_bytes(fixed(value)?)),
        _ => i64::from_be_bytes(fixed(value)?),
    };
    write!(out, "{number}").map_err(|_| WireError::Binary)
}

pub(super) fn write_integer(text: &str, size: u8, out: &mut Vec<u8>) -> Result<(), WireError> {
    let text = text.trim();
    match size {
        2 => out.extend(text.parse::<i16>().map_err(|_| WireError::Text)?.to_be_bytes()),
        4 => out.extend(text.parse::<i32>().map_err(|_| WireError::Text)?.to_be_bytes()),
        _ => out.extend(text.parse::<i64>().map_err(|_| WireError::Text)?.to_be_bytes()),
    }
    Ok(())
}

pub(super) fn read_float(value: &[u8], out: &mut String) -> Result<(), WireError> {
    if value.len() == 4 {
        let number = f32::from_be_bytes(fixed(value)?);
        push_float(f64::from(number), &format!("{number}"), &format!("{number:e}"), out);
    } else {
        let number = f64::from_be_bytes(fixed(value)?);
        push_float(number, &format!("{number}"), &format!("{number:e}"), out);
    }
    Ok(())
}

/// The shortest form that reads the same, with an exponent where the server writes one.
fn push_float(number: f64, plain: &str, scientific: &str, out: &mut String) {
    let size = number.abs();
    if number.is_infinite() {
        out.push_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    } else if number.is_finite() && number != 0.0 && !(1e-4..1e15).contains(&size) {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        out.push_str(digits);
        out.push('e');
        out.push(sign);
        if exponent.len() < 2 {
            out.push('0');
        }
        out.push_str(exponent);
    } else {
        out.push_str(plain);
    }
}

pub(super) fn write_float(text: &str, size: u8, out: &mut Vec<u8>) -> Result<(), WireError> {
    let text = text.trim();
    if size == 4 {
        out.extend(text.parse::<f32>().map_err(|_| WireError::Text)?.to_be_bytes());
    } else {
        out.extend(text.parse::<f64>().map_err(|_| WireError::Text)?.to_be_bytes());
    }
    Ok(())
}

pub(super) fn read_point(value: &[u8], out: &mut String) -> Result<(), WireError> {
    let (x, y) = value.split_at_checked(8).ok_or(WireError::Binary)?;
    out.push('(');
    read_float(x, out)?;
    out.push(',');
    read_float(y, out)?;
    out.push(')');
    Ok(())
}

pub(super) fn write_point(text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    let (x, y) = inner.split_once(',').ok_or(WireError::Text)?;
    write_float(x, 8, out)?;
    write_float(y, 8, out)
}

// `numeric`: how many digits of base 10,000, the weight of the first, the sign, how many decimal
// digits after the point, the digits.
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const MINUS_INFINITY: u16 = 0xf000;

pub(super) fn read_numeric(value: &[u8], out: &mut String) -> Result<(), WireError> {
    let (head, digits) = value.split_first_chunk::<8>().ok_or(WireError::Binary)?;
    let count = usize::from(u16::from_be_bytes([head[0], head[1]]));
    let weight = i32::from(i16::from_be_bytes([head[2], head[3]]));
    let sign = u16::from_be_bytes([head[4], head[5]]);
    let scale = usize::from(u16::from_be_bytes([head[6], head[7]]));
    if digits.len() != count * 2 {
        return Err(WireError::Binary);
    }
    match sign {
        0 => {}
        NEGATIVE => out.push('-'),
        NAN => out.push_str("NaN"),
        INFINITY => out.push_str("Infinity"),
        MINUS_INFINITY => out.push_str("-Infinity"),
        _ => return Err(WireError::Binary),
    }
    if sign != 0 && sign != NEGATIVE {
        return Ok(());
    }
    // the digit that stands for 10,000 to the power of `place`
    let digit = |place: i32| {
        let at = usize::try_from(weight - place).ok().filter(|at| *at < count);
        at.map_or(0, |at| u16::from_be_bytes([digits[2 * at], digits[2 * at + 1]]))
    };
    let failed = |_| WireError::Binary;
    if weight < 0 {
        out.push('0');
    }
    for place in (0..=weight).rev() {
        if place == weight {
            write!(out, "{}", digit(place)).map_err(failed)?;
        } else {
            write!(out, "{:04}", digit(place)).map_err(failed)?;
        }
    }
    if scale > 0 {
        out.push('.');
        let end = out.len() + scale;
        let mut place = -1;
        while out.len() < end {
            write!(out, "{:04}", digit(place)).map_err(failed)?;
            place -= 1;
        }
        out.truncate(end);
    }
    Ok(())
}

pub(super) fn write_numeric(text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let text = text.trim();
    let special = match text {
        "NaN" => Some(NAN),
        "Infinity" => Some(INFINITY),
        "-Infinity" => Some(MINUS_INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        out.extend([0; 4]);
        out.extend(sign.to_be_bytes());
        out.extend([0; 2]);
        return Ok(());
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(WireError::Text);
    }
    let mut digits: Vec<u16> = Vec::with_capacity((whole.len() + fraction.len()) / 4 + 2);
    let group = |text: &str| text.bytes().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let first = whole.len() % 4;
    if first > 0 {
        digits.push(group(&whole[..first]));
    }
    for four in whole.as_bytes()[first..].chunks(4) {
        digits.push(four.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0')));
    }
    let mut weight = i64::try_from(digits.len()).map_err(|_| WireError::Text)? - 1;
    for four in fraction.as_bytes().chunks(4) {
        let number = four.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        let missing = u32::try_from(4 - four.len()).unwrap_or(0);
        digits.push(number * 10u16.pow(missing));
    }
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    weight -= i64::try_from(leading).unwrap_or(0);
    let digits = &digits[leading..];
    let trailing = digits.iter().rev().take_while(|digit| **digit == 0).count();
    let digits = &digits[..digits.len() - trailing];
    let sign = if negative && !digits.is_empty() { NEGATIVE } else { 0 };
    let weight = if digits.is_empty() { 0 } else { weight };
    let short = |number: usize| u16::try_from(number).map_err(|_| WireError::Text);
    out.extend(short(digits.len())?.to_be_bytes());
    out.extend(i16::try_from(weight).map_err(|_| WireError::Text)?.to_be_bytes());
    out.extend(sign.to_be_bytes());
    out.extend(short(fraction.len())?.to_be_bytes());
    for digit in digits {
        out.extend(digit.to_be_bytes());
    }
    Ok(())
}
