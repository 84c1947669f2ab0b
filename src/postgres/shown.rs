//! What of a server's message a person may see: never a value of a row, in any language.
//!
//! A list of SQLSTATE classes decides what is shown; what is not in the list is not shown. The
//! database's own code may raise any SQLSTATE with any text, so where a message was raised counts
//! too: the field `R` of the message (the routine in the server's source) cannot be set by a
//! function. Fields: <https://www.postgresql.org/docs/current/protocol-error-fields.html>.

use std::path::Path;
use tokio_postgres::error::{DbError, Severity};

/// Lines of the context, of what a failed function has called.
const MOST_CONTEXT: usize = 8;

/// What of a message may repeat values of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Nothing,
    /// `Key (email)=(ann@example.com) already exists.`
    Detail,
    /// `invalid input syntax for type integer: "ann@example.com"`
    Message,
    /// `RAISE`, and statements that a function has put together
    Everything,
}

/// What the server said, a line each.
pub(super) fn lines(said: &DbError) -> Vec<String> {
    let quotes = quotes(said);
    let mut lines = vec![format!("{} (SQLSTATE {})", message(said), said.code().code())];
    if quotes == Quotes::Nothing {
        lines.extend(said.detail().map(|detail| format!("detail: {detail}")));
        lines.extend(said.hint().map(|hint| format!("hint: {hint}")));
    } else if quotes != Quotes::Everything {
        // the server's own fields; a function may set them to anything
        let relation = [said.schema(), said.table()].into_iter().flatten().collect::<Vec<_>>();
        if !relation.is_empty() {
            lines.push(format!("table: {}", relation.join(".")));
        }
        lines.extend(said.column().map(|column| format!("column: {column}")));
        lines.extend(said.constraint().map(|constraint| format!("constraint: {constraint}")));
    }
    let context = said.where_().unwrap_or_default().lines().filter_map(place);
    lines.extend(context.take(MOST_CONTEXT).map(|line| format!("context: {line}")));
    lines
}

/// The message, as far as it can be shown.
pub(super) fn message(said: &DbError) -> String {
    match quotes(said) {
        Quotes::Everything if is_warning(said) => "a message of the database's own code".to_owned(),
        Quotes::Everything => "an exception raised by the database's own code".to_owned(),
        Quotes::Message if matches!(said.code().code(), "22021" | "22P05") => {
            without_bytes(said.message())
        }
        Quotes::Message => without_quoted(said.message()),
        Quotes::Detail | Quotes::Nothing => said.message().to_owned(),
    }
}

/// Whether the server itself says so, and its SQLSTATE means what it means elsewhere.
pub(super) fn is_the_servers(said: &DbError) -> bool {
    quotes(said) != Quotes::Everything
}

fn is_warning(said: &DbError) -> bool {
    let severity = said.parsed_severity();
    !matches!(severity, None | Some(Severity::Error | Severity::Fatal | Severity::Panic))
}

fn quotes(said: &DbError) -> Quotes {
    let context = said.where_().unwrap_or_default();
    if is_raised(said.routine(), said.file(), context) {
        return Quotes::Everything;
    }
    of_state(said.code().code(), puts_statements_together(context))
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn of_state(state: &str, dynamic: bool) -> Quotes {
    match (state.get(..2).unwrap_or_default(), state) {
        // a syntax error repeats the statement, and an unknown name may be a value
        ("42", _) if dynamic => Quotes::Everything,
        // internal errors, those of extensions too
        ("XX", state) if !matches!(state, "XX001" | "XX002") => Quotes::Message,
        ("22", _) => Quotes::Message,
        ("23" | "44", _) => Quotes::Detail,
        // XX: a damaged page or index
        (
            "00" | "01" | "02" | "08" | "0A" | "0B" | "0L" | "0P" | "24" | "25" | "26" | "28"
            | "2B" | "2D" | "34" | "3B" | "3D" | "3F" | "40" | "42" | "53" | "54" | "55" | "57"
            | "58" | "72" | "F0" | "XX",
            _,
        ) => Quotes::Nothing,
        _ => Quotes::Everything,
    }
}

/// Whether a function of the database has written the message itself.
fn is_raised(routine: Option<&str>, file: Option<&str>, context: &str) -> bool {
    let routine = routine.unwrap_or_default();
    let file = file.unwrap_or_default();
    let of_language = ["plpy", "plperl", "pltcl", "plv8", "pllua", "plr", "pljava", "plrust"];
    matches!(routine, "exec_stmt_raise" | "exec_stmt_assert")
        || of_language.iter().any(|language| file.starts_with(language))
        || Path::new(file).extension().is_some_and(|extension| extension == "rs")
        || calls(context)
            .next()
            .is_some_and(|at| ["RAISE", "ASSERT"].iter().any(|s| at.ends_with(s)))
}

/// Whether a function runs statements that it makes of text, which may hold values. The kinds of
/// PL/pgSQL's statements are the same words in every language of messages.
fn puts_statements_together(context: &str) -> bool {
    let kinds = ["EXECUTE", "RETURN QUERY", "OPEN"];
    // `FOR over EXECUTE statement` is translated
    calls(context).any(|at| kinds.iter().any(|kind| at.ends_with(kind)) || at.contains("EXECUTE"))
        || calls(context).any(|at| !at.starts_with("PL/pgSQL"))
}

/// The lines about functions in procedural languages.
fn calls(context: &str) -> impl Iterator<Item = &str> {
    context.lines().filter(|line| line.starts_with("PL/"))
}

/// A line of the context, if it says where and not what: `SQL statement "…"` repeats a statement
/// with its values.
fn place(line: &str) -> Option<&str> {
    if line.starts_with("COPY ") {
        // `COPY users, line 3, column email: "…"`
        return Some(line.find(": ").map_or(line, |end| &line[..end]));
    }
    (line.starts_with("PL/") || line.starts_with("SQL function ")).then_some(line)
}

/// What stands between quotes is a value in some classes. Which quotes depends on the language.
fn without_quoted(message: &str) -> String {
    let is_quote = |c: char| "\"'`´‘’‚‛“”„‟«»‹›「」『』《》〈〉".contains(c);
    match (message.find(is_quote), message.rfind(is_quote)) {
        (Some(first), Some(last)) if first < last => {
            let end = last + message[last..].chars().next().map_or(1, char::len_utf8);
            format!("{}\"…\"{}", &message[..first], &message[end..])
        }
        _ => message.to_owned(),
    }
}

/// `invalid byte sequence for encoding "UTF8": 0xe4` quotes the encoding and the bytes of a value.
fn without_bytes(message: &str) -> String {
    let words = message.split(' ').filter(|word| !word.starts_with("0x"));
    words.collect::<Vec<_>>().join(" ").trim_end_matches([':', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_class_is_not_shown() {
        assert_eq!(of_state("23505", false), Quotes::Detail);
        assert_eq!(of_state("42703", false), Quotes::Nothing);
        assert_eq!(of_state("42703", true), Quotes::Everything);
        for state in ["P0001", "38000", "39000", "U0001", "99999", ""] {
            assert_eq!(of_state(state, false), Quotes::Everything, "{state}");
        }
    }

    #[test]
    fn what_a_function_raises_under_another_sqlstate_counts_as_raised() {
        let raise = "PL/pgSQL-Funktion f() Zeile 1 bei RAISE";
        assert!(is_raised(Some("exec_stmt_raise"), Some("pl_exec.c"), ""));
        assert!(is_raised(None, None, raise));
        assert!(is_raised(None, Some("plpy_elog.c"), "PL/Python function \"f\""));
        assert!(!is_raised(Some("_bt_check_unique"), Some("nbtinsert.c"), ""));
        // an error within a block whose caller raises nothing
        assert!(!is_raised(
            Some("int4div"),
            Some("int.c"),
            "PL/pgSQL function f() line 1 at RETURN"
        ));
    }

    #[test]
    fn statements_made_of_text_are_known_by_the_functions_line() {
        assert!(puts_statements_together("PL/pgSQL-Funktion f() Zeile 1 bei EXECUTE"));
        assert!(puts_statements_together("PL/pgSQL function f() line 1 at RETURN QUERY"));
        assert!(puts_statements_together("PL/Perl function \"f\""));
        assert!(!puts_statements_together("PL/pgSQL function f() line 1 at SQL statement"));
        assert!(!puts_statements_together("COPY people, line 1"));
    }

    #[test]
    fn a_context_says_where_and_never_what() {
        for (line, shown) in [
            ("COPY users, line 3, column email: \"ann\"", Some("COPY users, line 3, column email")),
            ("COPY users, Zeile 3, Spalte email: »ann«", Some("COPY users, Zeile 3, Spalte email")),
            ("COPY users, line 3", Some("COPY users, line 3")),
            ("SQL statement \"select 'ann'\"", None),
            ("SQL-Anweisung »select 'ann'«", None),
            ("JSON data, line 1: ann", None),
            ("SQL function \"slug\" statement 1", Some("SQL function \"slug\" statement 1")),
        ] {
            assert_eq!(place(line), shown);
        }
    }

    #[test]
    fn values_between_quotes_of_any_language_are_cut_out() {
        for message in [
            "invalid input syntax for type integer: \"ann\"",
            "ungültige Eingabesyntax für Typ integer: »ann«",
            "syntaxe en entrée invalide pour le type integer : « ann »",
            "型integerに対する不正な入力構文: 「ann」",
        ] {
            let shown = without_quoted(message);
            assert!(!shown.contains("ann") && shown.contains("integer"), "{shown}");
        }
        assert_eq!(without_quoted("integer out of range"), "integer out of range");
        assert_eq!(
            without_bytes("ungültige Byte-Sequenz für Kodierung »UTF8«: 0xe4 0x62"),
            "ungültige Byte-Sequenz für Kodierung »UTF8«"
        );
    }
}
