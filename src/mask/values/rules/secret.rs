//! `secret`: a dead value of the same shape and alphabet.
//!
//! A well-known prefix stays, so that code that looks for it goes on, with `dead` in the place of
//! `live`, `prod` or `test`. Behind it, a long secret begins with `dead` (`0000` where it has digits
//! only), so that whoever finds it sees that it opens nothing. The rest comes from the keyed hash. A
//! short secret is permuted among all secrets of its shape.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Rule;
use super::url::Url;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::{Draw, Keyed};
use crate::mask::values::{CannotMask, Kind, Shape};

struct Secret {
    keyed: Keyed,
    alike: Alike,
    url: Url,
    room: usize,
    /// Nothing marks it as dead in front.
    distinct_first: bool,
}

/// The prefixes by which services mark their secrets, as their documentation has them.
const PREFIXES: &[&str] = &[
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "pk_test_",
    "whsec_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "GOCSPX-",
    "SG.",
    "key-",
    "npm_",
    "pypi-",
    "dop_v1_",
    "doo_v1_",
    "hvs.",
    "hvb.",
    "shpat_",
    "shpss_",
    "shpca_",
    "sq0atp-",
    "sq0csp-",
    "sk-ant-",
    "sk-proj-",
    "sk-",
    "HRKU-",
    "xkeysib-",
    "rubygems_",
    "dckr_pat_",
    "lin_api_",
    "figd_",
    "pat-",
    "secret_",
    "ntn_",
    "phc_",
    "phx_",
    "EAAA",
    "Bearer ",
    "Basic ",
    "Token ",
    "\\x",
];

/// Behind its mark, a dead secret has at least this many letters and digits of the hash.
const LONG: usize = 20;
/// The length of the mark.
const DEAD: usize = 4;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let fits = shape.kind.is_textual()
        || matches!(shape.kind, Kind::Bytea | Kind::Integer(_) | Kind::Numeric);
    if !fits {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    let room = shape.max_chars.unwrap_or(usize::MAX);
    Ok(Box::new(Secret {
        keyed: keyed.apart("secret"),
        alike,
        url: Url::new(keyed, shape),
        room,
        distinct_first: shape.distinct_first,
    }))
}

/// The bytes that prefixes begin with.
const BEGINNINGS: [bool; 256] = {
    let mut beginnings = [false; 256];
    let mut at = 0;
    while at < PREFIXES.len() {
        beginnings[PREFIXES[at].as_bytes()[0] as usize] = true;
        at += 1;
    }
    beginnings
};

/// The prefix that stays, and the rest.
fn split(value: &str) -> (&'static str, &str) {
    let Some(first) = value.as_bytes().first().filter(|first| BEGINNINGS[usize::from(**first)])
    else {
        return ("", value);
    };
    for prefix in PREFIXES {
        // most have another first letter: this is quicker than to compare the texts
        if prefix.as_bytes().first() == Some(first)
            && let Some(rest) = value.strip_prefix(prefix)
            && rest.len() >= 8
        {
            return (prefix, rest);
        }
    }
    ("", value)
}

impl Rule for Secret {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if value.starts_with("-----BEGIN ") {
            self.pem(value, out);
            return Ok(());
        }
        if let Some(signature) = signature_of(value) {
            let start = out.len();
            self.jwt(value, signature.len(), out);
            if out.len() - start <= self.room {
                return Ok(());
            }
            out.truncate(start);
        }
        if value.contains(':') && value.contains("://") {
            return self.url.rewrite(value, out);
        }
        let (prefix, rest) = split(value);
        for (at, part) in prefix.split('_').enumerate() {
            if at > 0 {
                out.push('_');
            }
            out.push_str(if matches!(part, "live" | "test") { "dead" } else { part });
        }
        let start = out.len();
        self.alike.rewrite(rest, out)?;
        if !self.distinct_first {
            mark(out, start);
        }
        Ok(())
    }
}

/// Writes `dead` over the first letters and digits of a long secret.
fn mark(out: &mut String, start: usize) {
    if !out.is_ascii() {
        return;
    }
    let (mut count, mut lower, mut upper) = (0, false, false);
    // where the first letters and digits end
    let mut end = start;
    for (at, byte) in out.bytes().enumerate().skip(start) {
        if byte.is_ascii_alphanumeric() {
            count += 1;
            if count == DEAD {
                end = at + 1;
            }
        }
        lower |= byte.is_ascii_lowercase();
        upper |= byte.is_ascii_uppercase();
    }
    if count < LONG + DEAD {
        return;
    }
    let word = match (lower, upper) {
        (true, _) => "dead",
        (false, true) => "DEAD",
        (false, false) => "0000",
    };
    let mut letters = word.chars();
    let dead = |letter: char| match letter.is_ascii_alphanumeric().then(|| letters.next()) {
        Some(Some(dead)) => dead,
        _ => letter,
    };
    let marked: String = out[start..end].chars().map(dead).collect();
    out.replace_range(start..end, &marked);
}

/// The alphabet of base64, its two signs aside.
const BASE64: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn push_base64(draw: &mut Draw, out: &mut String, count: usize) {
    for _ in 0..count {
        out.push(char::from(draw.pick(BASE64)));
    }
}

/// The signature of a JSON web token: its header and its payload are JSON in base64.
fn signature_of(value: &str) -> Option<&str> {
    let rest = value.strip_prefix("eyJ")?;
    let (_, rest) = rest.split_once('.')?;
    let (_, signature) = rest.strip_prefix("eyJ")?.split_once('.')?;
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    signature.bytes().all(base64).then_some(signature)
}

impl Secret {
    /// A token that expired in 1970, for nobody, with a signature that no key makes.
    fn jwt(&self, value: &str, signature: usize, out: &mut String) {
        let mut draw = self.keyed.draw(value.as_bytes());
        let mut payload = String::from(r#"{"sub":"dead","exp":1,"jti":""#);
        draw.readable(&mut payload, 16);
        payload.push_str(r#""}"#);
        URL_SAFE_NO_PAD.encode_string(r#"{"alg":"HS256","typ":"JWT"}"#, out);
        out.push('.');
        URL_SAFE_NO_PAD.encode_string(&payload, out);
        out.push('.');
        push_base64(&mut draw, out, signature);
    }

    /// The same lines, and nothing in them.
    fn pem(&self, value: &str, out: &mut String) {
        let mut draw = self.keyed.draw(value.as_bytes());
        let mut letters = "dead".chars();
        for line in value.split_inclusive('\n') {
            if line.starts_with("-----") || line.contains(": ") {
                out.push_str(line);
                continue;
            }
            for letter in line.chars() {
                if letter.is_alphanumeric() || matches!(letter, '+' | '/') {
                    match letters.next() {
                        Some(letter) => out.push(letter),
                        None => push_base64(&mut draw, out, 1),
                    }
                } else {
                    out.push(letter);
                }
            }
        }
    }
}
