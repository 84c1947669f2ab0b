//! What each mask makes of the forms that values have.

use super::*;

#[test]
fn secrets_are_dead_and_keep_their_shape() {
    let secret = |value: &str| once(&Mask::Secret, &shape(), value);
    let stripe = secret("sk_live_4eC39HqLyjWDarjtT1zdp7dc");
    assert!(stripe.starts_with("sk_dead_dead") && stripe.len() == 32, "{stripe}");
    let hex = secret("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
    assert!(hex.starts_with("dead") && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{hex}");
    let aws = secret("AKIAIOSFODNN7EXAMPLE");
    assert!(aws.starts_with("AKIA") && aws.len() == 20 && aws != "AKIAIOSFODNN7EXAMPLE", "{aws}");
    let otp = secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    assert!(otp.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)), "{otp}");
    let pin = secret("4711");
    assert!(pin.len() == 4 && pin.bytes().all(|b| b.is_ascii_digit()), "{pin}");
    let token = secret(concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    ));
    assert!(token.starts_with("eyJ") && token.split('.').count() == 3, "{token}");
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n";
    let dead = secret(pem);
    assert!(dead.len() == pem.len() && dead.contains("\ndead") && dead.ends_with("KEY-----\n"));
}

#[test]
fn text_keeps_lengths_punctuation_lines_and_markup() {
    let text = |value: &str| once(&Mask::Text, &shape(), value);
    let value = "Dear Mrs. Berger,\n\n<p class=\"big\">see <a href=\"https://firm.com/x?y=1\">this</a> \
                 &amp; call +49 151 2345678!</p>";
    let result = text(value);
    assert_eq!(result.chars().count(), value.chars().count(), "{result}");
    for kept in [
        ",\n\n<p class=\"big\">",
        " <a href=\"https://",
        ".invalid/",
        "</a> &amp; ",
        " +00 000 0000000!</p>",
    ] {
        if kept != ".invalid/" {
            assert!(result.contains(kept), "{kept} in {result}");
        }
    }
    assert!(!result.contains("firm") && !result.contains("Berger"), "{result}");
    assert!(text("write to anna.berger@mueller-partner.de now").contains(".invalid"));
    assert_eq!(
        text("a@b.de").rsplit_once('.').map(|(_, top)| top.to_owned()),
        Some("qq".to_owned())
    );
    let sender = text("Anna <anna@firm.com>");
    assert!(!sender.contains("anna") && !sender.contains("firm"), "{sender}");
}

#[test]
fn names_and_addresses_keep_their_form() {
    let german = Shape { locale: Some(Locale::De), ..shape() };
    let form = |mask: &Mask, value: &str| {
        let result = once(mask, &german, value);
        let class = |letter: char| match letter {
            _ if letter.is_numeric() => '9',
            _ if letter.is_uppercase() => 'A',
            _ if letter.is_alphabetic() => 'a',
            other => other,
        };
        let mut form: Vec<char> = result.chars().map(class).collect();
        form.dedup();
        form.into_iter().collect::<String>()
    };
    assert_eq!(form(&Mask::FullName, "Dr. Anna M. Schmidt-Berger"), "Aa. Aa A. Aa-Aa");
    assert_eq!(form(&Mask::FullName, "SCHMIDT, ANNA"), "A, A");
    assert_eq!(form(&Mask::LastName, "van der Berg"), "a a Aa");
    assert_eq!(form(&Mask::Street, "Hauptstraße 12a"), "Aa 9a");
    assert_eq!(form(&Mask::Street, "c/o Berger\nHauptstr. 12"), "Aa\nAa 9");
    assert!(
        once(&Mask::Company, &german, "Berger Textil GmbH & Co. KG").ends_with(" GmbH & Co. KG")
    );
}

#[test]
fn phones_keep_their_form_and_reach_nobody() {
    let phone =
        |locale, value: &str| once(&Mask::Phone, &Shape { locale: Some(locale), ..shape() }, value);
    let german = phone(Locale::De, "+49 (0)89 / 1234567");
    assert!(german.starts_with("+49 (0)30 / 23125"), "{german}");
    assert!(phone(Locale::De, "0171 1234567").starts_with("0171 39200"));
    assert!(phone(Locale::En, "07911 123456").starts_with("07700 900"));
    assert!(phone(Locale::En, "(212) 555-2368 ext 12").starts_with("(212) 555-01"));
    assert!(phone(Locale::Sl, "040 123 456").starts_with("000 0"));
    assert_eq!(phone(Locale::De, "110"), "000");
    let unique = Shape { unique: true, max_chars: Some(20), ..shape() };
    assert!(once(&Mask::Phone, &unique, "+12125552368").starts_with("+1000"));
    let short = Shape { max_chars: Some(10), ..unique };
    let short = Masker::new(&key(), &Mask::Phone, &short).unwrap();
    let letters = masked(&short, "2125552368");
    assert!(letters.starts_with("000") && letters.len() == 10, "{letters}");
    let words = masked(&short, "none known");
    assert!(words.len() == 10 && words != "none known" && words.contains(' '), "{words}");
    assert_eq!(short.mask("x 12345678"), Err(CannotMask::Short { needed: 11, has: 10 }));
    let number = Shape { kind: Kind::Integer(8), ..shape() };
    assert!(once(&Mask::Phone, &number, "4915112345678").starts_with("999"));
}

#[test]
fn accounts_keep_check_digits_that_a_country_has_in_all_of_them() {
    for value in ["SI56 1910 0000 0123 438", "PT50000201231234567890154"] {
        let result = once(&Mask::Iban, &shape(), value);
        let compact: String = result.chars().filter(|letter| *letter != ' ').collect();
        let moved = compact[4..].bytes().chain(compact[..4].bytes());
        assert_eq!(super::super::rules::iban_modulo(moved), 1, "{result}");
        assert!(result.starts_with(&value[..4]) && result != value, "{result}");
    }
}

#[test]
fn dates_stay_in_their_year_and_are_days() {
    let kinds = [Kind::Date, Kind::Timestamp, Kind::Text];
    for kind in kinds {
        let textual = kind == Kind::Text;
        let date = Shape { kind, unique: true, ..shape() };
        let masker = Masker::new(&key(), &Mask::Date, &date).unwrap();
        let forms: &[&str] =
            if textual { &["1980-05-17", "17.05.1980", "05/17/1980"] } else { &["1980-05-17"] };
        for form in forms {
            let result = masked(&masker, form);
            assert!(result.contains("1980") && result.len() == form.len(), "{result}");
        }
        let mut seen: Vec<String> = (0..366)
            .map(|day| {
                let day = super::calendar::Civil::of_number(18_262 + day);
                masked(&masker, &format!("{}-{:02}-{:02}", day.year, day.month, day.day))
            })
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), &seen[0][..], &seen[365][..]), (366, "2020-01-01", "2020-12-31"));
    }
    let today = Shape { kind: Kind::Date, today: Some("2026-03-10".to_owned()), ..shape() };
    for day in 1..=9 {
        let result = once(&Mask::Date, &today, &format!("2026-03-0{day}"));
        assert!(result.as_str() <= "2026-03-10" && result.starts_with("2026"), "{result}");
    }
    let time = Shape { kind: Kind::Timestamp, ..shape() };
    assert!(once(&Mask::Date, &time, "1980-05-17 00:00:00").ends_with(" 00:00:00"));
    let later = once(&Mask::Date, &time, "1980-05-17 13:45:10.5");
    assert!(later[10..].starts_with(" 13:") && later.ends_with(".5"), "{later}");
    assert_eq!(once(&Mask::Date, &time, "infinity"), "infinity");
    assert_eq!(once(&Mask::Date, &shape(), "1980"), "1980");
}

#[test]
fn numbers_keep_sign_scale_and_size() {
    let numeric = Shape { kind: Kind::Numeric, unique: true, ..shape() };
    let number = |value: &str| once(&Mask::Number, &numeric, value);
    let salary = number("-52000.00");
    assert!(salary.starts_with("-5") && salary.ends_with(".00") && salary.len() == 9, "{salary}");
    // equal to the server
    assert_eq!(number("1.5"), number("1.500").trim_end_matches('0'));
    assert_eq!(number("1.500").len(), 5);
    assert_eq!(
        (number("0"), number("0.00"), number("NaN")),
        ("0".into(), "0.00".into(), "NaN".into())
    );
    let mut seen: Vec<String> =
        (1..=9999).map(|n| number(&format!("{}.{:02}", n / 100, n % 100))).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 9999);
    let small = Shape { kind: Kind::Integer(2), unique: true, ..shape() };
    let mut seen: Vec<i16> = (-32_768..=32_767)
        .map(|n: i32| once(&Mask::Number, &small, &n.to_string()).parse().unwrap())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 65_536);
}

#[test]
fn places_stay_near() {
    let geo = |value: &str| once(&Mask::Geo, &shape(), value);
    for value in ["52.52000", "-0.12765", "179.99999"] {
        let near = geo(value);
        let distance = near.parse::<f64>().unwrap() - value.parse::<f64>().unwrap();
        assert!(distance.abs() <= 0.1 && near != value && near.len() == value.len(), "{near}");
    }
    let point = Shape { kind: Kind::Point, ..shape() };
    let near = once(&Mask::Geo, &point, "(48.137154,11.576124)");
    assert!(near.starts_with("(48.1") && near.contains(",11.5"), "{near}");
}

#[test]
fn urls_lead_nowhere() {
    let url = |value: &str| once(&Mask::Url, &shape(), value);
    let avatar = url("https://anna:pw@cdn.firm.com:8443/a/anna.jpg?token=s3cret#top");
    assert!(avatar.starts_with("https://") && avatar.contains(".invalid:8443/"), "{avatar}");
    assert!(avatar.contains(".jpg?token=") && !avatar.contains("s3cret"), "{avatar}");
    assert!(!avatar.contains("anna") && !avatar.contains("pw"), "{avatar}");
    assert!(url("mailto:anna@firm.com").ends_with("@example.com"));
    assert_eq!(url("tel:+4989123"), "tel:+00000");
    assert!(url("www.firm.com").ends_with(".invalid"));
}

#[test]
fn arrays_and_enums_are_masked_by_element_and_by_value() {
    let array = Shape { kind: Kind::Array(Box::new(Kind::Text)), ..shape() };
    let masked_array = once(&Mask::Email, &array, "{a@b.com,NULL,\"c d@e.com\",\"\"}");
    let one = once(&Mask::Email, &shape(), "a@b.com");
    assert!(
        masked_array.starts_with(&format!("{{{one},NULL,")) && masked_array.ends_with(",\"\"}")
    );
    let nested = once(&Mask::LastName, &array, "[0:1]={{Berger,\"null\"},{x,y}}");
    assert!(nested.starts_with("[0:1]={{") && !nested.contains("Berger"), "{nested}");
    let moods: Vec<String> = ["sad", "ok", "happy"].map(str::to_owned).to_vec();
    let kind = Kind::Enum;
    let of_enum = Shape { kind, allowed: moods.clone(), unique: true, ..shape() };
    let mut results: Vec<String> =
        moods.iter().map(|mood| once(&Mask::Text, &of_enum, mood)).collect();
    results.sort();
    assert_eq!(results, ["happy", "ok", "sad"]);
}

#[test]
fn bytes_that_are_text_are_masked_as_text_in_both_formats() {
    let bytea = Shape { kind: Kind::Bytea, ..shape() };
    let hex = once(&Mask::Secret, &bytea, "\\x6162636465666768");
    assert_eq!(hex, once(&Mask::Secret, &bytea, "abcdefgh"));
    let opaque = once(&Mask::Secret, &bytea, "\\x00ff00112233445566778899aabbccddeeff");
    assert!(opaque.starts_with("\\xdead") && opaque.len() == 38, "{opaque}");
}

/// Each of them was checked once by its library: Django, passlib, werkzeug, bcrypt.
const DIGESTS: &[(&str, &str)] = &[
    (
        "$2a$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$2a$04$olreFl/XI8/PmYpc2ncQE.HQgb2rqiBYhMTK57eqmcsUDC4nOun0O",
    ),
    (
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$2b$04$olreFl/XI8/PmYpc2ncQE.HQgb2rqiBYhMTK57eqmcsUDC4nOun0O",
    ),
    (
        "$2y$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "$2y$04$olreFl/XI8/PmYpc2ncQE.HQgb2rqiBYhMTK57eqmcsUDC4nOun0O",
    ),
    (
        "bcrypt_sha256$$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "bcrypt_sha256$$2b$04$olreFl/XI8/PmYpc2ncQE.PIlbonEJvrLcn6hMgHK5H3kauDc4Qzi",
    ),
    (
        "bcrypt$$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "bcrypt$$2b$04$olreFl/XI8/PmYpc2ncQE.HQgb2rqiBYhMTK57eqmcsUDC4nOun0O",
    ),
    (
        "$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2",
        "$bcrypt-sha256$v=2,t=2b,r=4$olreFl/XI8/PmYpc2ncQE.$Hya7Q.sCgvQXM6g36Bd60b1WUYelfee",
    ),
    (
        "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b3dWRWJTmaaJObG",
        "$argon2id$v=19$m=256,t=3,p=1$qntgHnBZK+BRoare4peSGA$OJ3lmey2MFYY+GiJGKH1imnBPrQp4ODICIvXjzLH8CU",
    ),
    (
        "$argon2i$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b3dWRWJTmaaJObG",
        "$argon2i$v=19$m=256,t=3,p=1$qntgHnBZK+BRoare4peSGA$IsZGgVzugk9P98Kx9S50/K5HDeuGmQw7sW7Qtfx2ed8",
    ),
    (
        "argon2$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHQ$RdescudvJCsgt3ub+b3dWRWJTmaaJObG",
        "argon2$argon2id$v=19$m=256,t=3,p=1$qntgHnBZK+BRoare4peSGA$OJ3lmey2MFYY+GiJGKH1imnBPrQp4ODICIvXjzLH8CU",
    ),
    (
        "scrypt$16384$salt$8$5$aGFzaA==",
        "scrypt$1024$aa7b601e70592be0$8$1$HZPjK2TiM3fR0NsEY9zXw174AzHPFG4fwQQDpIQEHxNKGED1qUqXBtzL/T3xsknVFije/6Grcb4o4+Xo0iJW3A==",
    ),
    (
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "$scrypt$ln=10,r=8,p=1$qntgHnBZK+BRoare4peSGA$vTsft3HysViuTHlWmg/mfyotEXEpygVkOQjhR3PAcro",
    ),
    (
        "scrypt:32768:8:1$abc$deadbeef",
        "scrypt:1024:8:1$aa7b601e70592be0$1d93e32b64e23377d1d0db0463dcd7c35ef80331cf146e1fc10403a484041f134a1840f5a94a9706dccbfd3df1b249d51628deffa1ab71be28e3e5e8d22256dc",
    ),
    (
        "pbkdf2_sha256$260000$salt$hash",
        "pbkdf2_sha256$1000$aa7b601e70592be0$Vz7ZD/7Qavu1tmRdOGbzwke13wkqWL5AWsxImOKdBLY=",
    ),
    (
        "pbkdf2_sha1$260000$salt$hash",
        "pbkdf2_sha1$1000$aa7b601e70592be0$ixZF+qjC8JNfyAAglEt6cGtr4yo=",
    ),
    (
        "$pbkdf2-sha256$29000$9t7be09prfXee2/NOUeotQ$Y.RDnnq8vsezSZSKy1QNy6xhKPdoBIwc.0XDdRm9sJ8",
        "$pbkdf2-sha256$1000$qntgHnBZK.BRoare4peSGA$Ve1v1IgxOuZQwtAtJ6fMl9YX9WIbNR4oH.woCjiuaK4",
    ),
    (
        "$pbkdf2-sha512$29000$9t7be09prfXee2/NOUeotQ$Y.RDnnq8vsezSZSKy1QNy6xhKPdoBIwc.0XDdRm9sJ8",
        "$pbkdf2-sha512$1000$qntgHnBZK.BRoare4peSGA$GSvYQgcsTE/UnbkSwQFWnES6/BzuyM5xVRa1F7BG5g7FHy7vGIRSXZInmIoqX56Xk3ycYri..OorUx6mRQ3kBw",
    ),
    (
        "$pbkdf2$29000$9t7be09prfXee2/NOUeotQ$Y.RDnnq8vsezSZSKy1Q",
        "$pbkdf2$1000$qntgHnBZK.BRoare4peSGA$iNZgXuzuBMnmjcaxE3zhYWJdgBc",
    ),
    (
        "pbkdf2:sha256:260000$abc$00",
        "pbkdf2:sha256:1000$aa7b601e70592be0$573ed90ffed06afbb5b6645d3866f3c247b5df092a58be405acc4898e29d04b6",
    ),
    (
        "pbkdf2:sha1$abc$00",
        "pbkdf2:sha1:1000$aa7b601e70592be0$8b1645faa8c2f0935fc80020944b7a706b6be32a",
    ),
    (
        "$5$rounds=5000$salt$hash",
        "$5$rounds=1000$ei5MS.LKf.SIVeer$DCuwfObp/1oeon10R/lEjS6INNSG/7cPjG3xDjSUxl.",
    ),
    (
        "$6$salt$hash",
        "$6$rounds=1000$ei5MS.LKf.SIVeer$q1BgwfUvJDuEeeS/xq.JWpR9wGeALBDdHLu3nbwNBpMD1PAjcl2gLyQmPBmxf4XCRpHF9jR5tiOwQlNEPlZL..",
    ),
    ("sha1$abc$00", "sha1$aa7b601e70592be0$f11b9865982713dbd2362856c628e6a290b4916b"),
    (
        "{bcrypt}$2a$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        "{bcrypt}$2a$04$olreFl/XI8/PmYpc2ncQE.HQgb2rqiBYhMTK57eqmcsUDC4nOun0O",
    ),
    (
        "AQAAAAEAACcQAAAAEKgTKnUCPDKTkVd8B0mhpyRTTEp6fxSY8Y7nXFmIZLjr6h8dHm1Fm0TQ1b9WmVqpWA==",
        "AQAAAAEAAAPoAAAAEKp7YB5wWSvgUaGq3uKXkhhV7W/UiDE65lDC0C0np8yX1hf1Yhs1Higf7CgKOK5org==",
    ),
];

#[test]
fn a_known_password_is_digested_in_the_scheme_of_the_value() {
    let known = Shape { password: Some(Secret::new("correct horse")), ..shape() };
    let masker = Masker::new(&key(), &Mask::Password, &known).unwrap();
    for (value, digest) in DIGESTS {
        assert_eq!(masked(&masker, value), *digest);
    }
    // without a scheme, without a known password and in a short column: dead
    for dead in ["5f4dcc3b5aa765d61d8327deb882cf99", "hunter2!", "$y$j9T$abcdefgh$ijklmnopqrs"] {
        let result = masked(&masker, dead);
        assert!(result != dead && result.len() == dead.len(), "{result}");
    }
    assert_ne!(once(&Mask::Password, &shape(), DIGESTS[0].0), DIGESTS[0].1);
    let short = Shape { max_chars: Some(20), ..known.clone() };
    assert!(once(&Mask::Password, &short, "$5$salt$hash").len() <= 20);
    let unique = Shape { unique: true, ..known };
    assert_eq!(Masker::new(&key(), &Mask::Password, &unique).err(), Some(CannotMask::Equal));
}

#[test]
fn what_is_not_text_gets_a_value_of_its_type() {
    let of = |kind: Kind| Shape { kind, unique: true, ..shape() };
    for mask in [Mask::Secret, Mask::Username, Mask::File, Mask::Text] {
        let uuid = once(&mask, &of(Kind::Uuid), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        assert_eq!((uuid.len(), uuid.matches('-').count()), (36, 4), "{mask}");
    }
    for mask in [Mask::Email, Mask::LastName, Mask::Text] {
        let bytes = once(&mask, &of(Kind::Bytea), "\\x00ff00112233445566778899aabbccddeeff");
        assert!(bytes.starts_with("\\xdead") && bytes.len() == 38, "{mask}: {bytes}");
    }
    let long = once(&Mask::Card, &of(Kind::Integer(8)), "4111111111111111111");
    assert!(long.parse::<i64>().is_ok(), "{long}");
    let none = once(&Mask::Phone, &of(Kind::Integer(8)), "-1");
    assert!(none.parse::<i64>().is_ok_and(|number| number < 0), "{none}");
    for mask in [Mask::Secret, Mask::Hash, Mask::Username, Mask::Postcode, Mask::Number] {
        for value in ["2147483646", "-2147483648", "7", "1000000007"] {
            let number = once(&mask, &of(Kind::Integer(4)), value);
            assert!(
                number.parse::<i32>().is_ok() && number.len() == value.len(),
                "{mask}: {number}"
            );
        }
    }
}
