//! `text`: words of the same lengths, with the punctuation, the lines and the markup of the value.
//!
//! What could reach somebody does not: the host of an address and of a URL ends in `.invalid`, or in a
//! domain that does not exist where that is too long, and the digits of a long number are zeros.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::{Draw, Keyed};
use crate::mask::values::{CannotMask, Shape};

struct Text {
    keyed: Keyed,
    alike: Alike,
    unique: bool,
}

/// Words by length, from one letter to twelve.
const WORDS: [&[&str]; 12] = [
    &["a", "e", "i", "o"],
    &["ab", "ad", "ea", "et", "ex", "id", "in", "me", "ne", "re", "se", "te", "tu", "ut"],
    &[
        "amo", "cui", "cum", "dum", "est", "hic", "iam", "lex", "mos", "non", "pax", "qui", "res",
        "sol", "sub",
    ],
    &[
        "alea", "anno", "bene", "caro", "dare", "ergo", "fama", "idem", "iure", "luna", "mare",
        "nisi", "opus", "quod", "rosa", "sine", "unda", "vita",
    ],
    &[
        "amico", "bonum", "causa", "dolor", "facto", "fugit", "herba", "ipsum", "libro", "lorem",
        "magna", "natus", "nulla", "omnia", "porta", "quies", "silva", "terra", "velit", "ventu",
    ],
    &[
        "aetate", "animus", "beatae", "cursus", "donare", "errant", "flumen", "gratia", "labore",
        "lectus", "mollis", "nascor", "ornare", "pontes", "regina", "semper", "tempor", "urbana",
        "veniam", "vulgus",
    ],
    &[
        "aliquam", "blandit", "capillo", "dapibus", "dictumo", "egestas", "euismod", "facilis",
        "gravida", "incipit", "laoreet", "maximus", "nostrud", "officia", "posuere", "quietum",
        "rhoncus", "sodales", "trivium", "viverra",
    ],
    &[
        "accumsan", "bibendum", "commodum", "delectus", "eligendi", "faucibus", "hendreri",
        "interdum", "lobortis", "maecenas", "occaecat", "pharetra", "pulvinar", "quisquam",
        "sagittis", "suscipit", "tincidun", "ultrices", "vehicula", "voluptas",
    ],
    &[
        "adipiscin",
        "assumenda",
        "consequat",
        "cupiditat",
        "dignissim",
        "expeditis",
        "fermentum",
        "habitasse",
        "imperdiet",
        "inventore",
        "malesuada",
        "molestias",
        "occasione",
        "perferend",
        "phasellus",
        "provident",
        "recusanda",
        "similique",
        "tristique",
        "vestibulu",
    ],
    &[
        "aspernatur",
        "blanditiis",
        "consectetu",
        "dissolveri",
        "elementumo",
        "exercitati",
        "explicabor",
        "incididunt",
        "laudantium",
        "mollitiaeo",
        "necessitat",
        "praesentiu",
        "quibusdamo",
        "repellendu",
        "sapientiae",
        "suspendiss",
        "temporibus",
        "ullamcorpe",
        "vestibulum",
        "voluptatem",
    ],
    &[
        "accusantium",
        "architectos",
        "consequatur",
        "dignissimos",
        "dissentiunt",
        "exercitatio",
        "fringillant",
        "iurisdictio",
        "laboriosamo",
        "necessitate",
        "pellentesqu",
        "perspiciati",
        "praesentium",
        "recusandaes",
        "reprehender",
        "repudiandae",
        "suspendisse",
        "sollicitudi",
        "ullamcorper",
        "voluptatibu",
    ],
    &[
        "accusantiumo",
        "adipiscingue",
        "consequuntur",
        "conversation",
        "distinctione",
        "excepturient",
        "exercitation",
        "implementari",
        "necessitatum",
        "pellentesque",
        "perspiciatis",
        "repellendusa",
        "reprehenderi",
        "sollicitudin",
        "suspendissem",
        "temporibusqu",
        "ullamcorpera",
        "veritatemque",
        "voluptatibus",
        "voluptatumqu",
    ],
];

/// With fewer letters, the words of a unique column do not tell its values apart.
const FEWEST_UNIQUE: usize = 24;
/// A number with as many digits could be somebody's.
const LONG_NUMBER: usize = 7;
/// Attributes of markup whose values say nothing about anybody.
const PLAIN_ATTRIBUTES: &[&str] =
    &["class", "style", "rel", "target", "width", "height", "lang", "dir", "type", "role"];

/// Of HTML.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "article",
    "aside",
    "audio",
    "b",
    "blockquote",
    "body",
    "br",
    "button",
    "caption",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "label",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "q",
    "s",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
    "video",
];

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Text { keyed: keyed.apart("text"), alike, unique: shape.unique }))
}

impl Rule for Text {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if self.unique && value.bytes().filter(u8::is_ascii_alphabetic).count() < FEWEST_UNIQUE {
            return self.alike.rewrite(value, out);
        }
        let mut page = Page { draw: self.keyed.draw(value.as_bytes()), letters: self.unique, out };
        page.push(value);
        Ok(())
    }
}

/// The text that is being written.
struct Page<'a> {
    draw: Draw,
    /// Words are made of letters, which carry more of the hash than words of the list do.
    letters: bool,
    out: &'a mut String,
}

impl Page<'_> {
    fn push(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first == '<'
                && let Some((name, end)) = tag(rest)
            {
                self.push_tag(&rest[..end], name);
                rest = &rest[end..];
            } else if first == '&'
                && let Some(end) = end_of_entity(rest)
            {
                self.out.push_str(&rest[..end]);
                rest = &rest[end..];
            } else if first.is_whitespace() || first == '<' {
                self.out.push(first);
                rest = &rest[first.len_utf8()..];
            } else {
                let ends = |letter: char| letter.is_whitespace() || matches!(letter, '<' | '&');
                let end = rest[first.len_utf8()..]
                    .find(ends)
                    .map_or(rest.len(), |end| end + first.len_utf8());
                rest = self.push_number(rest).unwrap_or_else(|| {
                    self.push_token(&rest[..end]);
                    &rest[end..]
                });
            }
        }
    }

    /// A tag, with its name and the names of its attributes.
    fn push_tag(&mut self, tag: &str, name: usize) {
        self.out.push_str(&tag[..name]);
        let mut rest = &tag[name..];
        let mut attribute = "";
        while let Some(first) = rest.chars().next() {
            if let Some(inner) = rest.strip_prefix(['"', '\'']) {
                self.out.push(first);
                let end = inner.find(first).unwrap_or(inner.len());
                let is_plain = |plain: &&str| plain.eq_ignore_ascii_case(attribute);
                if PLAIN_ATTRIBUTES.iter().any(is_plain) {
                    self.out.push_str(&inner[..end]);
                } else {
                    self.push(&inner[..end]);
                }
                rest = &inner[end..];
                if let Some(after) = rest.strip_prefix(first) {
                    self.out.push(first);
                    rest = after;
                }
                continue;
            }
            let end = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
            if end > 0 && rest[end..].starts_with('=') {
                attribute = &rest[..end];
                self.out.push_str(attribute);
                self.out.push('=');
                rest = &rest[end + 1..];
            } else if first.is_alphanumeric() {
                let stops = |letter: char| {
                    letter.is_whitespace() || matches!(letter, '"' | '\'' | '=' | '>')
                };
                let end = rest.find(stops).unwrap_or(rest.len());
                self.push_token(&rest[..end]);
                rest = &rest[end..];
            } else {
                self.out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }

    /// A long number with the signs in it, as a phone number has them. Returns what follows.
    fn push_number<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let belongs = |byte: u8| {
            byte.is_ascii_digit() || matches!(byte, b' ' | b'+' | b'-' | b'/' | b'.' | b'(' | b')')
        };
        let first = text.as_bytes()[0];
        if !(first.is_ascii_digit() || matches!(first, b'+' | b'(')) {
            return None;
        }
        let end = text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len());
        let end = text[..end].rfind(|letter: char| letter.is_ascii_digit())? + 1;
        let number = &text[..end];
        if number.bytes().filter(u8::is_ascii_digit).count() < LONG_NUMBER || is_date(number) {
            return None;
        }
        for letter in number.chars() {
            self.out.push(if letter.is_ascii_digit() { '0' } else { letter });
        }
        Some(&text[end..])
    }

    /// What stands between two spaces.
    fn push_token(&mut self, token: &str) {
        if !token.bytes().any(|byte| matches!(byte, b'@' | b'.' | b':')) {
            self.push_words(token);
            return;
        }
        let core =
            token.trim_end_matches(|letter: char| !letter.is_alphanumeric() && letter != '/');
        let tail = &token[core.len()..];
        if let Some((scheme, rest)) = core.split_once("://") {
            self.out.push_str(scheme);
            self.out.push_str("://");
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            self.push_host(&rest[..end]);
            self.push_words(&rest[end..]);
        } else if let Some((local, domain)) = core.rsplit_once('@') {
            self.push_words(local);
            self.out.push('@');
            self.push_host(domain);
        } else if has_inner_dot(core) {
            let end = core.find(['/', '?', '#']).unwrap_or(core.len());
            self.push_host(&core[..end]);
            self.push_words(&core[end..]);
        } else {
            self.push_words(core);
        }
        self.out.push_str(tail);
    }

    /// A host that does not exist, of the same length.
    fn push_host(&mut self, host: &str) {
        const NOWHERE: &str = ".invalid";
        let count = host.chars().count();
        if count > NOWHERE.len() && host.contains('.') {
            let end = host.char_indices().nth(count - NOWHERE.len()).map_or(0, |(at, _)| at);
            let before = host[..end].trim_end_matches(['.', '@', ':', '/']);
            self.push_words(before);
            for _ in before.chars().count()..count - NOWHERE.len() {
                self.out.push('x');
            }
            self.out.push_str(NOWHERE);
            return;
        }
        match host.rsplit_once('.') {
            Some((before, top)) => {
                self.push_words(before);
                self.out.push('.');
                self.out.extend(top.chars().map(|_| 'q'));
            }
            None => self.push_words(host),
        }
    }

    /// Letters and digits are exchanged, signs stay.
    fn push_words(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first.is_alphabetic() {
                let joins = |letter: char| letter.is_alphabetic() || is_mark(letter);
                let end = rest.find(|letter| !joins(letter)).unwrap_or(rest.len());
                self.push_word(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            if first.is_numeric() {
                let digit = u8::try_from(self.draw.below(10)).unwrap_or(0);
                self.out.push(char::from(b'0' + digit));
            } else {
                self.out.push(first);
            }
            rest = &rest[first.len_utf8()..];
        }
    }

    fn push_word(&mut self, word: &str) {
        let mut count = word.chars().count();
        let mut of_word = word.chars();
        while count > 0 {
            let length = count.min(WORDS.len());
            let start = self.out.len();
            if self.letters {
                for _ in 0..length {
                    let letter = b'a' + u8::try_from(self.draw.below(26)).unwrap_or(0);
                    self.out.push(char::from(letter));
                }
            } else {
                self.out.push_str(self.draw.pick(WORDS[length - 1]));
            }
            for at in start..start + length {
                if of_word.next().is_some_and(char::is_uppercase) {
                    self.out[at..=at].make_ascii_uppercase();
                }
            }
            count -= length;
        }
    }
}

/// A combining accent.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// A letter, a full stop and a letter.
fn has_inner_dot(token: &str) -> bool {
    token.as_bytes().windows(3).any(|three| {
        three[1] == b'.' && three[0].is_ascii_alphanumeric() && three[2].is_ascii_alphabetic()
    })
}

fn is_date(number: &str) -> bool {
    let parts = number.split(['-', '.', '/']).map(str::len);
    number.len() <= 10 && (parts.clone().eq([4, 2, 2]) || parts.eq([2, 2, 4]))
}

/// Of an attribute.
fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | ':')
}

/// Where the name of a tag ends, and the tag.
fn tag(text: &str) -> Option<(usize, usize)> {
    let inner = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let start = text.len() - inner.len();
    let length = inner.bytes().position(|byte| !byte.is_ascii_alphanumeric())?;
    let is_tag = |tag: &&str| tag.eq_ignore_ascii_case(&inner[..length]);
    TAGS.iter().find(|tag| is_tag(tag))?;
    let ends = matches!(inner.as_bytes()[length], b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r');
    let end = text.find('>')? + 1;
    (ends && !text[1..end].contains('<')).then_some((start + length, end))
}

fn end_of_entity(text: &str) -> Option<usize> {
    let end = text.bytes().take(12).position(|byte| byte == b';')? + 1;
    let name = &text[1..end - 1];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
    (!name.is_empty() && name.bytes().all(plain)).then_some(end)
}
