//! How values of a type are read in key questions and sent back in key lists.

use crate::catalog::{DataType, Transfer};

/// How a column's value is read in key questions and sent back in key lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// int2, int4, int8, all as int8.
    Integer,
    /// The type's binary form; the array type of this name is sent back.
    Binary { type_name: String, element: u32 },
    /// Its text: for types without binary form, for arrays, which have no array type, and for
    /// composites, whose arrays come apart into columns.
    Text { type_name: String },
}

impl Form {
    #[must_use]
    pub fn of(data_type: &DataType) -> Self {
        let type_name = data_type.name.clone();
        if data_type.is_integer() {
            Form::Integer
        } else if matches!(data_type.transfer, Transfer::Binary | Transfer::BinaryToNewer)
            && !data_type.composite
            && !type_name.ends_with(']')
        {
            Form::Binary { type_name, element: data_type.oid }
        } else {
            Form::Text { type_name }
        }
    }
}

/// An integer of 2, 4 or 8 bytes, big-endian, as the wire has them.
#[must_use]
pub fn integer(value: &[u8]) -> i64 {
    match value {
        [a, b] => i64::from(i16::from_be_bytes([*a, *b])),
        [a, b, c, d] => i64::from(i32::from_be_bytes([*a, *b, *c, *d])),
        _ => value.try_into().map_or(0, i64::from_be_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_all_widths_are_equal_by_value() {
        assert_eq!(integer(&(-7i16).to_be_bytes()), -7);
        assert_eq!(integer(&(-7i32).to_be_bytes()), -7);
        assert_eq!(integer(&(-7i64).to_be_bytes()), -7);
    }
}
