#!/usr/bin/env python3
"""Writes tuning.tsv and held_out.tsv: the labelled columns of tuning.txt and held_out.txt, with values.

Letters of types: t text, vN varchar(N), cN char(N), ci citext, i integer, b bigint, s smallint,
n numeric, f double precision, o boolean, d date, z timestamptz, ts timestamp, u uuid, j jsonb,
hs hstore, in inet, mac macaddr, by bytea, x xml, pt point; with [] an array.
Flags: !u unique, >table.column a foreign key, %"…" a CHECK, #"…" a comment.
Values: @generator, choices with | between them, or a document with <generator> in it. Without
values the mask or the type chooses the generator.
"""
import base64, random, re, string, sys, unicodedata
from pathlib import Path

HERE = Path(__file__).parent
COUNT = 20
WORDS = {}


def read_words(file):
    for line in (HERE / file).read_text().splitlines():
        key, _, values = line.partition(": ")
        WORDS[key] = values.split("|")


TYPES = {"t": "text", "ci": "citext", "i": "integer", "b": "bigint", "s": "smallint", "n": "numeric(12,2)",
         "f": "double precision", "o": "boolean", "d": "date", "z": "timestamp with time zone",
         "ts": "timestamp without time zone", "u": "uuid", "j": "jsonb", "hs": "hstore", "in": "inet",
         "mac": "macaddr", "by": "bytea", "x": "xml", "pt": "point"}


def sql_type(code):
    if code.endswith("[]"):
        return sql_type(code[:-2]) + "[]"
    sized = re.fullmatch(r"([vc])(\d+)", code)
    if sized:
        return {"v": "character varying", "c": "character"}[sized[1]] + f"({sized[2]})"
    return TYPES.get(code, code if code == "text" else None) or sys.exit(f"no type {code}")


def fold(text):
    text = text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("đ", "d").replace("Đ", "D").replace("ø", "o")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


class Values:
    def __init__(self, lang, seed):
        self.lang, self.r = lang, random.Random(seed)

    def word(self, kind):
        return self.r.choice(WORDS[f"{self.lang}.{kind}"])

    def chars(self, alphabet, count):
        return "".join(self.r.choice(alphabet) for _ in range(count))

    def digits(self, count):
        return self.r.choice("123456789") + self.chars(string.digits, count - 1)

    def make(self, name, index):
        name, *args = name.split(":")
        for prefix, alphabet in (("hex", "0123456789abcdef"), ("tok", string.ascii_letters + string.digits), ("digits", None)):
            if name.startswith(prefix) and name[len(prefix):].isdigit():
                count = int(name[len(prefix):])
                return self.digits(count) if alphabet is None else self.chars(alphabet, count)
        made = getattr(self, "v_" + name)
        return str(made(index, *args))

    # people and places
    def v_first(self, i): return self.word("first")
    def v_last(self, i): return self.word("last")
    def v_full(self, i): return f"{self.word('first')} {self.word('last')}"
    def v_lf(self, i): return f"{self.word('last')}, {self.word('first')}"
    def v_company(self, i): return self.word("company")
    def v_city(self, i): return self.word("city")
    def v_street(self, i): return self.word("street").replace("#", str(self.r.randint(1, 190)))
    def v_streetname(self, i): return re.sub(r" ?#.*", "", self.word("street"))
    def v_note(self, i): return self.word("note")
    def v_product(self, i): return self.word("product")
    def v_proddesc(self, i): return f"{self.word('product')}. {self.word('title')}."
    def v_title(self, i): return self.word("title")
    def v_article(self, i): return ". ".join(self.word("title") for _ in range(5)) + "."
    def v_word(self, i): return self.word("word")

    def v_postcode(self, i):
        d = self.r.randint
        return {"en": lambda: self.r.choice([f"{d(10000, 99999)}", f"LS{d(1, 29)} {d(1, 9)}AB", f"SW1A {d(1, 9)}AA", f"M{d(1, 9)} {d(1, 9)}XY"]),
                "de": lambda: f"{d(1000, 99999):05}", "fr": lambda: f"{d(1, 95):02}{d(0, 99) * 10:03}", "es": lambda: f"{d(1, 52):02}{d(1, 999):03}",
                "pt": lambda: f"{d(1000, 9999)}-{d(100, 999)}", "it": lambda: f"{d(10, 98000):05}", "nl": lambda: f"{d(1000, 9999)} {self.chars('ABCDEGHJKLMNPRSTVWXZ', 2)}",
                "pl": lambda: f"{d(0, 99):02}-{d(0, 999):03}", "sl": lambda: f"{d(1000, 9265)}", "hr": lambda: f"{d(10000, 53296)}"}[self.lang]()

    def v_cepdigits(self, i): return self.digits(8)

    def v_phone(self, i):
        n = lambda k: self.chars(string.digits, k)
        shapes = {"en": ["+1 (415) 555-0{2}", "(212) 555-{4}", "07700 900{3}", "+44 20 7946 0{3}", "555-{3}-{4}", "+1{10}", "415.555.{4}"],
                  "de": ["+49 30 {7}", "0221/{6}", "0171-{7}", "(089) {6}-{2}", "0043 1 {7}", "+49 (0)40 {3} {4}", "06221 {5}"],
                  "fr": ["01 {2} {2} {2} {2}", "+33 6 {2} {2} {2} {2}", "06.{2}.{2}.{2}.{2}", "0033 4{8}", "07{8}"],
                  "es": ["+34 6{2} {3} {3}", "91 {3} {2} {2}", "6{8}", "+52 55 {4} {4}", "9{2} {2} {2} {2}"],
                  "pt": ["(11) 9{4}-{4}", "+351 21 {3} {4}", "91{7}", "+55 21 9{8}", "(31) 3{3}-{4}", "96 {3} {2} {2}"],
                  "it": ["+39 02 {7}", "333 {7}", "06/{7}", "0039 347 {3}{4}", "051-{6}", "348{7}"],
                  "nl": ["06-{8}", "+31 20 {7}", "030 {3} {4}", "0031 6 {8}", "+32 47{1} {2} {2} {2}"],
                  "pl": ["+48 6{2} {3} {3}", "22 {3} {2} {2}", "5{2}-{3}-{3}", "0048 7{8}", "6{8}"],
                  "sl": ["+386 41 {3} {3}", "01 {3} {2} {2}", "031 {3} {3}", "00386 40 {6}", "040-{3}-{3}", "(02) {3} {4}"],
                  "hr": ["+385 91 {3} {4}", "01 {4} {3}", "098/{3}-{3}", "00385 95 {7}", "021 {3} {3}", "091{7}"]}[self.lang]
        return re.sub(r"\{(\d)\}", lambda m: n(int(m[1])), self.r.choice(shapes))

    def v_username(self, i):
        a, b = (re.sub(r"[^a-z]", "", fold(self.word(k)).lower()) for k in ("first", "last"))
        return self.r.choice([f"{a}.{b}", f"{a[0]}{b}{self.r.randint(1, 99)}", f"{a}{self.r.randint(1, 999)}", f"{b}_{a[:2]}", f"{a}{b[:1]}"])

    def v_email(self, i):
        tld = {"en": "com"}.get(self.lang, self.lang)
        host = self.r.choice(["gmail.com", f"mail.{tld}", f"firma-{self.r.randint(1, 60)}.{tld}", f"posta.{tld}", "outlook.com"])
        return f"{self.v_username(i)}@{host}"

    def v_bio(self, i): return self.r.choice(["Dad of three, runner, coffee lover", "She/her. Rust and cats.", "I write about gardens and trains", "Nurse from Leeds", "Photographer. Opinions are mine", "Student of history, 23"])
    def v_purl(self, i): return f"https://social.example/@{self.v_username(i)}"
    def v_compurl(self, i): return f"https://www.{re.sub(r'[^a-z]', '', fold(self.word('company')).lower())[:14]}.{'com' if self.lang == 'en' else self.lang}"
    def v_avatar(self, i): return f"https://avatars.example.com/u/{self.digits(7)}.jpg"
    def v_dob(self, i): return f"{self.r.randint(1935, 2006)}-{self.r.randint(1, 12):02}-{self.r.randint(1, 28):02}"
    def v_ddeath(self, i): return f"{self.r.randint(2012, 2025)}-{self.r.randint(1, 12):02}-{self.r.randint(1, 28):02}"
    def v_lat(self, i): return f"{self.r.uniform(36, 60):.6f}"
    def v_lon(self, i): return f"{self.r.uniform(-9, 24):.6f}"
    def v_ip(self, i): return ".".join(str(self.r.randint(1, 254)) for _ in range(4)) if self.r.random() < .85 else f"2a02:8109:{self.chars('0123456789abcdef', 4)}::{self.r.randint(1, 99)}"
    def v_mac(self, i): return ":".join(self.chars("0123456789abcdef", 2) for _ in range(6))
    def v_ua(self, i): return f"Mozilla/5.0 ({self.r.choice(['X11; Linux x86_64', 'Windows NT 10.0; Win64; x64', 'iPhone; CPU iPhone OS 17_4 like Mac OS X'])}) AppleWebKit/537.36 Chrome/{self.r.randint(90, 126)}.0 Safari/537.36"

    # numbers of banks and states
    def v_iban(self, i):
        country, bban = self.r.choice({"en": [("GB", "NWBK%14d")], "de": [("DE", "%18d"), ("AT", "%16d")], "fr": [("FR", "%23d")], "es": [("ES", "%20d")], "pt": [("PT", "%21d")],
                                       "it": [("IT", "X%22d")], "nl": [("NL", "INGB%10d")], "pl": [("PL", "%24d")], "sl": [("SI", "%15d")], "hr": [("HR", "%17d")]}[self.lang])
        bban = re.sub(r"%(\d+)d", lambda m: self.chars(string.digits, int(m[1])), bban)
        number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
        whole = f"{country}{98 - number % 97:02}{bban}"
        return " ".join(whole[k:k + 4] for k in range(0, len(whole), 4)) if i % 3 == 0 else whole

    def v_card(self, i):
        body = self.r.choice(["4", "51", "37"]) + self.chars(string.digits, 20)
        body = body[:14 if body.startswith("37") else 15]
        total = sum(sum(divmod(int(d) * 2, 10)) if k % 2 == 0 else int(d) for k, d in enumerate(reversed(body)))
        whole = body + str(-total % 10)
        return whole if i % 2 else " ".join(whole[k:k + 4] for k in range(0, len(whole), 4))

    def v_imei(self, i):
        body = "35" + self.chars(string.digits, 12)
        total = sum(sum(divmod(int(d) * 2, 10)) if k % 2 == 0 else int(d) for k, d in enumerate(reversed(body)))
        return body + str(-total % 10)

    def weighted(self, weights, finish):
        while True:
            body = self.chars(string.digits, len(weights))
            check = finish(sum(int(d) * w for d, w in zip(body, weights)))
            if check is not None and 0 <= check <= 9 and body[0] != "0":
                return body + str(check)

    def iso7064(self, count):
        body = self.digits(count)
        p = 10
        for d in body:
            s = (p + int(d)) % 10 or 10
            p = s * 2 % 11
        return body + str((11 - p) % 10)

    def v_national_id(self, i):
        return {"en": self.v_ssn, "de": self.v_steuerid, "fr": self.v_nir, "es": self.v_dni, "pt": self.v_cpf,
                "it": self.v_cf, "nl": self.v_bsn, "pl": self.v_pesel, "sl": self.v_emso, "hr": self.v_oib}[self.lang](i)

    def v_ssn(self, i): return f"{self.r.randint(1, 665):03}-{self.r.randint(1, 99):02}-{self.r.randint(1, 9999):04}"
    def v_nhs(self, i): return self.weighted(range(10, 1, -1), lambda s: None if 11 - s % 11 == 10 else (11 - s % 11) % 11)
    def v_npi(self, i):
        body = "1" + self.chars(string.digits, 8)
        total = 24 + sum(sum(divmod(int(d) * 2, 10)) if k % 2 == 0 else int(d) for k, d in enumerate(reversed(body)))
        return body + str(-total % 10)
    def v_nino(self, i): return f"{self.r.choice(['AB', 'JK', 'PW', 'CE'])}{self.digits(6)}{self.r.choice('ABCD')}"
    def v_steuerid(self, i): return self.iso7064(10)
    def v_oib(self, i): return self.iso7064(10)
    def v_stnr(self, i): return f"{self.r.randint(10, 99)}/{self.r.randint(100, 999)}/{self.digits(5)}"
    def v_svnr(self, i): return f"{self.r.randint(10, 89)}{self.r.randint(1, 28):02}{self.r.randint(1, 12):02}{self.r.randint(40, 99)}{self.r.choice('BKMSW')}{self.digits(3)}"
    def v_kvnr(self, i): return f"{self.r.choice('ABKTX')}{self.digits(9)}"
    def v_nir(self, i):
        body = f"{self.r.choice('12')}{self.r.randint(40, 99)}{self.r.randint(1, 12):02}{self.r.randint(1, 95):02}{self.digits(3)}{self.digits(3)}"
        return body + f"{97 - int(body) % 97:02}"
    def v_dni(self, i):
        n = self.r.randint(10000000, 99999999)
        return f"{n}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}"
    def v_naf(self, i):
        body = f"{self.r.randint(10, 52)}{self.digits(8)}"
        return f"{body}{int(body) % 97:02}"
    def v_curp(self, i): return f"{self.chars('ABCDEGLMPRS', 1)}{self.chars('AEIOU', 1)}{self.chars('BCDGLMR', 2)}{self.r.randint(10, 18):02}{self.r.randint(1, 12):02}{self.r.randint(1, 28):02}{self.r.choice('HM')}DF{self.chars('BCDGLMR', 3)}0{self.r.randint(1, 9)}"
    def v_rfc(self, i): return f"{self.chars('ABCDEGLMPRS', 4)}{self.r.randint(60, 99):02}{self.r.randint(1, 12):02}{self.r.randint(1, 28):02}{self.chars('ABC123', 3)}"
    def v_nif(self, i): return self.weighted(range(9, 1, -1), lambda s: 0 if 11 - s % 11 >= 10 else 11 - s % 11)
    def v_cpfdigits(self, i):
        body = self.digits(9)
        for _ in range(2):
            s = sum(int(d) * w for d, w in zip(body, range(len(body) + 1, 1, -1)))
            body += str(0 if s % 11 < 2 else 11 - s % 11)
        return body
    def v_cpf(self, i):
        b = self.v_cpfdigits(i)
        return f"{b[:3]}.{b[3:6]}.{b[6:9]}-{b[9:]}"
    def v_cnpj(self, i):
        body = self.digits(8) + "0001"
        for weights in ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]):
            s = sum(int(d) * w for d, w in zip(body, weights))
            body += str(0 if s % 11 < 2 else 11 - s % 11)
        return f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}"
    def v_ccpt(self, i): return f"{self.digits(8)} {self.r.randint(0, 9)} ZY{self.r.randint(0, 9)}"
    def v_rg(self, i): return f"{self.r.randint(10, 99)}.{self.r.randint(100, 999)}.{self.r.randint(100, 999)}-{self.r.choice('0123456789X')}"
    def v_cf(self, i):
        code = f"{self.chars('BCDFGLMNPRST', 6)}{self.r.randint(35, 99):02}{self.r.choice('ABCDEHLMPRST')}{self.r.choice([self.r.randint(1, 28), self.r.randint(41, 68)]):02}{self.r.choice('ABCDEFGHLZ')}{self.r.randint(100, 999)}"
        odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
        s = sum(odd[c] if k % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for k, c in enumerate(code))
        return code + chr(65 + s % 26)
    def v_piva(self, i):
        body = self.digits(10)
        s = sum(int(d) if k % 2 == 0 else sum(divmod(int(d) * 2, 10)) for k, d in enumerate(body))
        return body + str(-s % 10)
    def v_bsn(self, i): return self.weighted(range(9, 1, -1), lambda s: s % 11)
    def v_pesel(self, i):
        body = f"{self.r.randint(35, 99):02}{self.r.randint(1, 12):02}{self.r.randint(1, 28):02}{self.digits(4)}"
        return body + str(-sum(int(d) * w for d, w in zip(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3])) % 10)
    def v_nipdigits(self, i): return self.weighted([6, 5, 7, 2, 3, 4, 5, 6, 7], lambda s: s % 11)
    def v_nip(self, i):
        b = self.v_nipdigits(i)
        return b if i % 2 else f"{b[:3]}-{b[3:6]}-{b[6:8]}-{b[8:]}"
    def v_regon(self, i): return self.weighted([8, 9, 2, 3, 4, 5, 6, 7], lambda s: s % 11 % 10)
    def v_plid(self, i): return f"{self.chars('ABCDEFGH', 3)}{self.digits(6)}"
    def v_emso(self, i):
        while True:
            body = f"{self.r.randint(1, 28):02}{self.r.randint(1, 12):02}9{self.r.randint(35, 99):02}50{self.digits(3)}"
            check = 11 - sum(int(d) * w for d, w in zip(body, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])) % 11
            if check != 10:
                return body + str(check % 11)
    def v_davcna(self, i): return self.weighted(range(8, 1, -1), lambda s: None if 11 - s % 11 == 11 else (11 - s % 11) % 10)
    def v_vat(self, i): return {"en": "GB", "sl": "SI"}.get(self.lang, self.lang.upper()) + self.digits(9)
    def v_passport(self, i): return f"{self.chars('ABCDEFGHK', 1)}{self.digits(8)}"
    def v_license(self, i): return f"MD-{self.digits(6)}"
    def v_mrn(self, i): return f"{self.r.choice(['MRN', 'P', 'H'])}{self.digits(7)}"
    def v_policy(self, i): return f"{self.chars('ABCXYZ', 3)}-{self.digits(8)}"

    # secrets
    def v_bcrypt(self, i): return f"$2{self.r.choice('aby')}$12${self.chars(string.ascii_letters + string.digits + './', 53)}"
    def v_argon2(self, i): return f"$argon2id$v=19$m=65536,t=3,p=4${self.chars(string.ascii_letters, 22)}${self.chars(string.ascii_letters + string.digits, 43)}"
    def v_django(self, i): return f"pbkdf2_sha256$600000${self.chars(string.ascii_letters, 22)}${base64.b64encode(self.r.randbytes(32)).decode()}"
    def v_pbkdf2(self, i): return f"$pbkdf2-sha512$25000${self.chars(string.ascii_letters, 22)}${self.chars(string.ascii_letters + string.digits, 86)}"
    def v_sha512crypt(self, i): return f"$6$rounds=10000${self.chars(string.ascii_letters, 16)}${self.chars(string.ascii_letters + string.digits + './', 86)}"
    def v_phpass(self, i): return f"$P$B{self.chars(string.ascii_letters + string.digits, 30)}"
    def v_wpkey(self, i): return f"{self.r.randint(1600000000, 1750000000)}:$P$B{self.chars(string.ascii_letters + string.digits, 30)}"
    def v_b64(self, i): return base64.b64encode(self.r.randbytes(24)).decode()
    def v_b64long(self, i): return base64.b64encode(self.r.randbytes(90)).decode()
    def v_otp(self, i): return self.chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)
    def v_ghp(self, i): return f"{self.r.choice(['ghp_', 'gho_'])}{self.chars(string.ascii_letters + string.digits, 36)}"
    def v_whsec(self, i): return f"whsec_{self.chars(string.ascii_letters + string.digits, 32)}"
    def v_cus(self, i): return f"cus_{self.chars(string.ascii_letters + string.digits, 14)}"
    def v_pm(self, i): return f"{self.r.choice(['pm_', 'card_'])}{self.chars(string.ascii_letters + string.digits, 24)}"
    def v_sub(self, i): return f"sub_{self.chars(string.ascii_letters + string.digits, 24)}"
    def v_fcm(self, i): return f"{self.chars(string.ascii_letters + string.digits, 22)}:APA91b{self.chars(string.ascii_letters + string.digits + '-_', 134)}"
    def v_jwt(self, i): return "eyJhbGciOiJIUzI1NiJ9." + base64.urlsafe_b64encode(self.r.randbytes(60)).decode().rstrip("=") + "." + base64.urlsafe_b64encode(self.r.randbytes(32)).decode().rstrip("=")
    def v_pem(self, i): return "-----BEGIN RSA " + "PRIVATE KEY-----\n" + base64.b64encode(self.r.randbytes(48)).decode() + "\n-----END RSA " + "PRIVATE KEY-----"
    def v_pubpem(self, i): return "-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(self.r.randbytes(48)).decode() + "\n-----END PUBLIC KEY-----"
    def v_sshkey(self, i): return f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA{self.chars(string.ascii_letters + string.digits, 43)} {self.v_username(i)}@laptop"
    def v_fingerprint(self, i): return ":".join(self.chars("0123456789abcdef", 2) for _ in range(16))
    def v_credurl(self, i): return f"https://{self.v_username(i)}:{self.chars(string.ascii_letters + string.digits, 12)}@git.example.com/repo.git"
    def v_hookurl(self, i): return f"https://hooks.example.com/services/T{self.digits(8)}/B{self.digits(8)}/{self.chars(string.ascii_letters + string.digits, 24)}"
    def v_pushurl(self, i): return f"https://push.services.example.com/wpush/v2/{self.chars(string.ascii_letters + string.digits, 60)}"
    def v_code(self, i): return f"{self.chars('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', 4)}-{self.chars('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', 4)}"

    # the rest
    def v_serial(self, i): return i * 7 + 3
    def v_int(self, i, low=1, high=90000): return self.r.randint(int(low), int(high))
    def v_num(self, i, low, high): return f"{self.r.uniform(float(low), float(high)):.2f}"
    def v_uuid(self, i):
        h = self.chars("0123456789abcdef", 32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"
    def v_bool(self, i): return self.r.choice("tf")
    def v_recent(self, i): return f"{self.r.randint(2019, 2025)}-{self.r.randint(1, 12):02}-{self.r.randint(1, 28):02}"
    def v_stamp(self, i): return f"{self.v_recent(i)} {self.r.randint(0, 23):02}:{self.r.randint(0, 59):02}:{self.r.randint(0, 59):02}.{self.digits(6)}"
    def v_slug(self, i): return re.sub(r"[^a-z0-9]+", "-", fold(self.word("title")).lower()) + f"-{self.r.randint(1, 99)}"
    def v_sku(self, i): return f"{self.chars('ABCDEFGHKL', 3)}-{self.digits(5)}"
    def v_custno(self, i): return self.r.choice(["K", "C", "10", "D-"]) + self.digits(6)
    def v_orderno(self, i): return f"{self.r.choice('RB')}{self.digits(9)}"
    def v_tracking(self, i): return f"{self.r.choice(['1Z', 'JJD', '00340'])}{self.digits(14)}"
    def v_ean(self, i):
        body = "4" + self.chars(string.digits, 11)
        return body + str(-sum(int(d) * (1 if k % 2 == 0 else 3) for k, d in enumerate(body)) % 10)
    def v_version(self, i): return f"{self.r.randint(0, 9)}.{self.r.randint(0, 20)}.{self.r.randint(0, 40)}"
    def v_currency(self, i): return self.r.choice(["EUR", "USD", "GBP", "PLN"])
    def v_repo(self, i): return self.r.choice(["web-shop", "infra", "docs", "mobile-app", "billing", "cli-tools"])
    def v_issue(self, i): return self.r.choice(["Login button is misaligned", "Crash on start", "Add dark mode", "Timeout when exporting", "Typo in the docs"])
    def v_issuetext(self, i): return self.r.choice(["I get an error when I click on export, see the screenshot.", "Hi, since yesterday my account shows no projects.", "@tom can you look at this? My colleague Sarah has it too.", "Steps: open the page, click save, it hangs."])
    def v_commit(self, i): return self.r.choice(["Fix typo", "Bump version to 2.1", "Merge branch 'main'", "Add tests for export"])
    def v_activityuri(self, i): return f"https://mastodon.example/users/{self.v_username(i)}/statuses/{self.digits(12)}"
    def v_yamlaudit(self, i): return f"---\n:add: user_access\n:author_name: {self.v_full(i)}\n:ip_address: {self.v_ip(i)}\n"


BY_MASK = {"?": "note", "first_name": "first", "last_name": "last", "full_name": "full", "password": "bcrypt", "secret": "tok20",
           "text": "note", "url": "purl", "date": "dob"}
BY_TYPE = {"o": "bool", "d": "recent", "z": "stamp", "ts": "stamp", "u": "uuid", "n": "num:1:900", "f": "num:0:1"}


def samples(lang, seed, code, name, mask, source, count=COUNT):
    values = Values(lang, seed)
    if not source:
        if mask == "-":
            source = "@" + BY_TYPE.get(code, "serial" if code in "ibs" and name.lower() == "id" else "int" if code in "ibs" else "word")
        else:
            own = {"nip", "regon", "pesel", "cnpj", "cpf", "emso", "oib", "dni"} & {name}
            source = "@" + (own.pop() if own else BY_MASK.get(mask, mask))
    fill = lambda text, i: re.sub(r"<(\w+(?:\|[^<>]*)*)>", lambda m: values.r.choice(m[1].split("|")) if "|" in m[1]
                                  else values.make(m[1], i) if hasattr(values, "v_" + m[1]) else m[0], text)
    result = []
    for i in range(count):
        if source.startswith("@"):
            made = values.make(source[1:], i)
        elif source.startswith("{<") :
            made = fill(values.r.choice(source.split("|{")) if "}|{" in source else source, i)
            made = made if made.startswith("{") else "{" + made
        elif mask.startswith("json("):
            made = fill(source, i)
        else:
            made = values.r.choice(source.split("|")).replace("@note", values.v_note(i))
        sized = re.fullmatch(r"[vc](\d+)", code)
        made = made.replace(" ", "") if code == "b" else made
        result.append(made[:int(sized[1])] if sized else made)
    return result


def convert(name, few=False):
    lines, app, lang, count = [], "", "", 0
    for raw in (HERE / f"{name}.txt").read_text().splitlines():
        if not raw or raw.startswith("#"):
            continue
        if named := re.fullmatch(r"app (\S+) ([a-z]{2})", raw):
            app, lang = named.groups()
        elif raw.startswith("table "):
            table = raw.split()[1]
            lines.append(f"table\t{app}\t{lang}\t{table}")
            # real tables may be small
            rows = random.Random(f"{app}.{table}").randint(5, 20) if few else COUNT
        else:
            column, code, mask, rest = (raw.split(" ", 3) + [""])[:4]
            unique, references, check, comment = "", "", "", ""
            while flag := re.match(r'(!u|>\S+|[%#]"[^"]*") ?', rest):
                text, rest = flag[1], rest[flag.end():]
                if text == "!u": unique = "unique"
                elif text[0] == ">": references = text[1:]
                elif text[0] == "%": check = text[2:-1]
                else: comment = text[2:-1]
            escape = lambda v: v.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
            made = [escape(v) for v in samples(lang, f"{app}.{table}.{column}", code, column, mask, rest.replace("\\n", "\n") if few else rest, rows)]
            lines.append("\t".join(["column", column, sql_type(code), mask, unique, references, check, comment, *made]))
            count += 1
    (HERE / f"{name}.tsv").write_text("\n".join(lines) + "\n")
    print(f"{name}.tsv: {count} columns", file=sys.stderr)


read_words("words.txt")
for name in ("tuning", "held_out"):
    convert(name)
read_words("applications_words.txt")
for name in ("applications", "applications_unseen"):
    convert(name, few=True)
