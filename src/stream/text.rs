//! The text format of COPY: its fields, NULL, and the escapes of values.

/// The fields of a line of the text format. A tab always stands between two columns: one within a
/// value is written `\t`.
#[must_use]
pub fn fields_of(line: &[u8]) -> Vec<Option<&[u8]>> {
    let content = line.strip_suffix(b"\n").unwrap_or(line);
    content.split(|byte| *byte == b'\t').map(|field| (field != NULL).then_some(field)).collect()
}

/// NULL in the text format.
pub(super) const NULL: &[u8] = b"\\N";

/// As the text format of COPY has it.
pub(super) fn escaped(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    escape(text.as_bytes(), &mut out);
    out
}

pub(super) fn escape(value: &[u8], out: &mut Vec<u8>) {
    for byte in value {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => out.push(*other),
        }
    }
}

/// A value of the text format without the escapes that the server writes.
#[must_use]
pub fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => *other,
                None => b'\\',
            },
            other => *other,
        });
    }
    out
}
