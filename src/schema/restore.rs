//! Reading an archive in a format that is newer than we know: the `pg_restore` of the same client
//! writes it as plain SQL, with a comment before each entry that names it.
//!
//! Format: `_printTocEntry` of PostgreSQL's `pg_backup_archiver.c`, with `--verbose`:
//!
//! ```text
//! --
//! -- TOC entry 215 (class 1259 OID 16384)
//! -- Dependencies: 5 7
//! -- Name: users; Type: TABLE; Schema: public; Owner: -
//! --
//!
//! CREATE TABLE public.users ( … );
//!
//!
//! ```
//!
//! The same text may stand in a function's body. The list of the same archive gives the headers in
//! order, so that each is looked for by its own numbers, and must be found once.

use super::archive::{Entry, ObjectId, Section};
use super::client;
use super::output::output_of;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// How long `pg_restore` may take: it needs seconds for the largest schema that a load could make.
const LIMIT: Duration = Duration::from_secs(120);

/// More than it writes for that schema (bytes).
const MOST: u64 = 256 << 20;

/// Why the same client's `pg_restore` did not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    #[error("pg_restore cannot be started: {0}")]
    Start(String),
    #[error("pg_restore failed: {0}")]
    Failed(String),
    #[error("pg_restore did not end within {seconds} s")]
    Silent { seconds: u64 },
    #[error("pg_restore wrote something unexpected: {0}")]
    Unexpected(String),
}

/// Reads all entries except settings of a session or a database. `program`: the client's
/// `pg_restore`.
///
/// # Errors
/// Where `pg_restore` cannot read the archive, takes too long, or its output has another form than up to
/// version 18.
pub async fn read(archive: &[u8], program: &Path) -> Result<Vec<Entry>, RestoreError> {
    let headers = headers(&run(program, archive, &["--list"], LIMIT).await?)?;
    let mut found = HashMap::new();
    for (option, section) in
        [("--section=pre-data", Section::PreData), ("--section=post-data", Section::PostData)]
    {
        let arguments = [
            option,
            "--verbose",
            "--no-owner",
            "--no-tablespaces",
            "--no-table-access-method",
            "--file=-",
        ];
        let text = run(program, archive, &arguments, LIMIT).await?;
        found.extend(entries_of(&text, &headers, section)?);
    }
    // the archive's order: plain SQL has privileges and refreshes of views at its end
    Ok((0..headers.len()).filter_map(|place| found.remove(&place)).collect())
}

async fn run(
    program: &Path,
    archive: &[u8],
    arguments: &[&str],
    limit: Duration,
) -> Result<String, RestoreError> {
    let mut command = Command::new(program);
    client::alone(command.as_std_mut());
    command.args(arguments).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| RestoreError::Start(error.to_string()))?;
    let stdin = child.stdin.take();
    let write = async {
        if let Some(mut stdin) = stdin {
            // one that ends early says why on its stderr
            let _ = stdin.write_all(archive).await;
        }
    };
    let work = async { tokio::join!(write, output_of(child, MOST)).1 };
    let output = tokio::time::timeout(limit, work).await;
    let output = output.map_err(|_| RestoreError::Silent { seconds: limit.as_secs() })?;
    let output = output.map_err(|error| RestoreError::Failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(RestoreError::Failed(format!("{said} ({})", output.status)));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| RestoreError::Unexpected("text that is not UTF-8".to_owned()))
}

/// The headers of a list's entries: `215; 1259 16384 TABLE public users owner`.
fn headers(list: &str) -> Result<Vec<String>, RestoreError> {
    let lines = list.lines().filter(|line| !line.starts_with(';') && !line.trim().is_empty());
    lines
        .map(|line| {
            let numbers = || {
                let (id, rest) = line.split_once("; ")?;
                let mut rest = rest.split(' ');
                let (class, oid) = (rest.next()?, rest.next()?);
                let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                [id, class, oid]
                    .into_iter()
                    .all(digits)
                    .then(|| format!("--\n-- TOC entry {id} (class {class} OID {oid})\n"))
            };
            numbers().ok_or_else(|| RestoreError::Unexpected(format!("in its list: {line}")))
        })
        .collect()
}

/// The entries of one section's text, by their places in the list.
fn entries_of(
    text: &str,
    headers: &[String],
    section: Section,
) -> Result<HashMap<usize, Entry>, RestoreError> {
    const MARK: &str = "--\n-- TOC entry ";
    let places: HashMap<&str, usize> =
        headers.iter().enumerate().map(|(place, header)| (header.as_str(), place)).collect();
    // where each entry of the list begins in the text
    let mut starts = Vec::new();
    let mut seen = HashSet::new();
    for (start, _) in text.match_indices(MARK) {
        let rest = &text[start..];
        let end = rest[MARK.len()..].find('\n').map_or(rest.len(), |end| MARK.len() + end + 1);
        let Some(place) = places.get(&rest[..end]) else { continue };
        if !seen.insert(*place) {
            let line = rest.lines().nth(1).unwrap_or_default();
            return Err(RestoreError::Unexpected(format!("{line:?} occurs twice")));
        }
        starts.push((start, *place));
    }
    let end = text.rfind("-- Completed on ").unwrap_or(text.len());
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([end]);
    starts
        .iter()
        .zip(ends)
        .map(|((start, place), end)| {
            let part = text.get(*start..end).unwrap_or_default();
            let entry = entry(part, section).ok_or_else(|| {
                let first = part.lines().take(5).collect::<Vec<_>>().join(" ");
                RestoreError::Unexpected(first)
            })?;
            Ok((*place, entry))
        })
        .collect()
}

fn entry(text: &str, section: Section) -> Option<Entry> {
    let rest = text.strip_prefix("--\n-- TOC entry ")?;
    let (id, rest) = rest.split_once(" (class ")?;
    let (class, rest) = rest.split_once(" OID ")?;
    let (oid, rest) = rest.split_once(")\n")?;
    let object = ObjectId { class: class.parse().ok()?, oid: oid.parse().ok()? };
    let (dependencies, rest) = match rest.strip_prefix("-- Dependencies:") {
        Some(rest) => rest.split_once('\n')?,
        None => ("", rest),
    };
    let (named, rest) = rest.strip_prefix("-- Name: ")?.split_once('\n')?;
    let (comments, definition) = rest.split_once("--\n\n")?;
    // such as `-- Data Pos: 0`
    if !comments.lines().all(|line| line.starts_with("-- ")) {
        return None;
    }
    let named = named.strip_suffix("; Owner: -")?;
    let (named, namespace) = named.rsplit_once("; Schema: ")?;
    let (tag, kind) = named.rsplit_once("; Type: ")?;
    // as in the archive: a comment belongs to the section of its object
    let section = match kind {
        "ACL" | "COMMENT" | "SECURITY LABEL" => Section::None,
        _ => section,
    };
    let definition = match definition {
        "" => "",
        definition => definition.strip_suffix("\n\n")?,
    };
    Some(Entry {
        id: id.parse().ok()?,
        object,
        kind: kind.to_owned(),
        tag: tag.to_owned(),
        namespace: (namespace != "-").then(|| namespace.to_owned()),
        section,
        definition: definition.to_owned(),
        dependencies: dependencies
            .split_whitespace()
            .map(|id| id.parse().ok())
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "\
;
; Archive created at 2026-11-28 22:00:00 UTC
;     dbname: shop
;
;
; Selected TOC Entries:
;
6; 2615 16385 SCHEMA - sales owner
215; 1259 16384 TABLE sales users owner
3412; 0 0 COMMENT sales TABLE users owner
300; 1255 16390 FUNCTION sales f() owner
";

    const TEXT: &str = "\
--
-- PostgreSQL database dump
--

\\restrict abc

-- Started on 2026-11-28 22:00:00 UTC

SET statement_timeout = 0;

--
-- TOC entry 6 (class 2615 OID 16385)
-- Name: sales; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA sales;


--
-- TOC entry 215 (class 1259 OID 16384)
-- Dependencies: 6 7
-- Name: users; Type: TABLE; Schema: sales; Owner: -
--

CREATE TABLE sales.users (
    id integer
);


--
-- TOC entry 3412 (class 0 OID 0)
-- Dependencies: 215
-- Name: TABLE users; Type: COMMENT; Schema: sales; Owner: -
--

COMMENT ON TABLE sales.users IS 'a; Type: b';


--
-- TOC entry 300 (class 1255 OID 16390)
-- Dependencies: 6
-- Name: f(); Type: FUNCTION; Schema: sales; Owner: -
--

CREATE FUNCTION sales.f() RETURNS text
    LANGUAGE sql
    AS $$ select '
--
-- TOC entry 216 (class 1259 OID 16384)
-- Name: users; Type: TABLE; Schema: sales; Owner: -
--

-- Completed on '$$;


-- Completed on 2026-11-28 22:00:01 UTC

--
-- PostgreSQL database dump complete
--

\\unrestrict abc

";

    fn read_text(text: &str) -> Result<Vec<Entry>, RestoreError> {
        let headers = headers(LIST).unwrap();
        let mut found = entries_of(text, &headers, Section::PreData)?;
        Ok((0..headers.len()).filter_map(|place| found.remove(&place)).collect())
    }

    #[test]
    fn entries_are_read_from_plain_sql_with_what_bodies_hold() {
        let entries = read_text(TEXT).unwrap();
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["SCHEMA", "TABLE", "COMMENT", "FUNCTION"]);
        assert_eq!(
            entries[1],
            Entry {
                id: 215,
                object: ObjectId { class: 1259, oid: 16384 },
                kind: "TABLE".to_owned(),
                tag: "users".to_owned(),
                namespace: Some("sales".to_owned()),
                section: Section::PreData,
                definition: "CREATE TABLE sales.users (\n    id integer\n);\n".to_owned(),
                dependencies: vec![6, 7],
            }
        );
        assert_eq!((entries[0].namespace.as_ref(), entries[2].section), (None, Section::None));
        assert!(entries[3].definition.ends_with("-- Completed on '$$;\n"), "{:?}", entries[3]);
    }

    #[test]
    fn a_header_that_stands_there_twice_is_not_guessed_at() {
        let twice = TEXT.replace("entry 216", "entry 215");
        let error = read_text(&twice).unwrap_err();
        assert!(error.to_string().contains("occurs twice"), "{error}");
    }

    #[test]
    fn what_is_written_otherwise_is_an_error() {
        let other = TEXT.replace("; Owner: -", "; Owner: -; More: x");
        assert!(read_text(&other).is_err());
        assert!(headers("215: 1259 TABLE sales users owner\n").is_err());
    }

    #[tokio::test]
    async fn a_pg_restore_without_an_end_is_stopped() {
        let sh = |script: &'static str, limit| async move {
            run(Path::new("/bin/sh"), &vec![0; 200_000], &["-c", script], limit).await
        };
        let (long, short) = (Duration::from_secs(60), Duration::from_millis(20));
        assert_eq!(sh("sleep 600", short).await, Err(RestoreError::Silent { seconds: 0 }));
        assert_eq!(sh("yes >&2", short).await, Err(RestoreError::Silent { seconds: 0 }));
        let endless = sh("head -c 300000000 /dev/zero", long).await;
        assert_eq!(endless, Err(RestoreError::Failed("it printed more than 256 MB".to_owned())));
        assert_eq!(sh("cat >/dev/null; echo done", long).await, Ok("done\n".to_owned()));
    }
}
