//! `psql` and its relatives: what the SQL does that they are given.

use super::call::Call;
use super::input::Input;
use super::part::Effect;
use super::paths::joined;
use crate::migrate::frameworks::AppFiles;

/// Programs whose output is a dump, or may be one.
const DUMPS: &[&str] = &["pg_dump", "pg_dumpall", "rdbms-subsetter", "pg_restore"];
const FETCHES: &[&str] =
    &["curl", "wget", "gunzip", "zcat", "gzip", "bunzip2", "unzip", "xz", "aws", "gsutil", "s3cmd"];

/// `... | psql`
pub(super) fn of_pipeline(
    calls: &[Option<Call>],
    files: &AppFiles,
    directory: &str,
) -> Option<Effect> {
    let last = calls.last()?.as_ref()?;
    if !["psql", "pg_restore"].contains(&last.program.as_str()) {
        return None;
    }
    let first = calls.first()?.as_ref()?;
    let has = |programs: &[&str]| {
        let calls = calls[..calls.len() - 1].iter().flatten();
        calls.into_iter().any(|call| programs.contains(&call.program.as_str()))
    };
    if last.program == "pg_restore" || has(DUMPS) || has(FETCHES) {
        return Some(Effect::Copies);
    }
    match first.program.as_str() {
        "echo" | "printf" => {
            let text: Vec<&str> = first.arguments.iter().map(|word| word.text.as_str()).collect();
            of_text(&text.join(" "))
        }
        "cat" => of_file(first.plain().first()?, files, directory),
        _ => None,
    }
}

/// `psql -c "..."`, `psql -f file`, `psql < file`
pub(super) fn of_call(
    call: &Call,
    input: Option<Input>,
    files: &AppFiles,
    directory: &str,
) -> Option<Effect> {
    if call.program != "psql" {
        return None;
    }
    if let Some(text) = call.option(&["-c", "--command", "-tc", "-Atc", "-qc"]) {
        return of_text(&text.text);
    }
    if let Some(file) = call.option(&["-f", "--file", "-qf", "-1f", "-Xf"]) {
        return of_file(&file.text, files, directory);
    }
    let joined_to = call.arguments.iter().find_map(|word| {
        word.text
            .strip_prefix("--file=")
            .map(|file| of_file(file, files, directory))
            .or_else(|| word.text.strip_prefix("--command=").map(of_text))
    });
    joined_to.unwrap_or_else(|| match input? {
        Input::File(file) => of_file(&file, files, directory),
        Input::Text(text) => of_text(&text),
    })
}

fn of_file(file: &str, files: &AppFiles, directory: &str) -> Option<Effect> {
    let text = files.rough_text(&joined(directory, file)).ok().flatten();
    text.and_then(|text| of_text(&text))
}

/// `None` where nothing is certain.
fn of_text(text: &str) -> Option<Effect> {
    let statements: Vec<String> = without_comments(text)
        .split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .map(|statement| statement.to_ascii_lowercase())
        .filter(|statement| !statement.is_empty())
        .collect();
    let begins = |beginnings: &[&str]| {
        statements
            .iter()
            .any(|statement| beginnings.iter().any(|first| statement.starts_with(first)))
    };
    if begins(&["drop schema", "drop database", "drop owned"]) {
        Some(Effect::Empties("drops every table"))
    } else if begins(&["drop table"]) {
        Some(Effect::Empties("drops tables"))
    } else if begins(&["truncate"])
        || statements.iter().any(|s| s.starts_with("delete from ") && !s.contains(" where "))
    {
        Some(Effect::Empties("deletes the rows of tables"))
    } else if begins(&["create table", "alter table", "create schema"]) {
        Some(Effect::Creates)
    } else if begins(&["insert into", "copy "]) {
        Some(Effect::Fills)
    } else if !statements.is_empty()
        && statements
            .iter()
            .all(|s| ["select", "show", "\\"].iter().any(|first| s.starts_with(first)))
    {
        Some(Effect::Nothing)
    } else {
        None
    }
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_told_by_its_statements() {
        for (sql, expected) in [
            ("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", Some("drops every table")),
            ("drop table if exists users", Some("drops tables")),
            ("truncate users cascade", Some("deletes the rows of tables")),
            ("delete from users", Some("deletes the rows of tables")),
        ] {
            assert_eq!(of_text(sql), expected.map(Effect::Empties), "{sql}");
        }
        assert_eq!(of_text("-- drop schema x;\ncreate table t (id int);"), Some(Effect::Creates));
        assert_eq!(of_text("insert into t values (1)"), Some(Effect::Fills));
        assert_eq!(of_text("select 1"), Some(Effect::Nothing));
        assert_eq!(of_text("delete from sessions where old"), None);
    }
}
