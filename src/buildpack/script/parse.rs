//! Shell text to a syntax tree. What the parser does not understand is not guessed at.

use brush_parser::{ParserOptions, SourceInfo, ast};

/// A script longer than this is not read.
const LONGEST: usize = 64 * 1024;

/// Text with more of these is not read: the parser goes down one call for each level.
const MOST_OPENED: usize = 200;

/// `None` where the text is not fully understood.
pub(super) fn parse(text: &str) -> Option<ast::Program> {
    let opened = text.chars().filter(|c| "({`".contains(*c)).count();
    if text.len() > LONGEST || opened > MOST_OPENED || text.contains('\0') {
        return None;
    }
    let text = text.replace("\r\n", "\n");
    // The parser is somebody else's: where it panics, the text is one that is not understood.
    std::panic::catch_unwind(|| {
        let mut parser = brush_parser::Parser::new(
            text.as_bytes(),
            &ParserOptions::default(),
            &SourceInfo::default(),
        );
        parser.parse_program().ok()
    })
    .ok()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_shell_is_not_understood() {
        for text in ["if true; then", "a && ", "echo 'a", "case x in", ")", "a | | b"] {
            assert!(parse(text).is_none(), "{text:?}");
        }
        assert!(
            parse("if [ -z \"$A\" ]; then a | b; else (c); fi\nfor x in 1 2; do d; done").is_some()
        );
        assert!(parse(&"(".repeat(100_000)).is_none());
    }
}
