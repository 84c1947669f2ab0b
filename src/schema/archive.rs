//! Reading the table of contents of a custom-format archive.
//!
//! Format: `ReadHead` and `ReadToc` of PostgreSQL's `pg_backup_archiver.c`. Version 1.14 is
//! written by `pg_dump` 14 and 15 (12 and 13 too), 1.15 by 16, 1.16 by 17 and 18.

/// What is wrong with an archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    #[error("not an archive of pg_dump")]
    Magic,
    #[error("archive version {0}.{1}, and we read 1.14 to 1.16")]
    Version(u8, u8),
    #[error("the archive ends too early")]
    Truncated,
    #[error("the archive holds a number that makes no sense")]
    Number,
    #[error("the archive holds text that is not UTF-8")]
    Text,
}

/// An object of the source, as its catalogue knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ObjectId {
    /// The OID of the catalogue: 1259 is `pg_class`.
    pub class: u32,
    pub oid: u32,
}

/// One object's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    /// Zeros for a comment or a refresh.
    pub object: ObjectId,
    /// What kind of object: `TABLE`, `FK CONSTRAINT`, …
    pub kind: String,
    /// Its name, as `pg_dump` shows it.
    pub tag: String,
    pub namespace: Option<String>,
    pub section: Section,
    /// The SQL that makes it.
    pub definition: String,
    /// The ids of entries that it depends on.
    pub dependencies: Vec<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    /// Comments and privileges: they belong to the object that they depend on.
    #[default]
    None,
    PreData,
    Data,
    PostData,
}

/// Reads all entries, in the archive's order: that in which they can be made.
///
/// # Errors
/// Where the bytes are not an archive that we know.
pub fn read(archive: &[u8]) -> Result<Vec<Entry>, ArchiveError> {
    let rest = archive.strip_prefix(b"PGDMP").ok_or(ArchiveError::Magic)?;
    let [major, minor, _revision, integer_size, offset_size, _format, rest @ ..] = rest else {
        return Err(ArchiveError::Truncated);
    };
    if *major != 1 || !(14..=16).contains(minor) {
        return Err(ArchiveError::Version(*major, *minor));
    }
    let mut reader = Reader { rest, integer_size: usize::from(*integer_size) };
    if *minor >= 15 {
        reader.bytes(1)?; // compression algorithm
    } else {
        reader.integer()?; // compression level
    }
    for _ in 0..7 {
        reader.integer()?; // when it was made
    }
    for _ in 0..3 {
        reader.text()?; // database, server version, pg_dump version
    }
    let count = reader.integer()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(reader.entry(*minor)?);
        reader.bytes(1 + usize::from(*offset_size))?; // where its data would be
    }
    Ok(entries)
}

struct Reader<'a> {
    rest: &'a [u8],
    integer_size: usize,
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], ArchiveError> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(ArchiveError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A sign byte, then the value, little-endian.
    fn integer(&mut self) -> Result<i64, ArchiveError> {
        let sign = self.bytes(1)?[0];
        let bytes = self.bytes(self.integer_size)?;
        let mut value: i64 = 0;
        for byte in bytes.iter().rev() {
            value = value
                .checked_mul(256)
                .and_then(|value| value.checked_add(i64::from(*byte)))
                .ok_or(ArchiveError::Number)?;
        }
        Ok(if sign == 0 { value } else { -value })
    }

    /// A length, -1 for none, then the bytes.
    fn text(&mut self) -> Result<Option<String>, ArchiveError> {
        let length = self.integer()?;
        if length < 0 {
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| ArchiveError::Number)?;
        let bytes = self.bytes(length)?.to_vec();
        String::from_utf8(bytes).map(Some).map_err(|_| ArchiveError::Text)
    }

    fn entry(&mut self, minor: u8) -> Result<Entry, ArchiveError> {
        let id = self.integer()?;
        self.integer()?; // whether it has data
        let object = ObjectId { class: self.oid()?, oid: self.oid()? };
        let tag = self.text()?.unwrap_or_default();
        let kind = self.text()?.unwrap_or_default();
        let section = match self.integer()? {
            2 => Section::PreData,
            3 => Section::Data,
            4 => Section::PostData,
            _ => Section::None,
        };
        let definition = self.text()?.unwrap_or_default();
        self.text()?; // the statement that drops it
        self.text()?; // the COPY statement
        let namespace = self.text()?.filter(|name| !name.is_empty());
        self.text()?; // tablespace
        self.text()?; // table access method
        if minor >= 16 {
            self.integer()?; // relkind
        }
        self.text()?; // owner
        self.text()?; // with OIDs
        let mut dependencies = Vec::new();
        while let Some(dependency) = self.text()? {
            dependencies.push(dependency.trim().parse().map_err(|_| ArchiveError::Number)?);
        }
        Ok(Entry { id, object, kind, tag, namespace, section, definition, dependencies })
    }

    fn oid(&mut self) -> Result<u32, ArchiveError> {
        let text = self.text()?.unwrap_or_default();
        text.trim().parse().map_err(|_| ArchiveError::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integer(out: &mut Vec<u8>, value: i32) {
        out.push(u8::from(value < 0));
        out.extend_from_slice(&value.unsigned_abs().to_le_bytes());
    }

    fn text(out: &mut Vec<u8>, value: Option<&str>) {
        integer(out, value.map_or(-1, |value| i32::try_from(value.len()).unwrap()));
        out.extend_from_slice(value.unwrap_or_default().as_bytes());
    }

    /// An archive of one table, as `pg_dump` of that version would write it.
    fn archive(minor: u8) -> Vec<u8> {
        let mut out = b"PGDMP".to_vec();
        out.extend_from_slice(&[1, minor, 0, 4, 8, 1]);
        if minor >= 15 {
            out.push(0);
        } else {
            integer(&mut out, 0);
        }
        for _ in 0..7 {
            integer(&mut out, 1);
        }
        for _ in 0..3 {
            text(&mut out, Some("x"));
        }
        integer(&mut out, 1);
        integer(&mut out, 215);
        integer(&mut out, 1);
        for value in ["1259", "16384", "users", "TABLE"] {
            text(&mut out, Some(value));
        }
        integer(&mut out, 2);
        for value in ["create table users ();\n", "drop table users;"] {
            text(&mut out, Some(value));
        }
        text(&mut out, None);
        for value in ["public", "", "heap"] {
            text(&mut out, Some(value));
        }
        if minor >= 16 {
            integer(&mut out, i32::from(b'r'));
        }
        for value in ["owner", "false", "5", "7"] {
            text(&mut out, Some(value));
        }
        text(&mut out, None);
        out.extend_from_slice(&[0; 9]);
        out
    }

    #[test]
    fn each_version_gives_the_same_entry() {
        for minor in 14..=16 {
            let entries = read(&archive(minor)).unwrap();
            assert_eq!(
                entries,
                [Entry {
                    id: 215,
                    object: ObjectId { class: 1259, oid: 16384 },
                    kind: "TABLE".to_owned(),
                    tag: "users".to_owned(),
                    namespace: Some("public".to_owned()),
                    section: Section::PreData,
                    definition: "create table users ();\n".to_owned(),
                    dependencies: vec![5, 7],
                }]
            );
        }
    }

    #[test]
    fn a_newer_version_is_refused() {
        let mut newer = archive(16);
        newer[6] = 17;
        assert_eq!(read(&newer), Err(ArchiveError::Version(1, 17)));
        assert_eq!(read(b"-- plain SQL"), Err(ArchiveError::Magic));
    }

    proptest! {
        #[test]
        fn a_broken_archive_is_an_error(cut in 0usize..180, flip in 11usize..180, bits in 1u8..) {
            let whole = archive(15);
            let cut = cut.min(whole.len() - 1);
            prop_assert!(read(&whole[..cut]).is_err());
            let mut broken = whole.clone();
            let flip = flip.min(whole.len() - 1);
            broken[flip] ^= bits;
            let _ = read(&broken);
        }
    }
}
