//! `city` and `company`: a made-up name of the locale. A company keeps its legal form.
//!
//! In a unique column, a coined word with 65 bits of the keyed hash comes first.

use super::Rule;
use super::names::push_pair;
use crate::mask::values::key::Keyed;
use crate::mask::values::letters::{Case, FEWEST_LETTERS, fit};
use crate::mask::values::words::{Words, words};
use crate::mask::values::{CannotMask, Shape};

struct Place {
    keyed: Keyed,
    words: &'static Words,
    company: bool,
    room: usize,
    unique: bool,
}

pub(super) fn city(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    prepare(keyed, shape, false)
}

pub(super) fn company(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    prepare(keyed, shape, true)
}

fn prepare(keyed: &Keyed, shape: &Shape, company: bool) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let room = shape.max_chars.unwrap_or(usize::MAX);
    if shape.unique && room < FEWEST_LETTERS {
        return Err(CannotMask::Short { needed: FEWEST_LETTERS, has: room });
    }
    Ok(Box::new(Place {
        keyed: keyed.apart(if company { "company" } else { "city" }),
        words: words(shape.locale.unwrap_or_default()),
        company,
        room,
        unique: shape.unique,
    }))
}

/// The legal forms at the end of a name, longer ones first where one ends with another.
const LEGAL_FORMS: &[&str] = &[
    "GmbH & Co. KGaA",
    "GmbH & Co. KG",
    "gGmbH",
    "GmbH",
    "KGaA",
    "AG",
    "KG",
    "OHG",
    "UG",
    "e.K.",
    "e.V.",
    "eG",
    "SE",
    "Pty Ltd",
    "Ltd.",
    "Ltd",
    "Limited",
    "LLC",
    "LLP",
    "PLC",
    "plc",
    "Inc.",
    "Inc",
    "Corp.",
    "Corp",
    "SARL",
    "SAS",
    "SASU",
    "EURL",
    "SA",
    "S.L.U.",
    "S.L.",
    "SL",
    "S.A.",
    "Unipessoal Lda.",
    "Lda.",
    "Lda",
    "Ltda.",
    "Ltda",
    "ME",
    "S.r.l.s.",
    "S.r.l.",
    "Srl",
    "SRL",
    "S.p.A.",
    "SpA",
    "S.n.c.",
    "S.a.s.",
    "B.V.",
    "BV",
    "N.V.",
    "NV",
    "V.O.F.",
    "VOF",
    "Sp. z o.o.",
    "sp. z o.o.",
    "Sp. k.",
    "Sp. j.",
    "j.d.o.o.",
    "d.o.o.",
    "d.d.",
    "s.p.",
    "d.n.o.",
    "AB",
    "A/S",
    "ApS",
    "AS",
    "Oy",
    "Kft.",
    "s.r.o.",
    "a.s.",
];

fn legal_form(value: &str) -> Option<&'static str> {
    let value = value.trim_end();
    let last = value.as_bytes().last();
    // most end with another letter: this is quicker than to compare the texts
    let ends = |form: &&&str| {
        form.as_bytes().last() == last
            && value.strip_suffix(**form).is_some_and(|name| name.ends_with([' ', ',']))
    };
    LEGAL_FORMS.iter().find(ends).copied()
}

impl Rule for Place {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut draw = self.keyed.draw(value.as_bytes());
        let start = out.len();
        let pairs = if self.company { self.words.companies } else { self.words.towns };
        push_pair(&mut draw, pairs, out);
        if value.contains(&out[start..]) {
            out.truncate(start);
            push_pair(&mut draw, pairs, out);
        }
        if self.company {
            let form = legal_form(value).unwrap_or_else(|| draw.pick(self.words.legal_forms));
            out.push(' ');
            out.push_str(form);
        }
        fit(&mut draw, out, start, self.room, self.unique);
        Case::of(value).write(out, start);
        Ok(())
    }
}
