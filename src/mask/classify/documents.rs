//! Documents within a column: JSON, hstore, XML, YAML. Their paths are classified as columns are.

/// The elements of an array in its text form. Nested ones are one list.
pub(super) fn elements(value: &str) -> Vec<&str> {
    let bytes = value.as_bytes();
    let mut elements = Vec::new();
    let mut start = None;
    let mut quoted = false;
    let mut escaped = false;
    for (index, byte) in bytes.iter().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            b'"' if quoted => {
                if let Some(start) = start.take() {
                    elements.push(&value[start..index]);
                }
                quoted = false;
            }
            b'"' => {
                quoted = true;
                start = Some(index + 1);
            }
            b'{' | b'}' | b',' if !quoted => {
                if let Some(start) = start.take() {
                    elements.push(&value[start..index]);
                }
            }
            _ if start.is_none() => start = Some(index),
            _ => {}
        }
    }
    elements.retain(|element| *element != "NULL");
    elements
}
