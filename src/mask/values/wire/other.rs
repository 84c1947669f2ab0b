//! UUIDs, addresses of networks, and bytes.

use std::borrow::Cow;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::form::{WireError, fixed};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn push_hex(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

pub(super) fn read_uuid(value: &[u8], out: &mut String) -> Result<(), WireError> {
    let bytes: [u8; 16] = fixed(value)?;
    for (at, part) in [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]]
        .into_iter()
        .enumerate()
    {
        if at > 0 {
            out.push('-');
        }
        push_hex(part, out);
    }
    Ok(())
}

pub(super) fn write_uuid(text: &str, out: &mut Vec<u8>) -> Result<(), WireError> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'-' | b'{' | b'}')).collect();
    let bytes = from_hex(&digits).filter(|bytes| bytes.len() == 16).ok_or(WireError::Text)?;
    out.extend(bytes);
    Ok(())
}

pub(super) fn read_mac(value: &[u8], out: &mut String) -> Result<(), WireError> {
    if !matches!(value.len(), 6 | 8) {
        return Err(WireError::Binary);
    }
    for (at, byte) in value.iter().enumerate() {
        if at > 0 {
            out.push(':');
        }
        push_hex(&[*byte], out);
    }
    Ok(())
}

pub(super) fn write_mac(text: &str, size: usize, out: &mut Vec<u8>) -> Result<(), WireError> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b':' | b'-' | b'.')).collect();
    let bytes = from_hex(&digits).filter(|bytes| bytes.len() == size).ok_or(WireError::Text)?;
    out.extend(bytes);
    Ok(())
}

// `inet`: the family, the bits of the prefix, whether it is a `cidr`, the size, the address.
const IPV4: u8 = 2;
const IPV6: u8 = 3;

pub(super) fn read_inet(value: &[u8], out: &mut String) -> Result<(), WireError> {
    let (head, address) = value.split_first_chunk::<4>().ok_or(WireError::Binary)?;
    let (address, all) = match head[0] {
        IPV4 => (IpAddr::V4(Ipv4Addr::from(fixed::<4>(address)?)), 32),
        IPV6 => (IpAddr::V6(Ipv6Addr::from(fixed::<16>(address)?)), 128),
        _ => return Err(WireError::Binary),
    };
    write!(out, "{address}").map_err(|_| WireError::Binary)?;
    if head[1] != all || head[2] == 1 {
        write!(out, "/{}", head[1]).map_err(|_| WireError::Binary)?;
    }
    Ok(())
}

pub(super) fn write_inet(text: &str, cidr: bool, out: &mut Vec<u8>) -> Result<(), WireError> {
    let (address, prefix) = match text.trim().split_once('/') {
        Some((address, prefix)) => {
            (address, Some(prefix.parse::<u8>().map_err(|_| WireError::Text)?))
        }
        None => (text.trim(), None),
    };
    let address: IpAddr = address.parse().map_err(|_| WireError::Text)?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(all);
    if prefix > all {
        return Err(WireError::Text);
    }
    match address {
        IpAddr::V4(address) => {
            out.extend([IPV4, prefix, u8::from(cidr), 4]);
            out.extend(address.octets());
        }
        IpAddr::V6(address) => {
            out.extend([IPV6, prefix, u8::from(cidr), 16]);
            out.extend(address.octets());
        }
    }
    Ok(())
}

/// Bytes that are a text, and do not look like hexadecimal digits of others, are that text.
pub(super) fn read_bytea(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) if !text.starts_with("\\x") && !text.contains(|c: char| c.is_control()) => {
            Cow::Borrowed(text)
        }
        _ => {
            let mut out = String::with_capacity(2 + 2 * value.len());
            out.push_str("\\x");
            push_hex(value, &mut out);
            Cow::Owned(out)
        }
    }
}

pub(super) fn write_bytea(text: &str, out: &mut Vec<u8>) {
    match text.strip_prefix("\\x").and_then(|digits| from_hex(digits.as_bytes())) {
        Some(bytes) => out.extend(bytes),
        None => out.extend_from_slice(text.as_bytes()),
    }
}

/// The text form of bytes as the masks see it, from the one that the server writes.
pub(in crate::mask::values) fn readable_bytea(text: &str) -> Cow<'_, str> {
    let bytes = text.strip_prefix("\\x").and_then(|digits| from_hex(digits.as_bytes()));
    match bytes {
        Some(bytes) => match read_bytea(&bytes) {
            Cow::Borrowed(readable) => Cow::Owned(readable.to_owned()),
            Cow::Owned(_) => Cow::Borrowed(text),
        },
        None => Cow::Borrowed(text),
    }
}
