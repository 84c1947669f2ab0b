//! What of a server's message a person may see: never a value of a row, in any language.
//!
//! A list of SQLSTATE classes decides what is shown; what is not in the list is not shown. The
//! database's own code may raise any SQLSTATE with any text, so where a message was raised counts
//! too: the field `R` of the message (the routine in the server's source) cannot be set by a
//! function. Fields: <https://www.postgresql.org/docs/current/protocol-error-fields.html>.
//!
//! A name in a message may be a value as well: `'ann'::regclass` of a column names a relation. A name is
//! shown if it stands in our statement, or if the server gives its position in it.

use std::path::Path;
use tokio_postgres::error::{DbError, ErrorPosition, Severity};

/// Lines of the context, of what a failed function has called.
const MOST_CONTEXT: usize = 8;

/// What of a message may repeat values of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Nothing,
    /// `Key (email)=(ann@example.com) already exists.`
    Detail,
    /// `relation "ann" does not exist`, of a column that is cast to `regclass`
    Names,
    /// `invalid input syntax for type integer: "ann@example.com"`
    Message,
    /// `RAISE`, and statements that a function has put together
    Everything,
}

/// What the server said of a statement, a line each.
pub(super) fn lines(said: &DbError, statement: &str) -> Vec<String> {
    let quotes = quotes(said);
    let message = message_about(said, statement);
    let mut lines = vec![format!("{message} (SQLSTATE {})", said.code().code())];
    let clear = |text: &str| match quotes {
        Quotes::Names => without_unknown_names(text, statement),
        _ => text.to_owned(),
    };
    if matches!(quotes, Quotes::Nothing | Quotes::Names) {
        lines.extend(said.detail().map(|detail| format!("detail: {}", clear(detail))));
        lines.extend(said.hint().map(|hint| format!("hint: {}", clear(hint))));
    } else if quotes != Quotes::Everything {
        // the server's own fields; a function may set them to anything
        if said.table().or(said.datatype()).is_some() {
            // a type has a schema too, and no table
            let (kind, name) = match (said.table(), said.datatype()) {
                (None, Some(of)) => ("type", [said.schema(), Some(of)]),
                (table, _) => ("table", [said.schema(), table]),
            };
            lines.push(format!(
                "{kind}: {}",
                name.into_iter().flatten().collect::<Vec<_>>().join(".")
            ));
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
    message_about(said, "")
}

fn message_about(said: &DbError, statement: &str) -> String {
    match quotes(said) {
        Quotes::Everything if is_warning(said) => "a message of the database's own code".to_owned(),
        Quotes::Everything => "an exception raised by the database's own code".to_owned(),
        Quotes::Message if matches!(said.code().code(), "22021" | "22P05") => {
            without_bytes(said.message())
        }
        Quotes::Message => without_quoted(said.message()),
        Quotes::Names => without_unknown_names(said.message(), statement),
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
    let by_state = of_state(said.code().code(), puts_statements_together(context));
    // the place in our own statement; with a context, it is one in a text that the statement reads
    let is_ours = context.is_empty() && matches!(said.position(), Some(ErrorPosition::Original(_)));
    if by_state == Quotes::Names && is_ours { Quotes::Nothing } else { by_state }
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn of_state(state: &str, dynamic: bool) -> Quotes {
    match (state.get(..2).unwrap_or_default(), state) {
        // a syntax error repeats the statement, and an unknown name may be a value
        ("42", _) if dynamic => Quotes::Everything,
        // internal errors, also of extensions
        ("XX", state) if !matches!(state, "XX001" | "XX002") => Quotes::Message,
        ("22", _) => Quotes::Message,
        ("23" | "44", _) => Quotes::Detail,
        (
            "08" | "0A" | "0L" | "0P" | "26" | "28" | "2B" | "34" | "3B" | "3D" | "3F" | "42",
            state,
        ) if state != "42501" => Quotes::Names,
        // 42501, insufficient privilege: for an object that is there; XX: a damaged page or index
        (
            "00" | "01" | "02" | "0B" | "24" | "25" | "2D" | "40" | "42" | "53" | "54" | "55"
            | "57" | "58" | "72" | "F0" | "XX",
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
            .is_some_and(|at| ["RAISE", "ASSERT"].iter().any(|s| at.contains(s)))
}

/// Whether a function runs statements that it makes of text, which may hold values. The kinds of
/// PL/pgSQL's statements are the same words in every language of messages.
fn puts_statements_together(context: &str) -> bool {
    let kinds = ["EXECUTE", "RETURN QUERY", "OPEN"];
    // where a kind stands in its line depends on the language; `FOR over EXECUTE statement` is translated
    calls(context).any(|at| kinds.iter().any(|kind| at.contains(kind)))
        || calls(context).any(|at| !at.contains("PL/pgSQL"))
}

/// The lines about functions in procedural languages: `PL/pgSQL function f() line 1 at RAISE`, in French
/// `fonction PL/pgSQL f(), ligne 1 à RAISE`.
fn calls(context: &str) -> impl Iterator<Item = &str> {
    context.lines().filter(|line| line.contains("PL/"))
}

/// A line of the context, if it says where and not what: `SQL statement "…"` repeats a statement
/// with its values.
fn place(line: &str) -> Option<&str> {
    if line.starts_with("COPY ") {
        // `COPY users, line 3, column email: "…"`
        return Some(line.find(": ").map_or(line, |end| &line[..end]));
    }
    let is_call = line.contains("PL/") && !line.contains(is_quote);
    (is_call || line.starts_with("PL/") || line.starts_with("SQL function ")).then_some(line)
}

/// Which quotes a message has depends on its language.
fn is_quote(c: char) -> bool {
    "\"'`´‘’‚‛“”„‟«»‹›「」『』《》〈〉".contains(c)
}

/// Pairs of quotes around names, except the apostrophe.
const PAIRS: [(char, char); 8] = [
    ('"', '"'),
    ('«', '»'),
    ('»', '«'),
    ('„', '“'),
    ('“', '”'),
    ('”', '”'),
    ('「', '」'),
    ('《', '》'),
];

/// Names that the statement holds stay. Any other text between quotes, and what follows a colon, may be a
/// value.
fn without_unknown_names(message: &str, statement: &str) -> String {
    let (mut shown, mut rest) = (String::new(), message);
    let mut hidden = false;
    while let Some(open) = rest.find(|c| PAIRS.iter().any(|(first, _)| *first == c)) {
        let opener = rest[open..].chars().next().unwrap_or_default();
        let inside = &rest[open + opener.len_utf8()..];
        let closes = |c: char| PAIRS.contains(&(opener, c));
        let Some(end) = inside.find(closes) else { break };
        let width = inside[end..].chars().next().map_or(0, char::len_utf8);
        let name = inside[..end].trim_matches([' ', '\u{a0}', '\u{202f}']);
        if !holds(statement, name) {
            hidden = true;
            break;
        }
        let until = open + opener.len_utf8() + end + width;
        shown.push_str(&rest[..until]);
        rest = &rest[until..];
    }
    if hidden {
        return shown + &without_quoted(rest);
    }
    let rest = without_quoted(rest);
    match rest.split_once(": ") {
        Some((what, _)) => format!("{shown}{what}: …"),
        None => shown + &rest,
    }
}

/// Whether a statement names something, part by part: `public.users` is written
/// `"public"."users"`.
fn holds(statement: &str, name: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let has = |part: &str| {
        statement.match_indices(part).any(|(at, _)| {
            !is_word(statement[..at].chars().next_back())
                && !is_word(statement[at + part.len()..].chars().next())
        })
    };
    name.split('.').all(|part| !part.is_empty() && has(part))
}

/// What stands between quotes is a value in some classes.
fn without_quoted(message: &str) -> String {
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
        assert_eq!(of_state("42703", false), Quotes::Names);
        assert_eq!(of_state("42501", false), Quotes::Nothing);
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
        assert!(puts_statements_together("fonction PL/pgSQL f(text), ligne 1 à EXECUTE"));
        assert!(puts_statements_together("функция PL/pgSQL f(text), строка 1, оператор OPEN"));
        assert!(puts_statements_together("PL/pgSQL関数f(text)の1行目 - RETURN QUERY"));
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
            (
                "fonction PL/pgSQL f(), ligne 1 à RAISE",
                Some("fonction PL/pgSQL f(), ligne 1 à RAISE"),
            ),
            ("instruction SQL « select 'PL/ann' »", None),
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

    #[test]
    fn a_name_is_shown_if_the_statement_holds_it() {
        let statement = "alter table \"public\".\"users\" add check (f(mail::regclass))";
        for (message, shown) in [
            ("relation \"ann\" does not exist", "relation \"…\" does not exist"),
            ("Relation »ann« existiert nicht", "Relation \"…\" existiert nicht"),
            ("la relation « ann » n'existe pas", "la relation \"…\"existe pas"),
            ("リレーション\"ann\"は存在しません", "リレーション\"…\"は存在しません"),
            (
                "relation \"public.users\" does not exist",
                "relation \"public.users\" does not exist",
            ),
            ("relation « public.users » inconnue", "relation « public.users » inconnue"),
            ("column \"mail\" of \"ann\" is not", "column \"mail\" of \"…\" is not"),
            ("relation \"user\" does not exist", "relation \"…\" does not exist"),
            ("operator does not exist: ann", "operator does not exist: …"),
            ("cannot do it", "cannot do it"),
        ] {
            assert_eq!(without_unknown_names(message, statement), shown);
        }
    }
}
