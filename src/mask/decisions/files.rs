//! Columns that refer to files outside the database, such as attachments. No mask is chosen for them:
//! the files are not copied, and the load says so once.

use super::decided::{By, Decided, Known, Samples, column_name, kind};
use crate::catalog::{Table, TableId};
use crate::mask::Mask;
use crate::mask::values::Kind;

/// Endings of files that people upload.
const ENDINGS: &[&str] = &[
    "avi", "bmp", "csv", "doc", "docx", "gif", "heic", "jpeg", "jpg", "m4a", "mov", "mp3", "mp4",
    "odt", "ogg", "pdf", "png", "ppt", "pptx", "svg", "tif", "tiff", "txt", "wav", "webm", "webp",
    "xls", "xlsx", "zip",
];

/// The kept columns of a table that refer to files, by name. The references of attachments that
/// frameworks keep stay, whatever they look like.
pub(super) fn references(
    known: Known<'_>,
    id: TableId,
    decided: &mut [Decided],
    samples: &Samples,
) -> Vec<String> {
    let table = &known.catalog.tables[id];
    let mut names = Vec::new();
    for (column, decided) in decided.iter_mut().enumerate() {
        if decided.by != By::Classification {
            continue;
        }
        let values = samples.get(&column).map_or(&[][..], Vec::as_slice);
        let all = |test: fn(&str) -> bool| {
            let mut filled = values.iter().filter(|value| !value.trim().is_empty()).peekable();
            filled.peek().is_some() && filled.all(|value| test(value))
        };
        let kind = kind(known, (id, column));
        let is_json = matches!(kind, Kind::Json | Kind::Jsonb);
        let of_framework = kind.is_textual() && is_attachment(table, column)
            || (is_json || kind.is_textual()) && all(is_upload);
        if of_framework && decided.is_masked() {
            *decided = Decided {
                by: By::Classification,
                ..Decided::kept("it refers to a file outside of the database")
            };
        }
        if decided.mask == Mask::Keep && (of_framework || kind.is_textual() && all(is_file)) {
            names.push(column_name(table, column));
        }
    }
    names
}

/// As Active Storage and Paperclip name columns.
fn is_attachment(table: &Table, column: usize) -> bool {
    let name = table.columns[column].name.to_lowercase();
    let of_paperclip = name.strip_suffix("_file_name").is_some_and(|stem| {
        let beside = format!("{stem}_content_type");
        table.columns.iter().any(|other| other.name.eq_ignore_ascii_case(&beside))
    });
    of_paperclip || table.name.name == "active_storage_blobs" && name == "key"
}

/// As Shrine writes it: `{"id":"…","storage":"store","metadata":{…}}`.
fn is_upload(value: &str) -> bool {
    value.starts_with('{') && ["\"id\"", "\"storage\""].iter().all(|key| value.contains(key))
}

/// The name of an uploaded file, with folders or without.
fn is_file(value: &str) -> bool {
    let ending = value.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    let known = ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()));
    known && !value.contains("://") && !value.contains(['\n', '@'])
}

/// What the load says of them, once.
#[must_use]
pub(super) fn note(names: &[String]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let all = match rest {
        [] => format!("{first} refers"),
        [second] => format!("{first} and {second} refer"),
        _ => format!("{first} and {} more columns refer", rest.len()),
    };
    Some(format!(
        "{all} to files outside of the database: the files are not copied, and the references are kept; \
         the mask \"file\" makes them lead nowhere"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_and_data_of_uploads_are_known() {
        for file in ["avatars/7/Me at home.JPG", "contract.pdf", "a/b.tar.zip"] {
            assert!(is_file(file), "{file}");
        }
        for other in ["https://a.test/x.jpg", "ann@b.pdf", "shop.example", "1.5", ""] {
            assert!(!is_file(other), "{other}");
        }
        assert!(is_upload("{\"id\":\"ab.jpg\",\"storage\":\"store\",\"metadata\":{}}"));
        assert!(!is_upload("{\"id\":7}"));
    }

    #[test]
    fn the_note_names_the_first_column_and_counts_the_others() {
        let names = ["a.b", "c.d", "e.f"].map(str::to_owned);
        assert_eq!(note(&[]), None);
        assert!(note(&names[..1]).unwrap().starts_with("a.b refers to files"));
        assert!(note(&names[..2]).unwrap().starts_with("a.b and c.d refer to files"));
        assert!(note(&names).unwrap().starts_with("a.b and 2 more columns refer to files"));
    }
}
