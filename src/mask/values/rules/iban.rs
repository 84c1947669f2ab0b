//! `iban`: an account at a bank that does not exist, with right check digits, in the country and the
//! spelling of the value.
//!
//! No country gives a bank the code of zeros only, or `XXXX`. In a unique column the whole account may
//! have letters where the country has digits only, because the digits do not tell accounts apart.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Shape};

struct Iban {
    keyed: Keyed,
    alike: Alike,
    unique: bool,
}

/// The country, where the bank's code begins behind the check digits, and its length: of the registry of
/// IBANs (SWIFT). Elsewhere it is the first four characters.
const BANKS: &[(&[u8; 2], usize, usize)] = &[
    (b"AT", 0, 5),
    (b"BE", 0, 3),
    (b"BG", 0, 4),
    (b"BR", 0, 8),
    (b"CH", 0, 5),
    (b"CY", 0, 3),
    (b"CZ", 0, 4),
    (b"DE", 0, 8),
    (b"DK", 0, 4),
    (b"EE", 0, 2),
    (b"ES", 0, 4),
    (b"FI", 0, 3),
    (b"FR", 0, 5),
    (b"GB", 0, 4),
    (b"GR", 0, 3),
    (b"HR", 0, 7),
    (b"HU", 0, 3),
    (b"IE", 0, 4),
    (b"IS", 0, 4),
    (b"IT", 1, 5),
    (b"LI", 0, 5),
    (b"LT", 0, 5),
    (b"LU", 0, 3),
    (b"LV", 0, 4),
    (b"MC", 0, 5),
    (b"MT", 0, 4),
    (b"NL", 0, 4),
    (b"NO", 0, 4),
    (b"PL", 0, 8),
    (b"PT", 0, 4),
    (b"RO", 0, 4),
    (b"RS", 0, 3),
    (b"SE", 0, 3),
    (b"SI", 0, 5),
    (b"SK", 0, 4),
    (b"SM", 1, 5),
    (b"TR", 0, 5),
];

const SHORTEST: usize = 15;
const LONGEST: usize = 34;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Iban { keyed: keyed.apart("iban"), alike, unique: shape.unique }))
}

/// The number modulo 97, letters as numbers from 10.
pub(in crate::mask::values) fn modulo(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |rest, character| match character {
        b'0'..=b'9' => (rest * 10 + u32::from(character - b'0')) % 97,
        _ => (rest * 100 + u32::from(character - b'A') + 10) % 97,
    })
}

const ALL: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Rule for Iban {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut iban = [0u8; LONGEST];
        let mut count = 0;
        for byte in value.bytes().filter(u8::is_ascii_alphanumeric) {
            if count < LONGEST {
                iban[count] = byte.to_ascii_uppercase();
            }
            count += 1;
        }
        let is_iban = (SHORTEST..=LONGEST).contains(&count)
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
            && iban[..2].iter().all(u8::is_ascii_uppercase)
            && iban[2..4].iter().all(u8::is_ascii_digit);
        if !is_iban {
            return self.alike.rewrite(value, out);
        }
        let mut draw = self.keyed.draw(value.as_bytes());
        let country = [iban[0], iban[1]];
        let bank = BANKS.iter().find(|(listed, ..)| **listed == country);
        let (start, length) = bank.map_or((0, 4), |(_, start, length)| (*start, *length));
        for (at, character) in iban[4..count].iter_mut().enumerate() {
            let of_bank = (start..start + length).contains(&at);
            *character = match *character {
                _ if self.unique && at == start => b'X',
                _ if self.unique => draw.pick(ALL),
                b'0'..=b'9' if of_bank => b'0',
                _ if of_bank => b'X',
                b'0'..=b'9' => b'0' + u8::try_from(draw.below(10)).unwrap_or(0),
                _ => b'A' + u8::try_from(draw.below(26)).unwrap_or(0),
            };
        }
        let rest =
            modulo(iban[4..count].iter().copied().chain([country[0], country[1], b'0', b'0']));
        let check = u8::try_from(98 - rest).unwrap_or(0);
        iban[2] = b'0' + check / 10;
        iban[3] = b'0' + check % 10;
        let lower = value.bytes().any(|byte| byte.is_ascii_lowercase());
        let mut next = iban.iter();
        for letter in value.chars() {
            match letter.is_ascii_alphanumeric().then(|| next.next()).flatten() {
                Some(character) if lower => out.push(char::from(character.to_ascii_lowercase())),
                Some(character) => out.push(char::from(*character)),
                None => out.push(letter),
            }
        }
        Ok(())
    }
}
