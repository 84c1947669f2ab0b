//! By whole words of English names, and e-mail addresses by value.

use super::{ColumnFacts, Confidence, Decision, Mask};

const NAMES: [(&str, Mask); 19] = [
    ("email", Mask::Email),
    ("first_name", Mask::FirstName),
    ("last_name", Mask::LastName),
    ("full_name", Mask::FullName),
    ("username", Mask::Username),
    ("login", Mask::Username),
    ("phone", Mask::Phone),
    ("street", Mask::Street),
    ("address", Mask::Street),
    ("city", Mask::City),
    ("postcode", Mask::Postcode),
    ("zip", Mask::Postcode),
    ("company", Mask::Company),
    ("iban", Mask::Iban),
    ("card_number", Mask::Card),
    ("password", Mask::Password),
    ("encrypted_password", Mask::Password),
    ("token", Mask::Secret),
    ("secret", Mask::Secret),
];

pub(super) fn decide(column: &ColumnFacts) -> Decision {
    let textual = ["text", "character", "citext", "bpchar"];
    if !textual.iter().any(|name| column.type_name.starts_with(name)) {
        return keep("its type holds no personal value");
    }
    let addresses = column.samples.iter().filter(|value| is_address(value)).count();
    if addresses * 2 > column.samples.len() {
        return found(Mask::Email, "values are e-mail addresses", Confidence::High);
    }
    let name = column.name.to_lowercase();
    let suffix = |known: &str| name.strip_suffix(known).is_some_and(|rest| rest.ends_with('_'));
    match NAMES.iter().find(|(known, _)| name == *known || suffix(known)) {
        Some((known, mask)) => {
            found(mask.clone(), &format!("the name says {known}"), Confidence::Medium)
        }
        None => keep("nothing says that it is personal"),
    }
}

fn is_address(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !value.contains(char::is_whitespace)
}

fn found(mask: Mask, reason: &str, confidence: Confidence) -> Decision {
    Decision { mask, paths: Vec::new(), reason: reason.to_owned(), confidence }
}

fn keep(reason: &str) -> Decision {
    found(Mask::Keep, reason, Confidence::Low)
}

#[cfg(test)]
mod tests {
    use super::super::{TableFacts, table};
    use super::*;

    #[test]
    fn an_address_is_known_by_its_values_and_a_flag_about_it_by_its_type() {
        let column = |name: &str, type_name: &str, sample: &str| ColumnFacts {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            samples: vec![sample.to_owned()],
            ..ColumnFacts::default()
        };
        let columns = vec![column("col17", "text", "a@b.example"), column("email", "boolean", "t")];
        let decisions = table(&TableFacts { columns, ..TableFacts::default() });
        let masks: Vec<_> = decisions.into_iter().map(|decision| decision.mask).collect();
        assert_eq!(masks, [Mask::Email, Mask::Keep]);
    }
}
