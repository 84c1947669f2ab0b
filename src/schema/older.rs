//! Definitions as an older server writes them. `pg_dump` writes for a server of the source's version. Some
//! of what is new says nothing that the older server lacks.

use super::Schema;

impl Schema {
    /// Writes definitions for a server of this major version, where it can say the same.
    pub fn write_for(&mut self, major: u32) {
        for statement in &mut self.pre_data {
            if let Some(sql) = for_older(&statement.sql, major) {
                statement.sql = sql;
            }
        }
    }
}

/// The same for an older server, if it is written differently there.
fn for_older(sql: &str, major: u32) -> Option<String> {
    if major < 15 && sql.starts_with("CREATE UNLOGGED SEQUENCE ") {
        // what a sequence holds is not lost with its table's rows
        return Some(sql.replacen(" UNLOGGED", "", 1));
    }
    if major < 14 && sql.starts_with("CREATE TYPE ") {
        return without_multirange(sql);
    }
    if major < 18 && sql.starts_with("CREATE ") {
        return with_older_not_null(sql);
    }
    None
}

/// Without the name of the type of multiranges: an older server makes none.
fn without_multirange(sql: &str) -> Option<String> {
    let list = List::of(sql, " AS RANGE (")?;
    let is_name = |element: &&str| element.trim_start().starts_with("multirange_type_name = ");
    let kept: Vec<&str> =
        list.elements.iter().filter(|element| !is_name(element)).copied().collect();
    (kept.len() < list.elements.len()).then(|| list.with(&kept))
}

/// A child table that makes an inherited column NOT NULL says so beside its columns since version 18.
/// An older server needs another statement.
fn with_older_not_null(sql: &str) -> Option<String> {
    let begin = ["CREATE TABLE ", "CREATE UNLOGGED TABLE ", "CREATE FOREIGN TABLE "];
    let table = begin.iter().find_map(|begin| sql.strip_prefix(begin))?;
    let list = List::of(sql, " (")?;
    let table = &table[..table.len() - (sql.len() - list.start) - " (".len()];
    let columns = list.elements.iter().filter_map(|element| not_null_column(element));
    let columns: Vec<&str> = columns.collect();
    if columns.is_empty() {
        return None;
    }
    let kept = list.elements.iter().filter(|element| not_null_column(element).is_none());
    let kept: Vec<&str> = kept.copied().collect();
    let mut written = list.with(&kept);
    for column in columns {
        let alter = format!("\nALTER TABLE ONLY {table} ALTER COLUMN {column} SET NOT NULL;\n");
        written.push_str(&alter);
    }
    Some(written)
}

/// The column in `CONSTRAINT name NOT NULL "a column"`.
fn not_null_column(element: &str) -> Option<&str> {
    let element = element.trim();
    let element = match element.strip_prefix("CONSTRAINT ") {
        Some(named) => named[name_length(named)..].trim_start(),
        None => element,
    };
    let column = element.strip_prefix("NOT NULL ")?;
    (name_length(column) == column.len()).then_some(column)
}

/// How long the name at the beginning is, which may be quoted.
fn name_length(text: &str) -> usize {
    if !text.starts_with('"') {
        return text
            .find(|c: char| !c.is_alphanumeric() && !"_$".contains(c))
            .unwrap_or(text.len());
    }
    let mut quotes = text.match_indices('"').map(|(at, _)| at).skip(1);
    while let Some(at) = quotes.next() {
        if !text[at + 1..].starts_with('"') {
            return at + 1;
        }
        quotes.next();
    }
    text.len()
}

/// What stands between parentheses and is separated by commas.
struct List<'a> {
    sql: &'a str,
    start: usize,
    end: usize,
    elements: Vec<&'a str>,
}

impl<'a> List<'a> {
    /// The list that begins with this text, outside of quotes.
    fn of(sql: &'a str, begin: &str) -> Option<Self> {
        let (mut start, mut depth, mut elements) = (None, 0, Vec::new());
        let (mut from, mut at) = (0, 0);
        while let Some(c) = sql[at..].chars().next() {
            let mut step = c.len_utf8();
            match (c, start) {
                ('\'', _) => step = string_length(&sql[at..], sql[..at].ends_with('E')),
                ('"', _) => step = name_length(&sql[at..]),
                ('(', None) if sql[..=at].ends_with(begin) => {
                    start = Some(at + 1);
                    from = at + 1;
                }
                ('(', Some(_)) => depth += 1,
                (')', Some(start)) if depth == 0 => {
                    elements.push(&sql[from..at]);
                    return Some(List { sql, start, end: at, elements });
                }
                (')', Some(_)) => depth -= 1,
                (',', Some(_)) if depth == 0 => {
                    elements.push(&sql[from..at]);
                    from = at + 1;
                }
                _ => {}
            }
            at += step;
        }
        None
    }

    /// The statement with these elements only.
    fn with(&self, elements: &[&str]) -> String {
        let List { sql, start, end, .. } = *self;
        let last = self.elements.last().map_or("", |last| &last[last.trim_end().len()..]);
        let elements = elements.join(",");
        format!("{}{}{last}{}", &sql[..start], elements.trim_end(), &sql[end..])
    }
}

/// How long the string at the beginning is. In one with an `E` before it, a backslash escapes.
fn string_length(text: &str, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' if escapes => _ = characters.next(),
            '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_makes_inherited_columns_not_null_says_so_in_statements_of_their_own() {
        let sql = "CREATE TABLE public.\"a (b\" (\n    CONSTRAINT \"x, y\" NOT NULL \"an \"\"id\"\"\",\n    \
                   state text DEFAULT 'a, NOT NULL b'::text NOT NULL,\n    amount numeric(4,2),\n    \
                   CONSTRAINT c CHECK ((state <> E'it\\'s, (')),\n    NOT NULL name\n)\nINHERITS (public.cities);\n";
        let expected = "CREATE TABLE public.\"a (b\" (\n    \
                   state text DEFAULT 'a, NOT NULL b'::text NOT NULL,\n    amount numeric(4,2),\n    \
                   CONSTRAINT c CHECK ((state <> E'it\\'s, ('))\n)\nINHERITS (public.cities);\n\n\
                   ALTER TABLE ONLY public.\"a (b\" ALTER COLUMN \"an \"\"id\"\"\" SET NOT NULL;\n\n\
                   ALTER TABLE ONLY public.\"a (b\" ALTER COLUMN name SET NOT NULL;\n";
        assert_eq!(for_older(sql, 17).as_deref(), Some(expected));
        assert_eq!(for_older(sql, 18), None);
    }

    #[test]
    fn a_child_without_columns_of_its_own_keeps_an_empty_list() {
        let sql = "CREATE TABLE public.b (\n    NOT NULL id\n)\nINHERITS (public.a);\n";
        let expected = "CREATE TABLE public.b (\n)\nINHERITS (public.a);\n\n\
                        ALTER TABLE ONLY public.b ALTER COLUMN id SET NOT NULL;\n";
        assert_eq!(for_older(sql, 13).as_deref(), Some(expected));
    }

    #[test]
    fn what_an_older_server_can_say_too_stays_as_it_is() {
        for sql in [
            "CREATE TABLE public.a (\n    id integer CONSTRAINT x NOT NULL,\n    not_null text\n);\n",
            "CREATE TABLE public.a (\n);\n",
            "CREATE VIEW public.v AS\n SELECT 1;\n",
            "CREATE TYPE public.t AS ENUM (\n    'a',\n    'b'\n);\n",
        ] {
            assert_eq!(for_older(sql, 13), None, "{sql}");
        }
    }

    #[test]
    fn sequences_and_ranges_lose_what_is_new() {
        let sequence = "CREATE UNLOGGED SEQUENCE public.s\n    START WITH 1;\n";
        let logged = "CREATE SEQUENCE public.s\n    START WITH 1;\n";
        assert_eq!(for_older(sequence, 14).as_deref(), Some(logged));
        assert_eq!(for_older(sequence, 15), None);
        let range = "CREATE TYPE a.span AS RANGE (\n    subtype = date,\n    multirange_type_name = a.spans\n);\n";
        let older = "CREATE TYPE a.span AS RANGE (\n    subtype = date\n);\n";
        assert_eq!(for_older(range, 13).as_deref(), Some(older));
        assert_eq!(for_older(range, 14), None);
    }
}
