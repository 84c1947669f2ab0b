//! The CHECK of a domain is about `VALUE`.

/// The expression of a domain's CHECK with a value in the place of VALUE, outside of quotes.
#[must_use]
pub fn with_value(expression: &str, value: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut quote = None;
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let in_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after = rest.strip_prefix("VALUE");
        match (quote, after) {
            (None, Some(after))
                if !in_word && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                out.push_str(value);
                rest = after;
                continue;
            }
            (None, _) if c == '\'' || c == '"' => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_stands_for_the_value_of_a_domain() {
        assert_eq!(
            with_value("((VALUE)::text <> 'VALUE'::text) AND f(VALUE, \"VALUE\", A_VALUE)", "a.b"),
            "((a.b)::text <> 'VALUE'::text) AND f(a.b, \"VALUE\", A_VALUE)"
        );
    }

    #[test]
    fn a_domains_value_is_replaced_outside_of_quotes() {
        assert_eq!(
            with_value("(VALUE ~ 'VALUE''s'::text)", "(v.x::pg_catalog.text)"),
            "((v.x::pg_catalog.text) ~ 'VALUE''s'::text)"
        );
    }
}
