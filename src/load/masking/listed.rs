//! The values that a CHECK lists.

use crate::catalog::TableDetails;

/// The values that a CHECK such as `kind in ('a', 'b')` lists.
pub(super) fn allowed(details: &TableDetails, column: usize) -> Option<Vec<String>> {
    let own = details.checks.iter().filter(|check| check.columns == [column]);
    let own = own.map(|check| check.expression.as_str());
    let of_domain = details.columns[column].domain_checks.iter();
    let of_domain = of_domain.map(|check| check.expression.as_str());
    own.chain(of_domain).find_map(listed)
}

/// `((kind)::text = ANY (ARRAY['a'::text, 'b'::text]))`
fn listed(expression: &str) -> Option<Vec<String>> {
    let (before, rest) = expression.split_once("= ANY (")?;
    let (_, list) = rest.split_once("ARRAY[")?;
    let (list, after) = list.rsplit_once(']')?;
    let logic = [" AND ", " OR ", " NOT ", "NOT "];
    if logic.iter().any(|word| before.contains(word) || after.contains(word)) {
        return None;
    }
    let mut values = Vec::new();
    let mut rest = list;
    while let Some((_, begun)) = rest.split_once('\'') {
        let mut value = String::new();
        rest = begun;
        loop {
            let (text, after) = rest.split_once('\'')?;
            value.push_str(text);
            // a doubled quote stands within a text
            let Some(more) = after.strip_prefix('\'') else {
                rest = after;
                break;
            };
            value.push('\'');
            rest = more;
        }
        values.push(value);
    }
    (!values.is_empty()).then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_lists_is_found() {
        let values = |text: &str| listed(text).unwrap_or_default();
        assert_eq!(
            values("((kind)::text = ANY ((ARRAY['a'::character varying, 'b c'::text])::text[]))"),
            ["a", "b c"]
        );
        assert_eq!(values("(kind = ANY (ARRAY['it''s'::text, ''::text]))"), ["it's", ""]);
        assert!(values("((kind = ANY (ARRAY['a'::text])) OR (other IS NULL))").is_empty());
        assert!(values("(length(kind) > 3)").is_empty());
    }
}
