//! What a command reads from a redirection.

use super::words::Word;
use brush_parser::ast::{
    CommandPrefixOrSuffixItem, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, SimpleCommand,
};

/// What a command reads as its standard input.
pub(super) enum Input {
    File(String),
    Text(String),
}

pub(super) fn input_of(simple: &SimpleCommand) -> Option<Input> {
    simple.suffix.iter().flat_map(|suffix| &suffix.0).find_map(|item| {
        let CommandPrefixOrSuffixItem::IoRedirect(redirect) = item else { return None };
        match redirect {
            IoRedirect::File(_, IoFileRedirectKind::Read, IoFileRedirectTarget::Filename(word)) => {
                Some(Input::File(Word::of(word).text))
            }
            IoRedirect::HereDocument(_, document) => Some(Input::Text(document.doc.value.clone())),
            IoRedirect::HereString(_, word) => Some(Input::Text(Word::of(word).text)),
            _ => None,
        }
    })
}
