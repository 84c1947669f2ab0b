//! A shell command that is one program with its arguments.

/// One line, one program: nothing of what makes a shell do more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimpleCommand<'a>(&'a str);

impl<'a> SimpleCommand<'a> {
    #[must_use]
    pub fn of(command: &'a str) -> Option<Self> {
        let command = command.trim();
        let more = |c: char| ";&|<>`$()\n#\\".contains(c);
        (!command.is_empty() && !command.contains(more)).then_some(SimpleCommand(command))
    }

    /// The command without these last words, where they are its last and `program` is a word
    /// before them, with or without a path.
    pub(super) fn before(self, last_words: &str, program: &str) -> Option<&'a str> {
        let rest = self.0.strip_suffix(last_words)?;
        let is_whole_word = rest.ends_with(char::is_whitespace);
        let has_program =
            rest.split_whitespace().any(|word| word.rsplit('/').next() == Some(program));
        (is_whole_word && has_program).then(|| rest.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_does_more_is_not_simple() {
        for command in ["a; b", "a && b", "a | b", "a > b", "a $(b)", "a `b`", "a\nb", "(a)", " "] {
            assert_eq!(SimpleCommand::of(command), None, "{command:?}");
        }
        assert!(SimpleCommand::of(" env A=1 bin/rails db:migrate\n").is_some());
    }

    #[test]
    fn what_stands_before_the_last_words() {
        let before = |command, words, program| {
            SimpleCommand::of(command).and_then(|command| command.before(words, program))
        };
        let alembic = "poetry run alembic -n app:myapp upgrade head";
        assert_eq!(
            before(alembic, "upgrade head", "alembic"),
            Some("poetry run alembic -n app:myapp")
        );
        assert_eq!(before("bin/rails db:migrate", "db:migrate", "rails"), Some("bin/rails"));
        assert_eq!(before("rails xdb:migrate", "db:migrate", "rails"), None);
        assert_eq!(before("make upgrade head", "upgrade head", "alembic"), None);
    }
}
