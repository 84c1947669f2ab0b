//! Arrays and composites in their text form.

/// The elements of an array in its text form. Nested ones are one list.
pub(in super::super) fn elements(value: &str) -> Vec<&str> {
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

/// The fields of a composite in its text form, `(a,"b c",)`. An empty one is NULL.
pub(super) fn fields(value: &str) -> Vec<String> {
    let Some(inner) = value.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return Vec::new();
    };
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut characters = inner.chars().peekable();
    while let Some(c) = characters.next() {
        let own = fields.last_mut();
        match c {
            // a quote within quotes is written twice
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                if let Some(field) = own {
                    field.push('"');
                }
            }
            '"' => quoted = !quoted,
            '\\' => {
                if let (Some(field), Some(c)) = (own, characters.next()) {
                    field.push(c);
                }
            }
            ',' if !quoted => fields.push(String::new()),
            c => {
                if let Some(field) = own {
                    field.push(c);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_fields_are_read_from_their_text_forms() {
        assert_eq!(elements("{a,\"b c\",NULL,{d,e}}"), ["a", "b c", "d", "e"]);
        assert_eq!(elements("{}"), Vec::<&str>::new());
        assert_eq!(
            fields("(\"Main St 1\",,\"say \"\"hi\"\"\",7)"),
            ["Main St 1", "", "say \"hi\"", "7"]
        );
    }
}
