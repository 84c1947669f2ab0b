//! Finding words and literals in source text, without understanding its language.

/// The text without lines that are comments in one of the languages that we look into.
pub(super) fn without_comments(text: &str) -> String {
    const BEGINNINGS: &[&str] = &["#", "//", "--", ";", "/*", "* ", "<!--", "%"];
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        if !BEGINNINGS.iter().any(|beginning| line.trim_start().starts_with(beginning)) {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

/// Where a word ends, each time that it is there and not a part of a longer one.
pub(super) fn ends_of<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let belongs = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).filter_map(move |(at, found)| {
        let end = at + found.len();
        let before = text[..at].chars().next_back();
        let after = text[end..].chars().next();
        (!before.is_some_and(belongs) && !after.is_some_and(belongs)).then_some(end)
    })
}

/// What belongs to a word: between braces or brackets, in a section `[word]`, or indented below
/// `word:`.
pub(super) fn blocks<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    ends_of(text, word).filter_map(|end| block(&text[end..]))
}

fn block(after: &str) -> Option<&str> {
    let rest = after.trim_start_matches(['"', '\'']);
    if let Some(section) = rest.strip_prefix(']') {
        return Some(&section[..section.find("\n[").unwrap_or(section.len())]);
    }
    let opening = rest.trim_start_matches(|c: char| c.is_whitespace() || ":=>(".contains(c));
    match opening.chars().next() {
        Some('{') => balanced(opening, '{', '}'),
        Some('[') => balanced(opening, '[', ']'),
        _ => indented(rest),
    }
}

fn balanced(text: &str, open: char, close: char) -> Option<&str> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(&text[..at]);
            }
        }
    }
    None
}

/// The lines of YAML below `word:`.
fn indented(after: &str) -> Option<&str> {
    let (first, lines) = after.strip_prefix(':')?.split_once('\n')?;
    if !first.trim().is_empty() {
        return None;
    }
    let width = |line: &str| line.len() - line.trim_start().len();
    let own = width(lines.lines().find(|line| !line.trim().is_empty())?);
    if own == 0 {
        return None;
    }
    let mut length = 0;
    for line in lines.split_inclusive('\n') {
        if !line.trim().is_empty() && width(line) < own {
            break;
        }
        length += line.len();
    }
    Some(&lines[..length])
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Literal(String),
    /// A bare word, a constant, or a variable of the environment.
    Named(String),
}

/// The value that stands after a key. Where it reads the environment, the variable and the value
/// in its absence.
pub(super) fn values(after: &str) -> Vec<Value> {
    let separators = |c: char| c.is_whitespace() || ":=>(,@".contains(c);
    let line_end = after.find('\n').unwrap_or(after.len());
    let mut line = after[..line_end].trim_start_matches(['"', '\'', ']']);
    if line.trim_matches(separators).is_empty() {
        // the value is on the next line
        line = after[line_end..].trim_start().lines().next().unwrap_or_default();
    }
    let line = line.trim_start_matches(separators);
    let end = line.find([';', '}']).unwrap_or(line.len());
    let asked = line[..end].to_lowercase();
    if asked.find("env").is_some_and(|at| !asked[..at].contains(['"', '\''])) {
        return environment(&line[..end]);
    }
    match quoted(line) {
        Some((literal, _)) => vec![Value::Literal(literal)],
        None => bare(line).map(Value::Named).into_iter().collect(),
    }
}

/// `process.env.NAME || 'x'`, `env('NAME', 'x')`, `System.get_env("NAME") || "x"`
fn environment(line: &str) -> Vec<Value> {
    let is_variable = |word: &str| {
        let of_a_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        word.len() > 2 && word != "ENV" && word.chars().all(of_a_variable)
    };
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut found: Vec<Value> =
        words.filter(|word| is_variable(word)).map(|word| Value::Named(word.to_owned())).collect();
    let mut rest = line;
    while let Some((literal, after)) =
        rest.find(['"', '\'', '`']).and_then(|at| quoted(&rest[at..]))
    {
        if !is_variable(&literal) {
            found.push(Value::Literal(literal));
            break;
        }
        rest = after;
    }
    found
}

/// A literal at the beginning, and what follows it.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| "\"'`".contains(*c))?;
    let rest = &text[1..];
    let end = rest.find(quote)?;
    Some((rest[..end].to_owned(), &rest[end + 1..]))
}

/// A word of a plain format, or the name of a constant.
pub(super) fn bare(text: &str) -> Option<String> {
    let belongs = |c: char| c.is_alphanumeric() || "_.$-".contains(c);
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The literal that a constant is set to in the same file, with or without a type.
pub(super) fn constant(text: &str, name: &str) -> Option<String> {
    ends_of(text, name).find_map(|end| {
        let rest = text[end..].lines().next()?.trim_start();
        let value = match rest.strip_prefix(':') {
            Some(typed) => typed.split_once('=')?.1,
            None => rest.strip_prefix('=')?,
        };
        quoted(value.trim_start()).map(|(literal, _)| literal)
    })
}
