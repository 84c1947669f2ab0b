//! `ip`: an address that is reserved for documentation (RFC 5737, RFC 3849).
//!
//! IPv4 has 768 of them. In a unique column an IPv4 address becomes an IPv6 address: its 32 bits,
//! permuted, in `2001:db8::/32`. Ports, lengths of networks and lists keep their form.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Rule;
use crate::mask::values::key::{APART, Keyed};
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Ip {
    keyed: Keyed,
    unique: bool,
    room: usize,
    cidr: bool,
}

const NETWORKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
const NOWHERE: &str = ".invalid";
/// `2001:db8::ffff:ffff`
const LONGEST_OF_V4: usize = 19;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() && !matches!(shape.kind, Kind::Inet | Kind::Cidr) {
        return Err(CannotMask::Type);
    }
    let room = shape.max_chars.unwrap_or(usize::MAX);
    if shape.unique && room < LONGEST_OF_V4 {
        return Err(CannotMask::Short { needed: LONGEST_OF_V4, has: room });
    }
    let cidr = shape.kind == Kind::Cidr;
    Ok(Box::new(Ip { keyed: keyed.apart("ip"), unique: shape.unique, room, cidr }))
}

impl Ip {
    fn other(&self, address: IpAddr, unique: bool) -> IpAddr {
        match address {
            IpAddr::V4(address) if unique => {
                let permutation = Permutation::new(&self.keyed, 1 << 32, 4);
                let low = permutation.apply(u128::from(u32::from(address)));
                IpAddr::V6(Ipv6Addr::from(0x2001_0db8_u128 << 96 | low))
            }
            IpAddr::V4(address) => {
                let mut draw = self.keyed.draw(&address.octets());
                let [a, b, c] = draw.pick(&NETWORKS);
                let host = 1 + u8::try_from(draw.below(254)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::new(a, b, c, host))
            }
            IpAddr::V6(address) => {
                let digest = self.keyed.digest(&address.octets());
                let mut low = [0; 16];
                low[4..].copy_from_slice(&digest[..12]);
                // apart from what IPv4 becomes
                low[4] |= 0x80;
                IpAddr::V6(Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from_be_bytes(low)))
            }
        }
    }

    /// An address with the length of its network, without the bits behind it in a `cidr`.
    fn network(&self, address: IpAddr, prefix: Option<u8>) -> Option<(IpAddr, Option<u8>)> {
        let all: u8 = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(all);
        if prefix > all {
            return None;
        }
        let made = self.other(address, self.unique);
        let moved = made.is_ipv4() != address.is_ipv4();
        let least = if made.is_ipv4() { 24 } else { 32 };
        let prefix = if self.unique && moved { prefix + 96 } else { prefix.max(least) };
        let made = match made {
            IpAddr::V4(made) if self.cidr => {
                let mask = u32::MAX.checked_shl(u32::from(32 - prefix)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(made) & mask))
            }
            IpAddr::V6(made) if self.cidr && !self.unique => {
                let mask = u128::MAX.checked_shl(u32::from(128 - prefix)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(made) & mask))
            }
            // permuted bits of the network must not fall behind its length
            other if self.cidr => return Some((other, None)),
            other => other,
        };
        let of_made = if made.is_ipv4() { 32 } else { 128 };
        Some((made, (prefix < of_made || self.cidr).then_some(prefix)))
    }

    /// One address in any of its spellings; `None` for anything else.
    fn push_one(&self, text: &str, out: &mut String) -> Option<()> {
        let (text, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((inner, port)) => (inner, port),
            None => match text.rsplit_once(':') {
                Some((host, port)) if !host.contains(':') && port.parse::<u16>().is_ok() => {
                    (host, &text[host.len()..])
                }
                _ => (text, ""),
            },
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (made, prefix) = self.network(address, prefix)?;
        let start = out.len();
        let written = match (made, port.is_empty()) {
            (IpAddr::V6(made), false) => write!(out, "[{made}]{port}"),
            (made, _) => write!(out, "{made}{port}"),
        };
        written.ok()?;
        if let Some(prefix) = prefix {
            write!(out, "/{prefix}").ok()?;
        }
        if out.len() - start > self.room {
            // a long address in a short column: none is shorter
            out.truncate(start);
            out.push_str(if self.room >= 9 { "192.0.2.1" } else { "::1" });
        }
        Some(())
    }
}

impl Rule for Ip {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let start = out.len();
        for (at, part) in value.split(',').enumerate() {
            if at > 0 {
                out.push(',');
            }
            let address = part.trim_matches([' ', '\n', '\r', '\t']);
            let (before, after) = part.split_once(address).unwrap_or((part, ""));
            out.push_str(before);
            if address.is_empty() {
                continue;
            }
            if self.push_one(address, out).is_none() {
                // no address: a host that does not exist stands for the whole
                out.truncate(start);
                let mut draw = self.keyed.draw(value.as_bytes());
                draw.readable(out, self.room.saturating_sub(NOWHERE.len()).min(APART));
                out.push_str(&NOWHERE[..self.room.min(NOWHERE.len())]);
                return Ok(());
            }
            out.push_str(after);
        }
        if out.len() - start > self.room {
            if self.unique {
                return Err(CannotMask::Long(self.room));
            }
            let first = out[start..].find(',').unwrap_or(self.room.min(out.len() - start));
            out.truncate(start + first.min(self.room));
        }
        Ok(())
    }
}
