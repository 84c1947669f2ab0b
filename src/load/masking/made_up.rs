//! Made-up values, whose masked forms `plan --masks` shows: no value of the source is among them.

use crate::config::keys_of;
use crate::mask::Mask;
use crate::mask::values::{Kind, Shape};

/// Values that a mask is for, as a column of this shape has them.
pub(super) fn made_up(mask: &Mask, shape: &Shape) -> Vec<String> {
    let short = |value: &str| match shape.max_chars {
        Some(room) => value.chars().take(room).collect::<String>().trim_end().to_owned(),
        None => value.to_owned(),
    };
    match (&shape.kind, mask) {
        (_, _) if !shape.allowed.is_empty() => shape.allowed.iter().take(3).cloned().collect(),
        (Kind::Array(element), Mask::Json) if !element.is_document() => Vec::new(),
        (Kind::Array(element), _) => {
            let shape = Shape { kind: element.as_ref().clone(), ..shape.clone() };
            made_up(mask, &shape).iter().map(|value| format!("{{{}}}", quote(value))).collect()
        }
        (kind, Mask::Json) => document(kind, &shape.paths).into_iter().collect(),
        (Kind::Json | Kind::Jsonb, _) => {
            of_mask(mask).iter().map(|value| format!("{{\"key\": {}}}", quote(value))).collect()
        }
        (Kind::Hstore, _) => {
            of_mask(mask).iter().map(|value| format!("\"key\"=>{}", quote(value))).collect()
        }
        (Kind::Xml, _) => of_mask(mask).iter().map(|value| format!("<key>{value}</key>")).collect(),
        (kind, _) => of_kind(mask, kind).iter().map(|value| short(value)).collect(),
    }
}

/// None of the values that are made up has a quote or a backslash.
fn quote(value: &str) -> String {
    format!("\"{value}\"")
}

/// A document with a value at each path; `None` for a text, which may be JSON, YAML or XML.
fn document(kind: &Kind, paths: &[(String, Mask)]) -> Option<String> {
    let values = paths.iter().filter(|(path, _)| !path.is_empty());
    let values = values.map(|(path, mask)| (path, of_mask(mask)[0]));
    match kind {
        Kind::Xml => {
            let values = values.map(|(path, value)| {
                let mut keys = keys_of(path).unwrap_or_default();
                let open = keys.join("><");
                keys.reverse();
                format!("<{open}>{value}</{}>", keys.join("></"))
            });
            Some(values.collect())
        }
        Kind::Hstore => {
            let key = |path: &str| keys_of(path).unwrap_or_default().join(".");
            let values =
                values.map(|(path, value)| format!("{}=>{}", quote(&key(path)), quote(value)));
            Some(values.collect::<Vec<_>>().join(", "))
        }
        _ => {
            let mut document = serde_json::Map::new();
            for (path, value) in values {
                let mut within = &mut document;
                let mut keys = keys_of(path)?;
                let last = keys.pop()?;
                for key in keys {
                    let inner = within.entry(key).or_insert_with(|| serde_json::json!({}));
                    within = inner.as_object_mut()?;
                }
                within.entry(last).or_insert_with(|| value.into());
            }
            Some(serde_json::Value::Object(document).to_string())
        }
    }
}

fn of_kind(mask: &Mask, kind: &Kind) -> [&'static str; 3] {
    match kind {
        Kind::Uuid => [
            "00000000-0000-4000-8000-000000000001",
            "00000000-0000-4000-8000-000000000002",
            "00000000-0000-4000-8000-000000000003",
        ],
        Kind::Integer(8) | Kind::Numeric if *mask == Mask::Phone => {
            ["12025550101", "442079460102", "493023125103"]
        }
        Kind::Integer(8) | Kind::Numeric if *mask == Mask::Card => {
            ["4111111111111111", "5555555555554444", "378282246310005"]
        }
        Kind::Integer(_) | Kind::Numeric | Kind::Float(_) => ["1001", "2002", "3003"],
        Kind::Date => ["1970-02-03", "1985-06-07", "1999-11-12"],
        Kind::Timestamp => ["1970-02-03 04:05:06", "1985-06-07 08:09:10", "1999-11-12 13:14:15"],
        Kind::TimestampTz => {
            ["1970-02-03 04:05:06+00", "1985-06-07 08:09:10+00", "1999-11-12 13:14:15+00"]
        }
        Kind::Point => ["(48.1,11.5)", "(46.05,14.5)", "(52.5,13.4)"],
        Kind::Bytea => ["\\x00112233445566778899", "\\x0123456789abcdef", "\\xdeadbeefcafebabe"],
        Kind::Inet | Kind::Cidr => ["192.0.2.1", "198.51.100.7", "2001:db8::7"],
        Kind::MacAddr => ["00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:03"],
        _ => of_mask(mask),
    }
}

fn of_mask(mask: &Mask) -> [&'static str; 3] {
    match mask {
        Mask::Email => ["ann@shop.test", "bob.miller@mail.test", "c.d@office.test"],
        Mask::FirstName => ["Ann", "Bob", "Cleo"],
        Mask::LastName => ["Miller", "Smith", "Young"],
        Mask::FullName => ["Ann Miller", "Bob Smith", "Cleo Young"],
        Mask::Username => ["ann", "bob77", "cleo_young"],
        Mask::Phone => ["+1 202 555 0101", "+44 20 7946 0102", "030 23125 103"],
        Mask::Street => ["1 Main Street", "22 Station Road", "Hauptstr. 3"],
        Mask::City => ["Springfield", "Riverside", "Newtown"],
        Mask::Postcode => ["12345", "SW1A 1AA", "1000"],
        Mask::Company => ["Example Ltd", "Sample GmbH", "Some Company"],
        Mask::Url => ["https://a.test/x", "https://b.test/y?z=1", "http://c.test"],
        Mask::Ip => ["192.0.2.1", "198.51.100.7", "2001:db8::7"],
        Mask::Mac => ["00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:03"],
        Mask::Iban => {
            ["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606"]
        }
        Mask::Card => ["4111111111111111", "5555 5555 5555 4444", "378282246310005"],
        Mask::NationalId => ["078-05-1120", "123-45-6789", "219-09-9999"],
        Mask::Date => ["1970-02-03", "1985-06-07", "1999-11-12"],
        Mask::Number => ["1001", "20.50", "-3"],
        Mask::Geo => ["48.137154", "11.576124", "46.056946"],
        _ => ["example-one-1", "Another Example 22", "a third example"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_a_value_at_each_path_and_an_array_has_elements() {
        let paths = vec![
            ("address.zip".to_owned(), Mask::Postcode),
            ("email".to_owned(), Mask::Email),
            (String::new(), Mask::Text),
        ];
        let shape = |kind| Shape { kind, paths: paths.clone(), ..Shape::default() };
        assert_eq!(
            made_up(&Mask::Json, &shape(Kind::Jsonb)),
            ["{\"address\":{\"zip\":\"12345\"},\"email\":\"ann@shop.test\"}"]
        );
        assert_eq!(
            made_up(&Mask::Json, &shape(Kind::Xml)),
            ["<address><zip>12345</zip></address><email>ann@shop.test</email>"]
        );
        let array = shape(Kind::Array(Box::new(Kind::Text)));
        assert_eq!(made_up(&Mask::FirstName, &array)[0], "{\"Ann\"}");
        let short = Shape { max_chars: Some(9), ..Shape::default() };
        assert_eq!(made_up(&Mask::Phone, &short)[1], "+44 20 79");
    }
}
