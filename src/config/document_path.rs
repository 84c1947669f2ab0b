//! Paths into documents: keys, joined by dots. A key with a dot stands in double quotes.

/// The keys of a path: `a."b.c"` leads through `a` to `b.c`. `None` where a key is empty or a quote
/// is not closed.
#[must_use]
pub fn keys_of(path: &str) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    let mut rest = path;
    loop {
        let key = if let Some(quoted) = rest.strip_prefix('"') {
            let (key, after) = take_quoted(quoted)?;
            rest = after;
            key
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            rest = after;
            key.to_owned()
        };
        if key.trim().is_empty() {
            return None;
        }
        keys.push(key);
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None if rest.is_empty() => return Some(keys),
            None => return None,
        }
    }
}

/// Up to the closing quote. Two quotes are one of the key's.
fn take_quoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        key.push_str(part);
        match after.strip_prefix('"') {
            Some(next) => {
                key.push('"');
                rest = next;
            }
            None => return Some((key, after)),
        }
    }
}

/// The path that leads through these keys.
#[must_use]
pub fn path_of<S: AsRef<str>>(keys: &[S]) -> String {
    let key = |key: &S| {
        let key = key.as_ref();
        if key.contains(['.', '"']) || key.is_empty() {
            format!("\"{}\"", key.replace('"', "\"\""))
        } else {
            key.to_owned()
        }
    };
    keys.iter().map(key).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_dots_stand_in_quotes() {
        for keys in [&["a"][..], &["a", "b.c", "d"], &["user.email"], &["a\"b", "*"]] {
            assert_eq!(keys_of(&path_of(keys)).unwrap(), keys);
        }
        assert_eq!(path_of(&["user.email", "x"]), "\"user.email\".x");
        for wrong in ["", "a..b", "a.", "\"a", "\"a\"b", "\"\""] {
            assert_eq!(keys_of(wrong), None, "{wrong}");
        }
    }
}
