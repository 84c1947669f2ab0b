//! Does a condition hold in a review app? Only what is certain counts.
//!
//! In a review app, Heroku sets `HEROKU_APP_NAME` (which ends with `-pr-` and a number unless the
//! pipeline gives random names), `HEROKU_PARENT_APP_NAME`, `HEROKU_PR_NUMBER` and `HEROKU_BRANCH`:
//! <https://devcenter.heroku.com/articles/github-integration-review-apps>.

use super::part::{Condition, Truth};
use super::words::{Word, variables_in};
use brush_parser::ast::{
    AndOr, AndOrList, BinaryPredicate, Command, CommandPrefixOrSuffixItem, CompoundList,
    ExtendedTestExpr, Pipeline, SimpleCommand, UnaryPredicate,
};

/// Variables that tell a review app from its parent, and whether Heroku sets them in review apps.
const IDENTITY: &[(&str, bool)] = &[
    ("HEROKU_APP_NAME", true),
    ("HEROKU_PARENT_APP_NAME", true),
    ("HEROKU_PR_NUMBER", true),
    ("HEROKU_BRANCH", true),
    ("REVIEWAPP", false),
    ("REVIEW_APP", false),
    ("IS_REVIEW_APP", false),
    ("HEROKU_REVIEW_APP", false),
];

impl Condition {
    /// A list that decides by its result, as after `if`.
    pub(super) fn of_list(list: &CompoundList) -> Self {
        Condition::new(&list.to_string(), list_truth(list))
    }

    pub(super) fn of_pipeline(pipeline: &Pipeline) -> Self {
        Condition::new(&pipeline.to_string(), pipeline_truth(pipeline))
    }

    pub(super) fn new(text: &str, in_review: Truth) -> Self {
        let mut identity: Vec<String> = variables_in(text)
            .into_iter()
            .filter(|name| IDENTITY.iter().any(|(known, _)| known == name))
            .collect();
        identity.dedup();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Condition { text, identity, in_review }
    }

    /// A branch of `case`: `earlier` holds where a branch before it is taken.
    pub(super) fn of_case(value: &Word, patterns: &[Word], earlier: Truth) -> (Self, Truth) {
        let names: Vec<&str> = patterns.iter().map(|pattern| pattern.written.as_str()).collect();
        let holds = patterns
            .iter()
            .fold(Truth::No, |any, pattern| any.or(matches(value, &pattern.text, Match::Glob)));
        let text = format!("case {} in {})", value.written, names.join("|"));
        (Condition::new(&text, earlier.not().and(holds)), holds)
    }

    pub(super) fn not(self) -> Self {
        Condition {
            text: format!("not ({})", self.text),
            in_review: self.in_review.not(),
            identity: self.identity,
        }
    }
}

/// Whether a pipeline is a test, so that what follows it by `&&` or `||` depends on a condition.
pub(super) fn is_test(pipeline: &Pipeline) -> bool {
    pipeline.seq.iter().any(|command| match command {
        Command::ExtendedTest(_) => true,
        Command::Simple(simple) => {
            let program = simple.word_or_name.as_ref().map(|word| word.value.as_str());
            matches!(program, Some("[" | "test" | "grep" | "egrep"))
        }
        _ => false,
    })
}

fn list_truth(list: &CompoundList) -> Truth {
    list.0.last().map_or(Truth::Unknown, |item| and_or_truth(&item.0))
}

fn and_or_truth(list: &AndOrList) -> Truth {
    list.additional.iter().fold(pipeline_truth(&list.first), |before, next| match next {
        AndOr::And(pipeline) => before.and(pipeline_truth(pipeline)),
        AndOr::Or(pipeline) => before.or(pipeline_truth(pipeline)),
    })
}

fn pipeline_truth(pipeline: &Pipeline) -> Truth {
    let [command] = pipeline.seq.as_slice() else { return Truth::Unknown };
    let truth = match command {
        Command::ExtendedTest(test) => extended_truth(&test.expr),
        Command::Simple(simple) => test_truth(simple),
        _ => Truth::Unknown,
    };
    if pipeline.bang { truth.not() } else { truth }
}

fn extended_truth(expression: &ExtendedTestExpr) -> Truth {
    match expression {
        ExtendedTestExpr::And(left, right) => extended_truth(left).and(extended_truth(right)),
        ExtendedTestExpr::Or(left, right) => extended_truth(left).or(extended_truth(right)),
        ExtendedTestExpr::Not(inner) => extended_truth(inner).not(),
        ExtendedTestExpr::Parenthesized(inner) => extended_truth(inner),
        ExtendedTestExpr::UnaryTest(UnaryPredicate::StringHasZeroLength, word) => {
            is_set(&Word::of(word)).not()
        }
        ExtendedTestExpr::UnaryTest(UnaryPredicate::StringHasNonZeroLength, word) => {
            is_set(&Word::of(word))
        }
        ExtendedTestExpr::UnaryTest(UnaryPredicate::ShellVariableIsSetAndAssigned, word) => {
            is_set(&Word::parse(&format!("${}", word.value)))
        }
        ExtendedTestExpr::UnaryTest(..) => Truth::Unknown,
        ExtendedTestExpr::BinaryTest(predicate, left, right) => {
            let (left, right) = (Word::of(left), Word::of(right));
            match predicate {
                BinaryPredicate::StringExactlyMatchesPattern => {
                    matches(&left, &right.text, Match::Glob)
                }
                BinaryPredicate::StringDoesNotExactlyMatchPattern => {
                    matches(&left, &right.text, Match::Glob).not()
                }
                BinaryPredicate::StringExactlyMatchesString => {
                    matches(&left, &right.text, Match::Whole)
                }
                BinaryPredicate::StringDoesNotExactlyMatchString => {
                    matches(&left, &right.text, Match::Whole).not()
                }
                BinaryPredicate::StringMatchesRegex | BinaryPredicate::StringContainsSubstring => {
                    matches(&left, &right.text, Match::Within)
                }
                _ => Truth::Unknown,
            }
        }
    }
}

/// `[ ... ]` and `test ...`, whose words are ordinary ones.
fn test_truth(simple: &SimpleCommand) -> Truth {
    let program = simple.word_or_name.as_ref().map(|word| word.value.as_str());
    let words: Vec<Word> = simple
        .suffix
        .iter()
        .flat_map(|suffix| &suffix.0)
        .filter_map(|item| match item {
            CommandPrefixOrSuffixItem::Word(word)
            | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => Some(Word::of(word)),
            _ => None,
        })
        .collect();
    match (program, words.split_last()) {
        (Some("test"), _) => words_truth(&words),
        (Some("["), Some((last, words))) if last.text == "]" => words_truth(words),
        (Some("true" | ":"), _) => Truth::Yes,
        (Some("false"), _) => Truth::No,
        _ => Truth::Unknown,
    }
}

fn words_truth(words: &[Word]) -> Truth {
    match words {
        [not, rest @ ..] if not.text == "!" && !rest.is_empty() => words_truth(rest).not(),
        [word] => is_set(word),
        [operator, word] if operator.text == "-n" => is_set(word),
        [operator, word] if operator.text == "-z" => is_set(word).not(),
        [left, operator, right] => match operator.text.as_str() {
            "=" | "==" => matches(left, &right.text, Match::Whole),
            "!=" => matches(left, &right.text, Match::Whole).not(),
            _ => Truth::Unknown,
        },
        _ => Truth::Unknown,
    }
}

/// Whether a word is not empty in a review app.
fn is_set(word: &Word) -> Truth {
    if !word.dynamic {
        return Truth::from(!word.text.is_empty());
    }
    let set_by_heroku = word.variables.iter().any(|name| IDENTITY.contains(&(name.as_str(), true)));
    if set_by_heroku { Truth::Yes } else { Truth::Unknown }
}

#[derive(Clone, Copy)]
enum Match {
    Whole,
    Glob,
    Within,
}

/// Whether a word in a review app matches. Only names of review apps are compared: they end with
/// `-pr-` and a number.
fn matches(word: &Word, pattern: &str, how: Match) -> Truth {
    if !word.dynamic {
        return match how {
            Match::Whole => Truth::from(word.text == pattern),
            Match::Glob if pattern == "*" => Truth::Yes,
            Match::Glob | Match::Within => Truth::Unknown,
        };
    }
    if matches!(how, Match::Glob) && pattern == "*" {
        return Truth::Yes;
    }
    if pattern.is_empty() && matches!(how, Match::Whole | Match::Glob) {
        return is_set(word).not();
    }
    let is_name = matches!(word.variables.as_slice(), [name] if name == "HEROKU_APP_NAME");
    if !is_name || pattern.trim_end_matches('$').contains('$') {
        return Truth::Unknown;
    }
    let of_review_apps = pattern.contains("-pr-");
    match how {
        Match::Glob if of_review_apps && pattern.starts_with('*') && pattern.ends_with('*') => {
            Truth::Yes
        }
        Match::Within if of_review_apps => Truth::Yes,
        Match::Whole | Match::Glob if !of_review_apps && !pattern.contains(['*', '?', '[']) => {
            Truth::No
        }
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn truth(test: &str) -> Truth {
        let program = parse(test).unwrap();
        Condition::of_list(&program.complete_commands[0]).in_review
    }

    #[test]
    fn what_holds_in_a_review_app() {
        for (test, expected) in [
            ("[[ $HEROKU_APP_NAME == *-pr-* ]]", Truth::Yes),
            ("[[ $HEROKU_APP_NAME != *-pr-* ]]", Truth::No),
            ("[[ \"$HEROKU_APP_NAME\" =~ -pr-[0-9]+$ ]]", Truth::Yes),
            ("[ \"$HEROKU_APP_NAME\" = shop-production ]", Truth::No),
            ("[ -n \"$HEROKU_PARENT_APP_NAME\" ]", Truth::Yes),
            ("[ -z \"${HEROKU_PR_NUMBER}\" ]", Truth::No),
            ("test -z \"$HEROKU_PARENT_APP_NAME\"", Truth::No),
            ("! [ -z \"$HEROKU_PR_NUMBER\" ]", Truth::Yes),
            ("[ ! -z \"$HEROKU_PR_NUMBER\" ]", Truth::Yes),
            ("[ \"$HEROKU_PARENT_APP_NAME\" != \"\" ]", Truth::Yes),
            ("[[ -z $HEROKU_PR_NUMBER && $X == y ]]", Truth::No),
            ("[[ -z $HEROKU_PR_NUMBER || $X == y ]]", Truth::Unknown),
            ("[[ $HEROKU_APP_NAME == *staging* ]]", Truth::Unknown),
            ("[ \"$RAILS_ENV\" = production ]", Truth::Unknown),
            ("[ -n \"$REVIEW_APP\" ]", Truth::Unknown),
            ("grep -q pr <<< \"$HEROKU_APP_NAME\"", Truth::Unknown),
        ] {
            assert_eq!(truth(test), expected, "{test}");
        }
    }

    #[test]
    fn variables_that_tell_the_app_are_named() {
        let program = parse("echo \"$HEROKU_APP_NAME\" | grep -q -- -pr-").unwrap();
        let condition = Condition::of_list(&program.complete_commands[0]);
        assert_eq!(condition.identity, ["HEROKU_APP_NAME"]);
        assert_eq!(condition.in_review, Truth::Unknown);
    }
}
