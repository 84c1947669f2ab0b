//! `order`: which of a table's rows go first.

use super::names::bare;
use crate::catalog::{Catalog, DataType, TableId};
use crate::config::{Located, Order};

/// Which rows go first. Rows that are equal by it stand in a seeded order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOrder {
    pub by: By,
    /// As the reader knows it: `newest first, by created_at`.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// One column; rows without a value go last.
    Column { column: usize, descending: bool },
    /// As a person wrote it behind ORDER BY.
    Sql(Located<String>),
}

/// What columns are called that tell when a row was made, without underscores and in small letters,
/// the surest first.
const TIMES: [&str; 30] = [
    "createdat",
    "createdon",
    "created",
    "createddate",
    "createdtime",
    "creationdate",
    "creationtime",
    "datecreated",
    "timecreated",
    "insertedat",
    "insertedon",
    "inserted",
    "addedat",
    "addedon",
    "dateadded",
    "registeredat",
    "datejoined",
    "joinedat",
    "occurredat",
    "happenedat",
    "recordedat",
    "loggedat",
    "receivedat",
    "placedat",
    "orderedat",
    "submittedat",
    "postedat",
    "sentat",
    "eventtime",
    "timestamp",
];

/// The order that a rule asks for; `None`: no column tells which rows are the newest.
pub(super) fn resolve(
    catalog: &Catalog,
    table: TableId,
    given: &Located<Order>,
) -> Option<RowOrder> {
    let (word, descending) = match &given.value {
        Order::Newest => ("newest", true),
        Order::Oldest => ("oldest", false),
        Order::Sql(sql) => {
            let by = By::Sql(Located { value: sql.clone(), location: given.location });
            return Some(RowOrder { by, text: "in its order".to_owned() });
        }
    };
    let column = made_at(catalog, table)?;
    let name = &catalog.tables[table].columns[column].name;
    let text = format!("{word} first, by {name}");
    Some(RowOrder { by: By::Column { column, descending }, text })
}

/// The column that tells when a row was made: one that is called so, or else the key if it comes
/// from a sequence, or else the only time that a row has.
fn made_at(catalog: &Catalog, table: TableId) -> Option<usize> {
    let about = &catalog.tables[table];
    let times: Vec<usize> =
        (0..about.columns.len()).filter(|c| is_time(&about.columns[*c].data_type)).collect();
    let called = |name: &str| {
        times.iter().copied().find(|column| bare(&about.columns[*column].name) == name)
    };
    let numbered = || match about.key.as_deref() {
        Some(&[column]) => {
            let fed = |(of, fed): &(TableId, usize)| *of == table && *fed == column;
            catalog
                .sequences
                .iter()
                .any(|sequence| sequence.columns.iter().any(fed))
                .then_some(column)
        }
        _ => None,
    };
    let only = || match times[..] {
        [column] => Some(column),
        _ => None,
    };
    TIMES.iter().find_map(|name| called(name)).or_else(numbered).or_else(only)
}

/// `date`, `timestamp`, `timestamptz`
fn is_time(data_type: &DataType) -> bool {
    matches!(data_type.oid, 1082 | 1114 | 1184)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Id as _;
    use crate::catalog::{Column, Contents, QualifiedName, Sequence, Storage, Table, Transfer};

    const TIMESTAMP: u32 = 1184;
    const INTEGER: u32 = 20;

    fn catalog(columns: &[(&str, u32)], fed: bool) -> Catalog {
        let columns = columns.iter().zip(1i16..).map(|((name, oid), number)| Column {
            number,
            name: (*name).to_owned(),
            not_null: true,
            generated: false,
            partitions: false,
            nondeterministic: false,
            data_type: DataType {
                oid: *oid,
                name: String::new(),
                composite: false,
                enumerated: false,
                transfer: Transfer::Binary,
                element: None,
            },
        });
        let table = Table {
            oid: 1,
            name: QualifiedName::new("public", "t"),
            storage: Storage::Plain,
            columns: columns.collect(),
            key: Some(vec![0]),
            contents: Contents::Readable,
            bytes: 0,
            stored: 0,
            indexes: vec![vec![0]],
            unique: Vec::new(),
            indexed_elements: Vec::new(),
            indexed_expressions: Vec::new(),
            kept: None,
        };
        let sequence = Sequence {
            name: QualifiedName::new("public", "s"),
            start: 1,
            increment: 1,
            minimum: 1,
            maximum: 9,
            cycles: false,
            state: None,
            columns: vec![(TableId::at(0), 0)],
        };
        let sequences = if fed { vec![sequence] } else { Vec::new() };
        Catalog { tables: vec![table].into(), sequences, ..Catalog::default() }
    }

    fn newest(columns: &[(&str, u32)], fed: bool) -> Option<String> {
        let given = Located { value: Order::Newest, location: None };
        resolve(&catalog(columns, fed), TableId::at(0), &given).map(|order| order.text)
    }

    #[test]
    fn a_column_that_is_called_so_tells_when_a_row_was_made() {
        let columns = [("id", INTEGER), ("updated_at", TIMESTAMP), ("createdAt", TIMESTAMP)];
        assert_eq!(newest(&columns, true).unwrap(), "newest first, by createdAt");
        let columns = [("id", INTEGER), ("placed_at", TIMESTAMP), ("date_created", TIMESTAMP)];
        assert_eq!(newest(&columns, true).unwrap(), "newest first, by date_created");
        let columns = [("id", INTEGER), ("created_at", INTEGER)];
        assert_eq!(newest(&columns, false), None, "an integer is not a time");
    }

    #[test]
    fn else_a_key_that_comes_from_a_sequence_and_else_the_only_time() {
        let columns = [("id", INTEGER), ("seen", TIMESTAMP)];
        assert_eq!(newest(&columns, true).unwrap(), "newest first, by id");
        assert_eq!(newest(&columns, false).unwrap(), "newest first, by seen");
        let two = [("id", INTEGER), ("seen", TIMESTAMP), ("heard", TIMESTAMP)];
        assert_eq!(newest(&two, false), None);
    }
}
