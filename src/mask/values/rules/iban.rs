//! `iban`: an account at a bank that does not exist, with right check digits, in the country and the
//! spelling of the value.
//!
//! No country gives a bank the code of zeros only, or a code that begins with `X`. In a unique column
//! accounts are permuted, and written with letters where the country has digits only: behind the bank's
//! code there are too few digits to tell accounts apart.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::{Permutation, WIDEST};
use crate::mask::values::{CannotMask, Shape};
use iban::Iban;
use std::sync::{Mutex, PoisonError};

struct Account {
    keyed: Keyed,
    alike: Alike,
    unique: bool,
    /// To read an IBAN takes longer than to mask it.
    forms: Mutex<Vec<Form>>,
}

/// A form of accounts, which says whether an account is valid.
struct Form {
    /// The country, and `0` for each digit and `A` for each letter.
    places: [u8; LONGEST],
    /// Where the bank's code begins, and its length.
    bank: (usize, usize),
}

/// Most countries have one form of accounts.
const MOST_FORMS: usize = 32;

const SHORTEST: usize = 15;
const LONGEST: usize = 34;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Account {
        keyed: keyed.apart("iban"),
        alike,
        unique: shape.unique,
        forms: Mutex::default(),
    }))
}

/// The number modulo 97, letters as numbers from 10.
pub(in crate::mask::values) fn modulo(characters: impl Iterator<Item = u8>) -> u32 {
    let rest = characters.fold(0u64, |rest, character| {
        // a division is dear: one for several characters
        let rest = if rest < u64::MAX / 200 { rest } else { rest % 97 };
        match character {
            b'0'..=b'9' => rest * 10 + u64::from(character - b'0'),
            _ => rest * 100 + u64::from(character - b'A') + 10,
        }
    });
    u32::try_from(rest % 97).unwrap_or(0)
}

/// Where the bank's code begins behind the check digits, and its length, as the registry of IBANs
/// (SWIFT) has them; `None` where it does not know the country, or such accounts in it.
fn bank_code(valid: &[u8]) -> Option<(usize, usize)> {
    let iban: Iban = str::from_utf8(valid).ok()?.parse().ok()?;
    let bank = iban.bank_identifier()?;
    Some((iban.bban().find(bank)?, bank.len()))
}

/// The check digits of an account.
fn check_digits(country: [u8; 2], account: &[u8]) -> u8 {
    let moved = account.iter().copied().chain([country[0], country[1], b'0', b'0']);
    u8::try_from(98 - modulo(moved)).unwrap_or(0)
}

/// Countries whose accounts end with two digits of their own that make the check digits the same in all
/// of them.
const THE_SAME: &[([u8; 2], u8)] = &[
    (*b"BA", 39),
    (*b"ME", 25),
    (*b"MK", 7),
    (*b"MR", 13),
    (*b"PT", 50),
    (*b"RS", 35),
    (*b"SI", 56),
    (*b"TN", 59),
];

/// Writes the last two digits so that the check digits are the same for all accounts of the country.
fn end_alike(country: [u8; 2], account: &mut [u8]) {
    let Some((_, check)) = THE_SAME.iter().find(|(known, _)| *known == country) else { return };
    let Some(start) = account.len().checked_sub(2) else { return };
    for end in 0..97 {
        account[start] = b'0' + end / 10;
        account[start + 1] = b'0' + end % 10;
        if check_digits(country, account) == *check {
            return;
        }
    }
}

const ALL: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Account {
    /// Where the bank's code is in an account.
    fn bank(&self, valid: &[u8]) -> (usize, usize) {
        let place_of = |byte: &u8| if byte.is_ascii_digit() { b'0' } else { b'A' };
        let mut places = [0; LONGEST];
        places[..2].copy_from_slice(&valid[..2]);
        for (place, byte) in places[2..].iter_mut().zip(&valid[4..]) {
            *place = place_of(byte);
        }
        let mut known = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(form) = known.iter().find(|form| form.places == places) {
            return form.bank;
        }
        let bank = bank_code(valid).unwrap_or((0, 4));
        if known.len() < MOST_FORMS {
            known.push(Form { places, bank });
        }
        bank
    }

    /// Another account at no bank, digit by digit.
    fn make(&self, account: &mut [u8], (start, length): (usize, usize), value: &str) {
        let mut draw = self.keyed.draw(value.as_bytes());
        for (at, character) in account.iter_mut().enumerate() {
            let of_bank = (start..start + length).contains(&at);
            *character = match *character {
                b'0'..=b'9' if of_bank => b'0',
                _ if of_bank => b'X',
                b'0'..=b'9' => b'0' + u8::try_from(draw.below(10)).unwrap_or(0),
                _ => b'A' + u8::try_from(draw.below(26)).unwrap_or(0),
            };
        }
    }

    /// Another account at no bank: distinct ones stay distinct.
    fn make_unique(&self, country: [u8; 2], account: &mut [u8], start: usize) {
        // which of all accounts with digits and letters in these places it is
        let (mut number, mut limit) = (0u128, Some(1u128));
        let mut places = country.to_vec();
        for character in account.iter() {
            let (first, size) = if character.is_ascii_digit() { (b'0', 10) } else { (b'A', 26) };
            number = number.wrapping_mul(size).wrapping_add(u128::from(character - first));
            limit = limit.and_then(|limit| limit.checked_mul(size));
            limit = limit.filter(|limit| limit >> WIDEST == 0);
            places.push(first);
        }
        let written = 36u128.checked_pow(u32::try_from(account.len() - 1).unwrap_or(u32::MAX));
        let fits = limit.filter(|limit| written.is_none_or(|written| *limit <= written));
        let mut rest = if let Some(limit) = fits {
            let mut draw = self.keyed.draw(&places);
            let tweak = u64::from(draw.number()) << 32 | u64::from(draw.number());
            Permutation::new(&self.keyed, limit, tweak).apply(number)
        } else {
            // more accounts than 120 bits tell apart: as many bits of the hash do
            let mut wide = [0; 16];
            wide.copy_from_slice(&self.keyed.digest(account)[..16]);
            u128::from_le_bytes(wide)
        };
        for (at, character) in account.iter_mut().enumerate().rev() {
            *character = b'X';
            if at != start {
                *character = ALL[usize::try_from(rest % 36).unwrap_or(0)];
                rest /= 36;
            }
        }
    }
}

impl Rule for Account {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut iban = [0u8; LONGEST];
        let mut count = 0;
        let (mut plain, mut lower) = (true, false);
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() {
                if let Some(place) = iban.get_mut(count) {
                    *place = byte.to_ascii_uppercase();
                }
                lower |= byte.is_ascii_lowercase();
                count += 1;
            } else {
                plain &= byte == b' ';
            }
        }
        let is_iban = (SHORTEST..=LONGEST).contains(&count)
            && plain
            && iban[..2].iter().all(u8::is_ascii_uppercase)
            && iban[2..4].iter().all(u8::is_ascii_digit);
        if !is_iban {
            return self.alike.rewrite(value, out);
        }
        let country = [iban[0], iban[1]];
        let given = (iban[2] - b'0') * 10 + iban[3] - b'0';
        let right = check_digits(country, &iban[4..count]);
        iban[2] = b'0' + right / 10;
        iban[3] = b'0' + right % 10;
        let bank = self.bank(&iban[..count]);
        if self.unique {
            self.make_unique(country, &mut iban[4..count], bank.0);
        } else {
            self.make(&mut iban[4..count], bank, value);
            end_alike(country, &mut iban[4..count]);
        }
        // what was not valid is not valid, and distinct
        let alike = !self.unique && THE_SAME.contains(&(country, given));
        let off = if alike { 0 } else { (100 + given - right) % 100 };
        let check = (check_digits(country, &iban[4..count]) + off) % 100;
        iban[2] = b'0' + check / 10;
        iban[3] = b'0' + check % 10;
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
