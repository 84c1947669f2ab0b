//! Digests of passwords, tokens, keys, and text that looks random.

const DIGESTS: &[&str] = &[
    "$2a$",
    "$2b$",
    "$2y$",
    "$2x$",
    "$argon2",
    "$scrypt",
    "$pbkdf2",
    "$1$",
    "$5$",
    "$6$",
    "$y$",
    "$7$",
    "$gy$",
    "$apr1$",
    "$P$",
    "$H$",
    "$S$",
    "$sha1$",
    "$bcrypt",
    "pbkdf2_sha",
    "pbkdf2:sha",
    "scrypt:",
    "scrypt$",
    "bcrypt$",
    "bcrypt_sha256$",
    "argon2$",
    "sha1$",
    "md5$",
    "SCRAM-SHA-",
    "{SSHA",
    "{SHA",
    "{MD5}",
    "{SMD5}",
    "{CRYPT}",
    "{ARGON2",
    "{PBKDF2",
    "{bcrypt}",
    "{argon2",
    "{scrypt",
    "{pbkdf2",
    "{sha",
    "{MD4}",
    "$DCC2$",
    "$md5$",
    "$bf$",
    "$krb5",
    "$NT$",
    "$3$",
    "$8$",
    "$9$",
];

/// A password's digest in a scheme that is known by its beginning.
pub(super) fn is_digest(value: &str) -> bool {
    // a time may stand before it
    let bare = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    value.len() >= 24
        && !value.contains(' ')
        && DIGESTS.iter().any(|beginning| {
            value.starts_with(beginning)
                || beginning.starts_with('$') && bare.starts_with(beginning)
        })
        || is_of_mysql(value)
}

fn is_of_mysql(value: &str) -> bool {
    let digits = value.strip_prefix('*').filter(|digits| digits.len() == 40);
    digits.is_some_and(|digits| {
        digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
    })
}

const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "glrt-",
    "gldt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxe-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "whsec_",
    "cus_",
    "pm_",
    "card_",
    "ba_",
    "acct_",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "SG.",
    "npm_",
    "pypi-",
    "dop_v1_",
    "shpat_",
    "shpss_",
    "sq0",
    "hf_",
    "sk-",
    "glsa_",
    "xkeysib-",
    "EAAC",
    "1//0",
    "ExponentPushToken[",
    "key-",
    "r8_",
    "lin_api_",
];

/// A token of a well-known service.
pub(super) fn is_token(value: &str) -> bool {
    let short =
        ["cus_", "pm_", "card_", "ba_", "acct_"].iter().any(|known| value.starts_with(known));
    value.len() >= if short { 12 } else { 18 }
        && !value.contains(char::is_whitespace)
        && (TOKENS.iter().any(|beginning| value.starts_with(beginning))
            || value.contains(":APA91b")
            || is_live(value)
            || is_hex_with_a_sign(value))
}

/// `rzp_live_…`: the service, the purpose, and the token.
fn is_live(value: &str) -> bool {
    let modes = ["_live_", "_test_", "_prod_", "_sandbox_", "_secret_"];
    modes.iter().any(|mode| {
        let Some((service, rest)) = value.split_once(mode) else { return false };
        service.len() <= 12
            && service.bytes().all(|b| b.is_ascii_alphanumeric())
            && rest.len() >= 10
            && rest.bytes().all(|b| b.is_ascii_alphanumeric())
            && rest.bytes().any(|b| b.is_ascii_digit())
    })
}

/// `AC…` and `SK…` of Twilio, `dapi…` of Databricks, `…-us5` of Mailchimp.
fn is_hex_with_a_sign(value: &str) -> bool {
    let hex = |text: &str| text.len() == 32 && is_hex(text);
    let begins = ["AC", "SK", "dapi"].iter().any(|sign| value.strip_prefix(sign).is_some_and(hex));
    let ends = value.rsplit_once("-us").is_some_and(|(digits, centre)| {
        hex(digits) && centre.len() <= 2 && centre.bytes().all(|b| b.is_ascii_digit())
    });
    begins || ends
}

pub(super) fn is_jwt(value: &str) -> bool {
    let value = value.strip_prefix("Bearer ").unwrap_or(value);
    value.starts_with("eyJ")
        && value.len() >= 40
        && value.matches('.').count() >= 2
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=".contains(&b))
}

pub(super) fn is_private_key(value: &str) -> bool {
    value.contains("-----BEGIN") && value.contains("PRIVATE KEY") || is_ssh_key(value)
}

/// A key of a person for SSH: its comment often names the person.
fn is_ssh_key(value: &str) -> bool {
    ["ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-", "sk-ssh-", "PuTTY-User-Key"]
        .iter()
        .any(|beginning| value.starts_with(beginning))
}

pub(super) fn is_public_key(value: &str) -> bool {
    value.contains("-----BEGIN PUBLIC KEY") || value.contains("-----BEGIN CERTIFICATE")
}

/// A digest or a token in hexadecimal digits.
pub(super) fn is_hex(value: &str) -> bool {
    matches!(value.len(), 16 | 20 | 24 | 32 | 40 | 48 | 56 | 64 | 80 | 96 | 128)
        && value.bytes().all(|b| b.is_ascii_hexdigit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && value.bytes().any(|b| b.is_ascii_digit())
}

pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(index, b)| match index {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Long, without words, and of several kinds of characters in no order.
pub(super) fn is_random(value: &str) -> bool {
    // ids that a payment service gives to things
    const OF_THINGS: &[&str] =
        &["sub_", "prod_", "price_", "in_", "ch_", "pi_", "evt_", "plan_", "si_", "txn_"];
    if OF_THINGS.iter().any(|beginning| value.starts_with(beginning)) {
        return false;
    }
    if !(12..=4096).contains(&value.len()) || is_uuid(value) {
        return false;
    }
    if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=_-.~:".contains(&b)) {
        return false;
    }
    let kind = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let head: Vec<u8> = value.trim_end_matches('=').bytes().take(200).collect();
    let mut counts = [0usize; 4];
    for b in &head {
        counts[kind(*b)] += 1;
    }
    let turns = head.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    // the first letter of a word in capitals turns twice for a word of five letters
    let often = |per_cent: usize| turns * 100 >= head.len() * per_cent;
    let letters = counts[0] + counts[1];
    let sparse = counts[3] * 12 <= head.len();
    match (counts[0] > 0, counts[1] > 0, counts[2] > 0) {
        (true, true, true) => sparse && counts[0] >= 3 && counts[1] >= 3 && often(30),
        (true, true, false) => {
            head.len() >= 24 && sparse && counts[0].min(counts[1]) * 4 >= letters && often(35)
        }
        (true, false, true) | (false, true, true) => {
            head.len() >= 20
                && counts[3] == 0
                && counts[2] * 5 >= head.len()
                && letters * 3 >= head.len()
                && often(30)
        }
        _ => false,
    }
}

/// Where services take messages from whoever knows the rest of the URL.
const HOOKS: &[&str] = &[
    "hooks.slack.com/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "hooks.zapier.com/",
    "outlook.office.com/webhook",
    "hook.integromat.com/",
    "maker.ifttt.com/trigger/",
    "api.telegram.org/bot",
    "chat.googleapis.com/v1/spaces/",
    "oapi.dingtalk.com/robot/",
    "open.feishu.cn/open-apis/bot/",
];

/// A URL with a token in its path or query. A file's name may be random, too.
pub(super) fn has_token(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    if HOOKS.iter().any(|hook| rest.starts_with(hook)) {
        return true;
    }
    let mut parts = rest.split(['/', '?', '&', '=', '#']).skip(1);
    parts.any(|part| part.len() >= 18 && !part.contains('.') && (is_random(part) || is_token(part)))
}

/// A seed of one-time passwords: base32.
pub(super) fn is_otp_seed(value: &str) -> bool {
    matches!(value.len(), 16 | 20 | 24 | 26 | 32 | 40 | 52 | 56 | 64)
        && value.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'))
        && value.bytes().filter(u8::is_ascii_digit).count() * 20 >= value.len()
        && !value.bytes().take(8).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_random_is_told_from_words_and_numbers() {
        for good in
            ["kJ8sQ2mZx0LpWv7RtYbN", "q8z0k3m1x7c9v2b4n6a5s1d3", "Zm9vYmFyYmF6cXV4+/8x3kQw=="]
        {
            assert!(is_random(good), "{good}");
        }
        let words = [
            "registry.example.com/app:1.2",
            "getting-started-with-containers-12",
            "RuntimeException",
            "SendEmailJobRunner",
            "2024-03-12T10:00:00",
            "R123456789012345",
            "1Z12345678901234567",
            "users.email.label",
            "0001_initial_migration",
        ];
        for bad in words {
            assert!(!is_random(bad), "{bad}");
        }
        for token in [
            concat!("AC", "0123456789abcdef0123456789abcdef"),
            concat!("0123456789abcdef0123456789abcdef", "-us12"),
            concat!("rzp", "_live_", "a8Jk2LmN4pQr6S"),
        ] {
            assert!(is_token(token), "{token}");
        }
        assert!(!is_token("unit_test_runner_configuration") && !is_token("my_test_suite"));
        assert!(is_digest("*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9"));
        assert!(is_digest("{SMD5}4QWGWZpj9GCmfuqEvm8HtZhZS6E="));
        assert!(is_otp_seed("JBSWY3DPEHPK3PXP") && !is_otp_seed("ABCDEFGHIJKLMNOP"));
        assert!(
            is_hex("d41d8cd98f00b204e9800998ecf8427e")
                && !is_hex("12345678901234567890123456789012")
        );
    }
}
