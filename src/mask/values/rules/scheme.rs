//! The schemes of password digests, and how each is recognised.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a password is digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// With the letter of its version.
    Bcrypt(Letter),
    /// Django's: of the hexadecimal SHA-256 of the password.
    BcryptSha256,
    /// passlib's: of an HMAC of the password.
    BcryptHmac,
    Argon2(Variant),
    /// Django's, passlib's and werkzeug's spellings.
    ScryptDjango,
    ScryptPasslib,
    ScryptWerkzeug,
    Pbkdf2Django(Hash),
    /// passlib's. Elixir's library writes the same.
    Pbkdf2Passlib(Hash),
    Pbkdf2Werkzeug(Hash),
    Identity3(Hash),
    Identity2,
    Sha256Crypt,
    Sha512Crypt,
    /// `sha1$salt$digest` and `md5`'s successors: one round over salt and password.
    Salted(Hash),
}

/// The letter of `$2b$`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letter {
    A,
    B,
    X,
    Y,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    D,
    I,
    Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    const ALL: [(Hash, &'static str, usize); 3] =
        [(Hash::Sha1, "sha1", 20), (Hash::Sha256, "sha256", 32), (Hash::Sha512, "sha512", 64)];

    pub(super) fn name(self) -> &'static str {
        Hash::ALL.iter().find(|(hash, ..)| *hash == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn length(self) -> usize {
        Hash::ALL.iter().find(|(hash, ..)| *hash == self).map_or(0, |(.., length)| *length)
    }

    fn named(name: &str) -> Option<Hash> {
        Hash::ALL.iter().find(|(_, known, _)| *known == name).map(|(hash, ..)| *hash)
    }
}

/// What a digest says of its scheme; the text in front of it stays (`{bcrypt}`, `argon2`).
pub(super) fn scheme(value: &str) -> Option<(&str, Scheme)> {
    // of Spring, Dovecot and LDAP
    if let Some(rest) = value.strip_prefix('{')
        && let Some((name, digest)) = rest.split_once('}')
    {
        let (_, scheme) = scheme(digest)?;
        return Some((&value[..name.len() + 2], scheme));
    }
    if let Some(digest) = value.strip_prefix("bcrypt_sha256$") {
        return digest.starts_with("$2").then_some(("", Scheme::BcryptSha256));
    }
    for prefix in ["bcrypt$", "argon2"] {
        if let Some(digest) = value.strip_prefix(prefix)
            && digest.starts_with('$')
        {
            return scheme(digest).map(|(_, scheme)| (prefix, scheme));
        }
    }
    let letters = [('a', Letter::A), ('b', Letter::B), ('x', Letter::X), ('y', Letter::Y)];
    if let Some(rest) = value.strip_prefix("$2")
        && value.len() == 60
    {
        let version = letters.iter().find(|(letter, _)| rest.starts_with(*letter));
        return version.map(|(_, version)| ("", Scheme::Bcrypt(*version)));
    }
    let variants =
        [("$argon2id$", Variant::Id), ("$argon2i$", Variant::I), ("$argon2d$", Variant::D)];
    if let Some((_, variant)) = variants.iter().find(|(prefix, _)| value.starts_with(prefix)) {
        return Some(("", Scheme::Argon2(*variant)));
    }
    if value.starts_with("$bcrypt-sha256$v=2") {
        return Some(("", Scheme::BcryptHmac));
    }
    if value.starts_with("$scrypt$ln=") {
        return Some(("", Scheme::ScryptPasslib));
    }
    if value.starts_with("$5$") {
        return Some(("", Scheme::Sha256Crypt));
    }
    if value.starts_with("$6$") {
        return Some(("", Scheme::Sha512Crypt));
    }
    if value.starts_with("$pbkdf2$") {
        return Some(("", Scheme::Pbkdf2Passlib(Hash::Sha1)));
    }
    if let Some(rest) = value.strip_prefix("$pbkdf2-") {
        let (name, _) = rest.split_once('$')?;
        return Some(("", Scheme::Pbkdf2Passlib(Hash::named(name)?)));
    }
    if let Some(rest) = value.strip_prefix("pbkdf2_") {
        let (name, _) = rest.split_once('$')?;
        return Some(("", Scheme::Pbkdf2Django(Hash::named(name)?)));
    }
    if let Some(rest) = value.strip_prefix("pbkdf2:") {
        let name = rest.split([':', '$']).next()?;
        return Some(("", Scheme::Pbkdf2Werkzeug(Hash::named(name)?)));
    }
    if value.starts_with("scrypt:") {
        return Some(("", Scheme::ScryptWerkzeug));
    }
    if value.starts_with("scrypt$") {
        return Some(("", Scheme::ScryptDjango));
    }
    if let Some((name, rest)) = value.split_once('$')
        && rest.matches('$').count() == 1
        && let Some(hash) = Hash::named(name)
    {
        return Some(("", Scheme::Salted(hash)));
    }
    identity(value).map(|scheme| ("", scheme))
}

/// The digests of ASP.NET Identity are bytes in base64, and the first says the version.
fn identity(value: &str) -> Option<Scheme> {
    if !matches!(value.len(), 68 | 84 | 112) {
        return None;
    }
    let bytes = STANDARD.decode(value).ok()?;
    match (bytes.first(), bytes.len()) {
        (Some(0), 49) => Some(Scheme::Identity2),
        (Some(1), 61 | 81) => {
            let hash = match u32::from_be_bytes(bytes[1..5].try_into().ok()?) {
                0 => Hash::Sha1,
                1 => Hash::Sha256,
                2 => Hash::Sha512,
                _ => return None,
            };
            Some(Scheme::Identity3(hash))
        }
        _ => None,
    }
}
