//! `json`: paths within a document, and their masks. Whatever no path names stays byte for byte.
//!
//! A document is JSON, hstore, XML, or YAML as frameworks write it. Any other text
//! is masked as a whole. A mask other than `json` applies to each value of a document.

mod hstore;
mod json;
mod xml;
mod yaml;

use super::{CannotMask, Kind, MaskKey, Masker, Shape};
use crate::config::{Mask, keys_of};

/// The masks of a document's values.
pub(super) struct Document {
    paths: Vec<Path>,
    /// For any other text.
    whole: Masker,
    kind: Kind,
}

struct Path {
    steps: Vec<String>,
    leaf: Leaf,
}

/// The mask of the values that a path leads to.
struct Leaf {
    text: Masker,
    number: Masker,
}

/// Any key.
const ANY: &str = "*";

impl Document {
    /// By the paths of the shape.
    pub(super) fn new(key: &MaskKey, shape: &Shape) -> Result<Self, CannotMask> {
        let mut paths = Vec::with_capacity(shape.paths.len());
        for (path, mask) in &shape.paths {
            let steps = keys_of(path).unwrap_or_default();
            paths.push(Path { steps, leaf: Leaf::new(key, mask, shape)? });
        }
        // the longest path that leads to a value counts, and a key before any key
        paths.sort_by_key(|path| {
            let wild = path.steps.iter().filter(|step| *step == ANY).count();
            (std::cmp::Reverse(path.steps.len()), wild)
        });
        let of_whole = shape.paths.iter().find(|(path, _)| path.is_empty());
        let mask = of_whole.map_or(&Mask::Text, |(_, mask)| mask);
        let whole = Masker::of_value(key, mask, &within(shape, mask, Kind::Text))?;
        Ok(Document { paths, whole, kind: shape.kind.clone() })
    }

    /// The same mask for each value.
    pub(super) fn of_all(key: &MaskKey, mask: &Mask, shape: &Shape) -> Result<Self, CannotMask> {
        let paths = vec![(String::new(), mask.clone())];
        Document::new(key, &Shape { paths, ..shape.clone() })
    }

    /// Appends the document with masked values.
    pub(super) fn mask(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let start = out.len();
        let first = value.trim_start().as_bytes().first().copied();
        let done = match (&self.kind, first) {
            (Kind::Json | Kind::Jsonb, _) => return json::mask(self, value, out),
            (Kind::Hstore, _) => return hstore::mask(self, value, out),
            (Kind::Xml, _) => return xml::mask(self, value, out),
            (_, Some(b'{' | b'[')) if is_json(value) => json::mask(self, value, out),
            (_, Some(b'<')) => xml::mask(self, value, out),
            _ if yaml::is_yaml(value) => yaml::mask(self, value, out),
            _ => Err(CannotMask::Form),
        };
        if done.is_ok() {
            return Ok(());
        }
        out.truncate(start);
        self.push_whole(value, out)
    }

    /// The mask of the value at these keys: of the longest path that leads to it or to its parents.
    fn find(&self, keys: &[String]) -> Option<&Leaf> {
        let leads = |path: &&Path| {
            path.steps.len() <= keys.len()
                && path.steps.iter().zip(keys).all(|(step, key)| step == ANY || step == key)
        };
        self.paths.iter().find(leads).map(|path| &path.leaf)
    }

    /// A path leads to a value within the one at these keys.
    fn leads_into(&self, keys: &[String]) -> bool {
        self.paths.iter().any(|path| {
            path.steps.len() > keys.len()
                && path.steps.iter().zip(keys).all(|(step, key)| step == ANY || step == key)
        })
    }

    /// Appends a text that is masked without a look at what it holds.
    fn push_whole(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if self.whole.mask_into(value, out)? { Ok(()) } else { Err(CannotMask::Form) }
    }

    /// Appends a masked text; `false` for NULL. Without a path that leads to it, it stays.
    fn push(&self, keys: &[String], value: &str, out: &mut String) -> Result<bool, CannotMask> {
        if let Some(leaf) = self.find(keys) {
            return leaf.text.mask_into(value, out);
        }
        out.push_str(value);
        Ok(true)
    }
}

/// The value is JSON.
pub(super) fn is_json(value: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok()
}

/// The shape of values within the document.
fn within(shape: &Shape, mask: &Mask, kind: Kind) -> Shape {
    Shape {
        tie: mask.to_string(),
        kind,
        max_chars: None,
        not_null: false,
        allowed: Vec::new(),
        paths: Vec::new(),
        ..shape.clone()
    }
}

impl Leaf {
    fn new(key: &MaskKey, mask: &Mask, shape: &Shape) -> Result<Self, CannotMask> {
        let text = Masker::of_value(key, mask, &within(shape, mask, Kind::Text))?;
        let number = Masker::of_value(key, mask, &within(shape, mask, Kind::Numeric));
        // a number stays a number, whatever the mask makes of texts
        let number = match number {
            Ok(number) => number,
            Err(_) => Masker::of_value(key, &Mask::Hash, &within(shape, mask, Kind::Numeric))?,
        };
        Ok(Leaf { text, number })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{key, masked, once, shape};
    use super::super::{Kind, Masker, Shape};
    use crate::config::Mask;

    fn document(kind: Kind, paths: &[(&str, Mask)]) -> Shape {
        let paths = paths.iter().map(|(path, mask)| ((*path).to_owned(), mask.clone())).collect();
        Shape { kind, paths, ..shape() }
    }

    fn mask(kind: Kind, paths: &[(&str, Mask)], value: &str) -> String {
        once(&Mask::Json, &document(kind, paths), value)
    }

    /// What the mask makes of the text of a plain column.
    fn alone(mask: &Mask, value: &str) -> String {
        once(mask, &Shape { tie: mask.to_string(), ..shape() }, value)
    }

    #[test]
    fn json_keeps_everything_that_no_path_names_byte_for_byte() {
        let value = "{ \"b\":1.50e+3 , \"email\" : \"a@b.com\",\"list\":[{\"email\":\"c\\u0040d.com\"}, null],\n \
                     \"deep\":{\"x\":{\"tel\":4912345678,\"ok\":true}}, \"\":\"\\u00e9\"}";
        let paths =
            [("email", Mask::Email), ("list.email", Mask::Email), ("deep.*.tel", Mask::Phone)];
        let result = mask(Kind::Json, &paths, value);
        let email = alone(&Mask::Email, "a@b.com");
        let other = alone(&Mask::Email, "c@d.com");
        let expected = value.replace("a@b.com", &email).replace("c\\u0040d.com", &other);
        let (before, after) = expected.split_once("4912345678").unwrap();
        assert!(result.starts_with(before) && result.ends_with(after), "{result}");
        assert!(result.contains("\"tel\":999"), "{result}");
        let dotted =
            mask(Kind::Json, &[("\"user.email\"", Mask::Email)], "{\"user.email\":\"a@b.com\"}");
        assert_eq!(dotted, format!("{{\"user.email\":\"{email}\"}}"));
        // a text column and a path that leads to all values
        let all = mask(
            Kind::Text,
            &[("", Mask::LastName), ("keep", Mask::Keep)],
            "[\"x\",{\"keep\":\"y\"}]",
        );
        assert!(all.contains("{\"keep\":\"y\"}") && !all.contains("\"x\""), "{all}");
        assert_eq!(mask(Kind::Jsonb, &[("a", Mask::Null)], "{\"a\": \"x\"}"), "{\"a\": null}");
        assert_eq!(mask(Kind::Jsonb, &[("", Mask::Email)], "null"), "null");
        let escaped =
            mask(Kind::Json, &[("a", Mask::Constant("q\"\n\\".to_owned()))], "{\"a\":\"x\"}");
        assert_eq!(escaped, "{\"a\":\"q\\\"\\n\\\\\"}");
    }

    #[test]
    fn hstore_xml_and_yaml_are_masked_at_their_paths() {
        let email = alone(&Mask::Email, "a@b.com");
        let paths =
            [("email", Mask::Email), ("user.email", Mask::Email), ("user.note", Mask::Null)];
        assert_eq!(
            mask(
                Kind::Hstore,
                &paths,
                "\"email\"=>\"a@b.com\", \"x\"=>NULL, \"email2\"=>\"a\\\"b\""
            ),
            format!("\"email\"=>\"{email}\", \"x\"=>NULL, \"email2\"=>\"a\\\"b\"")
        );
        let value = "<?xml version=\"1.0\"?>\n<user id=\"7\" email='a@b.com'><email>a@b.com</email><!-- x --><n/>\
                     <o>a &amp; b</o></user>";
        assert_eq!(mask(Kind::Xml, &paths, value), value.replace("a@b.com", &email));
        let value = "---\n:user:\n  email: a@b.com\n  name: \"Eva: x\"\n  tags:\n  - one\n  note: |\n    two\n    three\nn: 1\n";
        let result = mask(Kind::Text, &paths, value);
        let expected =
            value.replace("a@b.com", &email).replace("|\n    two\n    three\n", "null\n");
        assert_eq!(result, expected);
        let folded =
            mask(Kind::Text, &[("a", Mask::Text)], "---\na: \"Anna\n  Berger\"\nb: {c: 1}\n");
        assert!(!folded.contains("Berger") && folded.ends_with("\nb: {c: 1}\n"), "{folded}");
        let flow = mask(Kind::Text, &[("a.b", Mask::Email)], "a: {b: anna@firm.com}\n");
        assert!(!flow.contains("anna"), "{flow}");
        let name =
            mask(Kind::Text, &[("user.name", Mask::LastName), ("user.tags", Mask::Text)], value);
        assert!(
            !name.contains("Eva") && !name.contains("one") && name.contains("email: a@b.com"),
            "{name}"
        );
    }

    #[test]
    fn what_is_no_document_is_masked_as_a_whole() {
        let shape = document(Kind::Text, &[("a", Mask::Email)]);
        let masker = Masker::new(&key(), &Mask::Json, &shape).unwrap();
        for value in ["Anna Berger lives here", "{\"a\": \"Anna Berger", "<a>Anna Berger"] {
            assert!(!masked(&masker, value).contains("Anna"), "{value}");
        }
    }

    #[test]
    fn another_mask_on_a_document_is_that_of_its_values() {
        let secret = once(&Mask::Secret, &shape(), "{\"p\":\"qT9aPq\",\"h\":{\"iv\":\"x7\"}}");
        assert!(secret.starts_with("{\"p\":\"") && secret.contains("\"h\":{\"iv\":\""), "{secret}");
        assert!(!secret.contains("qT9aPq"), "{secret}");
        let of_json = Shape { kind: Kind::Jsonb, ..shape() };
        let names = once(&Mask::FirstName, &of_json, "{\"a\": [\"Anna\", 7, true]}");
        assert!(!names.contains("Anna") && names.ends_with(", true]}"), "{names}");
    }
}
