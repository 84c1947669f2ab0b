//! Which foreign keys are followed, and from which columns the keys of rows are made: [`References`] is
//! laid out once.

use super::keys::convert::{self, Conversion};
pub use super::keys::form::{Form, integer};
use super::keys::{KeyRef, encode_part, parts};
use super::rows::Address;
use crate::catalog::{ById, Catalog, ForeignKey, ForeignKeyId, QualifiedName, TableId, id};

id! {
    /// The position of a referenced key in [`References::referenced`].
    ReferencedKeyId
}

id! {
    /// The position of a want in [`References::wants`].
    WantId
}

/// Columns of a table that a foreign key references.
#[derive(Clone, Debug)]
pub struct ReferencedKey {
    pub table: TableId,
    /// The partitions that the key holds for; `None`: all.
    pub leaves: Option<Vec<usize>>,
    pub relation: QualifiedName,
    pub columns: Vec<usize>,
    pub forms: Vec<Form>,
}

impl ReferencedKey {
    /// Whether it is one integer column.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.forms == [Form::Integer]
    }
}

/// Foreign keys whose values are looked up together: they reference the same columns, with the same
/// types.
#[derive(Clone, Debug)]
pub struct Want {
    pub referenced: ReferencedKeyId,
    pub forms: Vec<Form>,
    pub operators: Vec<String>,
    /// Whether its values can be compared with the keys of chosen rows. Where they cannot, all are
    /// looked up, and a row that was chosen before is known by its address.
    pub comparable: bool,
    /// The foreign key of this want whose table references itself, if that is its only one, and each
    /// row references one row at most.
    pub self_reference: Option<ForeignKeyId>,
    /// The foreign key that only the configuration knows of: this want is its alone, and what
    /// resolves to nothing is counted.
    pub configured: Option<ForeignKeyId>,
    /// Whether its rows are fetched: not where the referenced table is whole anyway, or left empty.
    pub fetched: bool,
}

/// What is decided about a foreign key, before wants are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The rows that it references come.
    Follow,
    /// The referenced table is copied whole.
    Satisfied,
    /// The referenced table is left empty: these columns become NULL.
    Null { columns: Vec<usize> },
}

/// What becomes of a foreign key's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Following {
    /// Noted in this want, and fetched.
    Want(WantId),
    /// The referenced table is copied whole.
    Satisfied,
    /// The referenced table is left empty: these columns become NULL.
    Nulled { columns: Vec<usize> },
}

/// All referenced keys and wants of a database, and which foreign key goes where.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub referenced: ById<ReferencedKeyId, ReferencedKey>,
    pub wants: ById<WantId, Want>,
    pub following: ById<ForeignKeyId, Following>,
    /// The referenced key of each foreign key.
    pub names: ById<ForeignKeyId, ReferencedKeyId>,
}

impl References {
    #[must_use]
    pub fn new(catalog: &Catalog, decisions: Vec<Decision>) -> Self {
        let mut made = References::default();
        for ((id, key), decision) in catalog.foreign_keys.pairs().zip(decisions) {
            let referenced = made.referenced_key(catalog, key);
            made.names.push(referenced);
            let following = match (decision, &key.configured) {
                (Decision::Follow, None) => {
                    Following::Want(made.want(catalog, id, key, referenced))
                }
                (Decision::Follow, Some(_)) => {
                    Following::Want(made.configured_want(id, key, referenced))
                }
                (Decision::Satisfied, _) => Following::Satisfied,
                (Decision::Null { columns }, _) => Following::Nulled { columns },
            };
            made.following.push(following);
        }
        made
    }

    fn referenced_key(&mut self, catalog: &Catalog, key: &ForeignKey) -> ReferencedKeyId {
        let found = self.referenced.find(|known| {
            known.relation == key.referenced_relation && known.columns == key.referenced_columns
        });
        found.unwrap_or_else(|| {
            let columns = &catalog.tables[key.referenced].columns;
            let forms: Vec<Form> =
                key.referenced_columns.iter().map(|c| Form::of(&columns[*c].data_type)).collect();
            self.referenced.push(ReferencedKey {
                table: key.referenced,
                leaves: key.referenced_leaves.clone(),
                relation: key.referenced_relation.clone(),
                columns: key.referenced_columns.clone(),
                forms,
            })
        })
    }

    fn want(
        &mut self,
        catalog: &Catalog,
        id: ForeignKeyId,
        key: &ForeignKey,
        referenced: ReferencedKeyId,
    ) -> WantId {
        let own = &catalog.tables[key.table].columns;
        let theirs = &catalog.tables[key.referenced].columns;
        let forms: Vec<Form> =
            key.columns.iter().map(|column| Form::of(&own[*column].data_type)).collect();
        let comparable = key
            .columns
            .iter()
            .zip(&key.referenced_columns)
            .all(|(mine, other)| own[*mine].data_type.same_bytes(&theirs[*other].data_type));
        let self_reference = (key.is_self_reference() && !key.is_temporal()).then_some(id);
        let found = self.wants.find(|want| {
            want.referenced == referenced
                && want.configured.is_none()
                && want.forms == forms
                && want.operators == key.operators
                && want.comparable == comparable
        });
        if let Some(found) = found {
            self.wants[found].self_reference = None;
            return found;
        }
        self.wants.push(Want {
            referenced,
            forms,
            operators: key.operators.clone(),
            comparable,
            self_reference,
            configured: None,
            fetched: true,
        })
    }

    /// Its values are converted to the types of the referenced columns before they are noted.
    fn configured_want(
        &mut self,
        id: ForeignKeyId,
        key: &ForeignKey,
        referenced: ReferencedKeyId,
    ) -> WantId {
        let forms = self.referenced[referenced].forms.clone();
        self.wants.push(Want {
            referenced,
            forms,
            operators: key.operators.clone(),
            comparable: true,
            self_reference: None,
            configured: Some(id),
            fetched: true,
        })
    }
}

/// One noted value: which foreign key or referenced key it belongs to, and from which columns of
/// a key question's row it is made.
#[derive(Clone, Debug)]
pub struct Note {
    /// Positions in the question's columns.
    pub columns: Vec<usize>,
    pub forms: Vec<Form>,
    /// The partitions whose rows it holds for; `None`: all.
    pub leaves: Option<Vec<usize>>,
    /// `None`: a value is what stands in its column.
    pub reading: Option<Reading>,
}

/// How the values of a configured foreign key are read from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub when: Option<Test>,
    /// As many as there are columns; at most one of them is an array.
    pub parts: Vec<Part>,
}

/// What has to hold for a row to name anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The condition, asked for in this place.
    True(usize),
    /// The text that was asked for in this place.
    Is(usize, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub conversion: Conversion,
    /// Each element of an array is a value.
    pub elements: bool,
}

/// What a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    Key(KeyRef<'a>),
    /// No row could have this value.
    Misfit(KeyRef<'a>),
}

impl Reading {
    /// The values that a row has for each column, once for each element of an array; none where
    /// one is NULL, or the condition does not hold.
    fn rows<'a>(&self, columns: &[usize], values: &[Option<&'a [u8]>]) -> Vec<Vec<&'a [u8]>> {
        let holds = match &self.when {
            None => true,
            Some(Test::True(place)) => values[*place] == Some(&[1]),
            Some(Test::Is(place, text)) => values[*place] == Some(text.as_bytes()),
        };
        let row: Option<Vec<&[u8]>> = columns.iter().map(|column| values[*column]).collect();
        let Some(row) = row.filter(|_| holds) else { return Vec::new() };
        let Some(array) = self.parts.iter().position(|part| part.elements) else {
            return vec![row];
        };
        let with = |element| {
            let mut row = row.clone();
            row[array] = element;
            row
        };
        convert::elements(row[array]).into_iter().map(with).collect()
    }

    /// Makes a key of one row's values; `false`: a key that no row could have.
    fn make(&self, forms: &[Form], row: &[&[u8]], key: &mut Vec<u8>) -> bool {
        key.clear();
        let mut value = Vec::new();
        for ((part, form), given) in self.parts.iter().zip(forms).zip(row) {
            value.clear();
            if !part.conversion.convert(given, form, &mut value) {
                key.clear();
                for given in row {
                    encode_part(key, given);
                }
                return false;
            }
            encode_part(key, &value);
        }
        true
    }
}

impl Note {
    /// Makes the key from a row's values; of an array's, the first. `None`: a column is NULL. With
    /// MATCH SIMPLE the row references nothing then, and with MATCH FULL all columns are NULL.
    pub fn key<'a>(
        &self,
        address: Address,
        values: &[Option<&'a [u8]>],
        scratch: &'a mut Vec<u8>,
    ) -> Option<KeyRef<'a>> {
        if let Some(leaves) = &self.leaves
            && !leaves.contains(&address.leaf())
        {
            return None;
        }
        if let Some(reading) = &self.reading {
            for row in reading.rows(&self.columns, values) {
                if reading.make(&self.forms, &row, scratch) {
                    return Some(made(&self.forms, scratch));
                }
            }
            return None;
        }
        if let ([column], [Form::Integer]) = (&self.columns[..], &self.forms[..]) {
            return Some(KeyRef::Integer(integer(values[*column]?)));
        }
        scratch.clear();
        for (column, form) in self.columns.iter().zip(&self.forms) {
            let value = values[*column]?;
            if *form == Form::Integer {
                encode_part(scratch, &integer(value).to_be_bytes());
            } else {
                encode_part(scratch, value);
            }
        }
        Some(KeyRef::Bytes(scratch))
    }

    /// Hands over all keys that a row names: an array may name several.
    pub fn each(
        &self,
        address: Address,
        values: &[Option<&[u8]>],
        scratch: &mut Vec<u8>,
        mut hand_over: impl FnMut(Named<'_>),
    ) {
        let Some(reading) = &self.reading else {
            if let Some(key) = self.key(address, values, scratch) {
                hand_over(Named::Key(key));
            }
            return;
        };
        for row in reading.rows(&self.columns, values) {
            if reading.make(&self.forms, &row, scratch) {
                hand_over(Named::Key(made(&self.forms, scratch)));
            } else {
                hand_over(Named::Misfit(KeyRef::Bytes(scratch)));
            }
        }
    }
}

/// A key from its encoded parts.
fn made<'a>(forms: &[Form], key: &'a [u8]) -> KeyRef<'a> {
    match (forms, parts(key).next()) {
        ([Form::Integer], Some(value)) => KeyRef::Integer(integer(value)),
        _ => KeyRef::Bytes(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_null_names_nothing() {
        let text = Form::Text { type_name: "isbn".to_owned() };
        let note = Note {
            columns: vec![0, 2],
            forms: vec![Form::Integer, text],
            leaves: None,
            reading: None,
        };
        let address = Address::new(0, 1, 1);
        let four = 4i32.to_be_bytes();
        let mut scratch = Vec::new();
        assert_eq!(note.key(address, &[Some(&four), None, None], &mut scratch), None);
        let key = note.key(address, &[Some(&four), None, Some(b"x")], &mut scratch);
        assert_eq!(
            key,
            Some(KeyRef::Bytes(&[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, b'x']))
        );
    }

    #[test]
    fn an_array_names_a_key_an_element_and_tells_what_is_none() {
        let mut array = Vec::new();
        for number in [1i32, 0, 25, 2, 1] {
            array.extend_from_slice(&number.to_be_bytes());
        }
        for text in ["x", "17"] {
            array.extend_from_slice(&i32::try_from(text.len()).unwrap().to_be_bytes());
            array.extend_from_slice(text.as_bytes());
        }
        let reading = Reading {
            when: Some(Test::Is(1, "Post".to_owned())),
            parts: vec![Part { conversion: Conversion::TextToInteger, elements: true }],
        };
        let note = Note {
            columns: vec![0],
            forms: vec![Form::Integer],
            leaves: None,
            reading: Some(reading),
        };
        let address = Address::new(0, 1, 1);
        let named = |kind: Option<&[u8]>| {
            let mut named = Vec::new();
            let mut scratch = Vec::new();
            note.each(address, &[Some(&array), kind], &mut scratch, |key| {
                named.push(format!("{key:?}"));
            });
            named
        };
        assert_eq!(named(Some(b"Post")), ["Misfit(Bytes([1, 0, 0, 0, 120]))", "Key(Integer(17))"]);
        assert!(named(Some(b"Photo")).is_empty() && named(None).is_empty());
        let values = [Some(&array[..]), Some(&b"Post"[..])];
        assert_eq!(note.key(address, &values, &mut Vec::new()), Some(KeyRef::Integer(17)));
    }

    #[test]
    fn a_key_of_some_partitions_holds_for_these() {
        let note = Note {
            columns: vec![0],
            forms: vec![Form::Integer],
            leaves: Some(vec![2]),
            reading: None,
        };
        let four = 4i32.to_be_bytes();
        let mut scratch = Vec::new();
        assert_eq!(note.key(Address::new(1, 0, 1), &[Some(&four)], &mut scratch), None);
        assert!(note.key(Address::new(2, 0, 1), &[Some(&four)], &mut scratch).is_some());
    }
}
