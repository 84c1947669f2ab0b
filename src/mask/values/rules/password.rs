//! `password`: the digest of one known password, in the scheme of the value.
//!
//! The known password is `REVIEW_DATA_PASSWORD`, or the one that is derived from the key. Its digest is
//! computed once for each scheme, with low costs: a digest for each row would take hours. Plain
//! passwords, digests without a salt, and digests of schemes that are not listed get a dead value.

use std::fmt::Write;
use std::sync::Mutex;

use argon2::Argon2;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha_crypt::password_hash::PasswordHasher;
use sha1::Sha1;
use sha2::digest::KeyInit;
use sha2::{Digest, Sha256, Sha512};

use super::scheme::{Hash, Letter, Scheme, Variant, scheme};
use super::{Rule, secret};
use crate::config;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Shape};

struct Password {
    salt: Salt,
    known: Option<config::Secret>,
    dead: Box<dyn Rule>,
    room: usize,
    digests: Mutex<Vec<(Scheme, Option<String>)>>,
}

// The least that the schemes' own libraries accept, and no less than what keeps a dictionary slow.
const BCRYPT_COST: u32 = 4;
const ROUNDS: u32 = 1000;
const ARGON2_MEMORY: u32 = 256;
const ARGON2_PASSES: u32 = 3;
const SCRYPT_LOG_N: u8 = 10;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if shape.unique {
        return Err(CannotMask::Equal);
    }
    let digest = keyed.apart("password").digest(b"salt");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let salt = Salt { bytes, text: hex(&bytes[..8]) };
    Ok(Box::new(Password {
        salt,
        known: shape.password.clone(),
        dead: secret::prepare(keyed, shape)?,
        room: shape.max_chars.unwrap_or(usize::MAX),
        digests: Mutex::default(),
    }))
}

fn pbkdf2(hash: Hash, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    match hash {
        Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut out),
        Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut out),
        Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut out),
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // writing to a text does not fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// passlib's base64: a full stop in the place of the plus sign, and nothing at the end.
fn adapted(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes).replace('+', ".")
}

/// The salt of all digests, in the forms that the schemes have it.
struct Salt {
    bytes: [u8; 16],
    text: String,
}

fn bcrypt_of(letter: Letter, password: &[u8], salt: &Salt) -> Option<String> {
    let version = match letter {
        Letter::A => bcrypt::Version::TwoA,
        Letter::B => bcrypt::Version::TwoB,
        Letter::X => bcrypt::Version::TwoX,
        Letter::Y => bcrypt::Version::TwoY,
    };
    let parts = bcrypt::hash_with_salt(password, BCRYPT_COST, salt.bytes).ok()?;
    Some(parts.format_for_version(version))
}

/// passlib's: the salt of bcrypt is the key of an HMAC of the password.
fn bcrypt_hmac(password: &[u8], salt: &Salt) -> Option<String> {
    let own = bcrypt_of(Letter::B, b"", salt)?;
    let salt_text = &own[7..29];
    let mut mac = <hmac::Hmac<Sha256> as KeyInit>::new_from_slice(salt_text.as_bytes()).ok()?;
    hmac::Mac::update(&mut mac, password);
    let inner = STANDARD.encode(hmac::Mac::finalize(mac).into_bytes());
    let digest = bcrypt_of(Letter::B, inner.as_bytes(), salt)?;
    Some(format!("$bcrypt-sha256$v=2,t=2b,r={BCRYPT_COST}${salt_text}${}", &digest[29..]))
}

fn argon2_of(variant: Variant, password: &[u8], salt: &Salt) -> Option<String> {
    let (algorithm, name) = match variant {
        Variant::D => (argon2::Algorithm::Argon2d, "argon2d"),
        Variant::I => (argon2::Algorithm::Argon2i, "argon2i"),
        Variant::Id => (argon2::Algorithm::Argon2id, "argon2id"),
    };
    let params = argon2::Params::new(ARGON2_MEMORY, ARGON2_PASSES, 1, Some(32)).ok()?;
    let mut out = [0; 32];
    Argon2::new(algorithm, argon2::Version::V0x13, params)
        .hash_password_into(password, &salt.bytes, &mut out)
        .ok()?;
    let (salt, out) = (STANDARD_NO_PAD.encode(salt.bytes), STANDARD_NO_PAD.encode(out));
    Some(format!("${name}$v=19$m={ARGON2_MEMORY},t={ARGON2_PASSES},p=1${salt}${out}"))
}

fn scrypt_of(password: &[u8], salt: &[u8]) -> Option<[u8; 64]> {
    let params = scrypt::Params::new(SCRYPT_LOG_N, 8, 1).ok()?;
    let mut out = [0; 64];
    scrypt::scrypt(password, salt, &params, &mut out).ok()?;
    Some(out)
}

fn crypt_of(algorithm: sha_crypt::Algorithm, password: &[u8], salt: &Salt) -> Option<String> {
    let params = sha_crypt::Params::new(ROUNDS).ok()?;
    let hasher = sha_crypt::ShaCrypt::new(algorithm, params);
    let digest = hasher.hash_password_with_salt(password, &salt.bytes[..12]).ok()?;
    Some(digest.to_string())
}

/// ASP.NET Identity's, of its version 3 with the function by number, or of version 2.
fn identity_of(hash: Option<Hash>, password: &[u8], salt: &Salt) -> String {
    let mut bytes = vec![u8::from(hash.is_some())];
    if let Some(hash) = hash {
        let number = match hash {
            Hash::Sha1 => 0u32,
            Hash::Sha256 => 1,
            Hash::Sha512 => 2,
        };
        for word in [number, ROUNDS, 16] {
            bytes.extend(word.to_be_bytes());
        }
    }
    bytes.extend(salt.bytes);
    bytes.extend(pbkdf2(hash.unwrap_or(Hash::Sha1), password, &salt.bytes, ROUNDS, 32));
    STANDARD.encode(bytes)
}

fn salted(hash: Hash, password: &[u8], salt: &Salt) -> String {
    let both = [salt.text.as_bytes(), password].concat();
    let digest = match hash {
        Hash::Sha1 => hex(&Sha1::digest(&both)),
        Hash::Sha256 => hex(&Sha256::digest(&both)),
        Hash::Sha512 => hex(&Sha512::digest(&both)),
    };
    format!("{}${}${digest}", hash.name(), salt.text)
}

/// The digest of a password; `None` where the scheme's library refuses it.
fn digest(scheme: Scheme, password: &[u8], salt: &Salt) -> Option<String> {
    let text = &salt.text;
    Some(match scheme {
        Scheme::Bcrypt(letter) => bcrypt_of(letter, password, salt)?,
        Scheme::BcryptSha256 => {
            let inner = hex(&Sha256::digest(password));
            format!("bcrypt_sha256${}", bcrypt_of(Letter::B, inner.as_bytes(), salt)?)
        }
        Scheme::BcryptHmac => bcrypt_hmac(password, salt)?,
        Scheme::Argon2(variant) => argon2_of(variant, password, salt)?,
        Scheme::ScryptDjango => {
            let out = STANDARD.encode(scrypt_of(password, text.as_bytes())?);
            format!("scrypt${}${text}$8$1${out}", 1u32 << SCRYPT_LOG_N)
        }
        Scheme::ScryptPasslib => {
            let out = scrypt_of(password, &salt.bytes)?;
            let salt = STANDARD_NO_PAD.encode(salt.bytes);
            let out = STANDARD_NO_PAD.encode(&out[..32]);
            format!("$scrypt$ln={SCRYPT_LOG_N},r=8,p=1${salt}${out}")
        }
        Scheme::ScryptWerkzeug => {
            let out = hex(&scrypt_of(password, text.as_bytes())?);
            format!("scrypt:{}:8:1${text}${out}", 1u32 << SCRYPT_LOG_N)
        }
        Scheme::Pbkdf2Django(hash) => {
            let out = pbkdf2(hash, password, text.as_bytes(), ROUNDS, hash.length());
            format!("pbkdf2_{}${ROUNDS}${text}${}", hash.name(), STANDARD.encode(out))
        }
        Scheme::Pbkdf2Passlib(hash) => {
            let out = adapted(&pbkdf2(hash, password, &salt.bytes, ROUNDS, hash.length()));
            let name = match hash {
                Hash::Sha1 => String::new(),
                _ => format!("-{}", hash.name()),
            };
            format!("$pbkdf2{name}${ROUNDS}${}${out}", adapted(&salt.bytes))
        }
        Scheme::Pbkdf2Werkzeug(hash) => {
            let out = pbkdf2(hash, password, text.as_bytes(), ROUNDS, hash.length());
            format!("pbkdf2:{}:{ROUNDS}${text}${}", hash.name(), hex(&out))
        }
        Scheme::Identity3(hash) => identity_of(Some(hash), password, salt),
        Scheme::Identity2 => identity_of(None, password, salt),
        Scheme::Sha256Crypt => crypt_of(sha_crypt::Algorithm::Sha256Crypt, password, salt)?,
        Scheme::Sha512Crypt => crypt_of(sha_crypt::Algorithm::Sha512Crypt, password, salt)?,
        Scheme::Salted(hash) => salted(hash, password, salt),
    })
}

impl Rule for Password {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let (Some(known), Some((prefix, scheme))) = (&self.known, scheme(value)) else {
            return self.dead.rewrite(value, out);
        };
        let mut digests = self.digests.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let place = digests.iter().position(|(other, _)| *other == scheme);
        let place = place.unwrap_or_else(|| {
            digests.push((scheme, digest(scheme, known.expose().as_bytes(), &self.salt)));
            digests.len() - 1
        });
        match &digests[place].1 {
            Some(digest) if prefix.len() + digest.len() <= self.room => {
                out.push_str(prefix);
                out.push_str(digest);
                Ok(())
            }
            _ => self.dead.rewrite(value, out),
        }
    }
}
