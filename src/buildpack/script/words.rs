//! A word of the shell: its text where that is certain, and the variables in it.

use brush_parser::word::{self, Parameter, ParameterExpr, WordPiece, WordPieceWithSource};
use brush_parser::{ParserOptions, ast};

/// A word after the removal of quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is written.
    pub(super) written: String,
    /// Without quotes; a variable stands in it as `$NAME`.
    pub(super) text: String,
    /// The variables whose values are in it.
    pub(super) variables: Vec<String>,
    /// Whether only the shell at run time knows the text: a variable, a command's output.
    pub(super) dynamic: bool,
}

impl Word {
    pub(super) fn of(word: &ast::Word) -> Self {
        Self::parse(&word.value)
    }

    pub(super) fn parse(written: &str) -> Self {
        let mut found = Word { written: written.to_owned(), ..Word::default() };
        if let Ok(pieces) = word::parse(written, &ParserOptions::default()) {
            found.add(&pieces);
        } else {
            written.clone_into(&mut found.text);
            found.dynamic = true;
        }
        found
    }

    fn add(&mut self, pieces: &[WordPieceWithSource]) {
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text)
                | WordPiece::SingleQuotedText(text)
                | WordPiece::AnsiCQuotedText(text) => self.text.push_str(text),
                WordPiece::DoubleQuotedSequence(inner)
                | WordPiece::GettextDoubleQuotedSequence(inner) => self.add(inner),
                WordPiece::TildePrefix(name) => {
                    self.text.push('~');
                    self.text.push_str(name);
                }
                WordPiece::EscapeSequence(escaped) => {
                    self.text.push_str(escaped.strip_prefix('\\').unwrap_or(escaped));
                }
                WordPiece::ParameterExpansion(expression) => {
                    self.dynamic = true;
                    let name = variable(expression).unwrap_or_else(|| "?".to_owned());
                    self.text.push('$');
                    self.text.push_str(&name);
                    self.variables.push(name);
                }
                WordPiece::CommandSubstitution(command)
                | WordPiece::BackquotedCommandSubstitution(command) => {
                    self.dynamic = true;
                    self.text.push_str("$(...)");
                    self.variables.extend(variables_in(command));
                }
                WordPiece::ArithmeticExpression(_) => {
                    self.dynamic = true;
                    self.text.push_str("$((...))");
                }
            }
        }
    }
}

/// The variable that an expansion reads.
fn variable(expression: &ParameterExpr) -> Option<String> {
    let (ParameterExpr::Parameter { parameter, .. }
    | ParameterExpr::UseDefaultValues { parameter, .. }
    | ParameterExpr::AssignDefaultValues { parameter, .. }
    | ParameterExpr::IndicateErrorIfNullOrUnset { parameter, .. }
    | ParameterExpr::UseAlternativeValue { parameter, .. }) = expression
    else {
        return None;
    };
    match parameter {
        Parameter::Named(name) => Some(name.clone()),
        Parameter::Special(_) => Some("?".to_owned()),
        _ => None,
    }
}

/// Names after a dollar sign, anywhere in a text: for what a condition may depend on.
pub(super) fn variables_in(text: &str) -> Vec<String> {
    text.split('$')
        .skip(1)
        .map(|rest| {
            let rest = rest.strip_prefix('{').unwrap_or(rest);
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_removed_and_variables_are_known() {
        let word = Word::parse(r#"a'b c'"d \"$X\""${Y:-z}\ e"#);
        assert_eq!(word.text, "ab cd \"$X\"$Y e");
        assert_eq!(word.variables, ["X", "Y"]);
        assert!(word.dynamic);
        assert!(!Word::parse("'$X'").dynamic);
        assert_eq!(Word::parse("$(cat $FILE)").variables, ["FILE"]);
    }
}
