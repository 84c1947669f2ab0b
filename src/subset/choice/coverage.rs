//! Coverage: that each value of a column with few of them is there, and a NULL and another value of
//! a foreign key that may be NULL.
//!
//! What is to be there of a table are its features. Small tables are read for them; of large ones
//! the planner's statistics tell which there are.

use crate::catalog::{Catalog, DataType, ForeignKey, ForeignKeyId, TableId};
use crate::postgres::{QuotedIdent, QuotedLiteral};
use std::collections::HashMap;

/// A column with more different values than this has too many.
pub const MOST_VALUES: usize = 20;

/// Longer values (bytes) are not looked at.
const LONGEST: usize = 100;

/// What is to be there at least once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// A value of a column, in the type's binary form. Columns are positions in
    /// [`Coverage::columns`].
    Value(usize, Vec<u8>),
    /// A foreign key of these columns that names nothing, …
    Null(Vec<usize>),
    /// … or something.
    NotNull(Vec<usize>),
}

impl What {
    /// The columns that it is about, as positions.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        match self {
            What::Value(column, _) => std::slice::from_ref(column),
            What::Null(columns) | What::NotNull(columns) => columns,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    pub what: What,
    /// The part of the rows that have it; `None`: not known.
    pub part: Option<f64>,
}

/// What is to be there of one table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// The columns that it is about.
    pub columns: Vec<usize>,
    pub features: Vec<Feature>,
}

impl Coverage {
    /// Which features a row has, given the values of the columns.
    #[must_use]
    pub fn of<'a>(&self, value: impl Fn(usize) -> Option<&'a [u8]>) -> Vec<u16> {
        let has = |what: &What| match what {
            What::Value(column, wanted) => value(*column) == Some(wanted),
            What::Null(columns) => columns.iter().any(|column| value(*column).is_none()),
            What::NotNull(columns) => columns.iter().all(|column| value(*column).is_some()),
        };
        (0u16..).zip(&self.features).filter(|(_, f)| has(&f.what)).map(|(id, _)| id).collect()
    }

    /// How long each feature is left to chance, in a table of children or of rows that are
    /// nobody's.
    #[must_use]
    pub fn patience(&self, of_children: bool) -> Vec<Patience> {
        let mut known: Vec<&[usize]> = Vec::new();
        let mut groups = Vec::with_capacity(self.features.len());
        for columns in self.features.iter().map(|feature| feature.what.columns()) {
            groups.push(known.iter().position(|other| *other == columns).unwrap_or(known.len()));
            if groups.last() == Some(&known.len()) {
                known.push(columns);
            }
        }
        let patience = |(feature, group): (&Feature, &usize)| Patience {
            group: *group,
            until: match feature.part {
                // each is as good as another
                _ if !of_children => Some(0),
                Some(part) => {
                    let of_group = groups.iter().filter(|other| *other == group).count();
                    expected_by(part, of_group)
                }
                None => None,
            },
        };
        self.features.iter().zip(&groups).map(patience).collect()
    }
}

/// How long a feature is left to chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The features of a group exclude each other: the values of a column, or whether a foreign key
    /// is NULL.
    pub group: usize,
    /// Until this place, counted from 0; `None`: until there are hardly more places than features
    /// of the group that are missing.
    pub until: Option<usize>,
}

/// After how many rows a value this common should have turned up by chance. `None`: it is too rare
/// to wait for.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "small numbers of rows and values"
)]
fn expected_by(part: f64, values: usize) -> Option<usize> {
    let rows = 2.0 / part;
    (rows <= 4.0 * values as f64).then(|| rows.ceil() as usize)
}

/// A table's columns whose values may be covered. Values of their types are equal exactly if their
/// bytes are. Keys are left out, and so are foreign keys that `looked_up` refuses.
#[must_use]
pub fn columns(
    catalog: &Catalog,
    table: TableId,
    looked_up: impl Fn(&ForeignKey) -> bool,
) -> Vec<usize> {
    let about = &catalog.tables[table];
    let key = |column: usize| {
        about.key.as_deref() == Some(&[column])
            || about.unique.iter().any(|unique| unique.columns == [column])
    };
    let foreign = |column: usize| {
        let own = |key: &&ForeignKey| key.table == table && key.columns.contains(&column);
        catalog.foreign_keys.iter().filter(own).any(|key| key.columns.len() > 1 || !looked_up(key))
    };
    (0..about.columns.len())
        .filter(|column| {
            let column_is = &about.columns[*column];
            !column_is.generated
                && is_plain(&column_is.data_type)
                && !key(*column)
                && !foreign(*column)
        })
        .collect()
}

/// Whether rows of this table lead to the other by their foreign keys, or are its rows.
#[must_use]
pub fn leads_to(catalog: &Catalog, table: TableId, other: TableId) -> bool {
    let mut known = vec![table];
    let mut next = 0;
    while let Some(at) = known.get(next).copied() {
        next += 1;
        for key in catalog.foreign_keys.iter().filter(|key| key.table == at) {
            if !known.contains(&key.referenced) {
                known.push(key.referenced);
            }
        }
    }
    known.contains(&other)
}

/// The nullable foreign keys of a table that its schema declares, by their columns, without those
/// that are left alone.
#[must_use]
pub fn foreign_keys(
    catalog: &Catalog,
    table: TableId,
    left_alone: impl Fn(ForeignKeyId) -> bool,
) -> Vec<Vec<usize>> {
    let about = &catalog.tables[table];
    let keys = catalog.foreign_keys.pairs();
    keys.filter(|(id, key)| {
        key.table == table
            && key.configured.is_none()
            && key.leaves.is_none()
            && key.columns.iter().any(|column| !about.columns[*column].not_null)
            && !left_alone(*id)
    })
    .map(|(_, key)| key.columns.clone())
    .collect()
}

/// boolean, integers, text, dates and times, numeric, uuid, enums
fn is_plain(data_type: &DataType) -> bool {
    data_type.enumerated
        || data_type.is_integer()
        || matches!(data_type.oid, 16 | 25 | 1042 | 1043 | 1082 | 1083 | 1114 | 1184 | 1700 | 2950)
}

/// The values of some columns, as rows pass by.
#[derive(Clone, Debug)]
pub struct Domains {
    /// By column: how often each value was seen; `None`: there are too many.
    values: Vec<Option<HashMap<Vec<u8>, u64>>>,
    /// By column: how many NULLs.
    nulls: Vec<u64>,
    rows: u64,
}

impl Domains {
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Domains { values: vec![Some(HashMap::new()); columns], nulls: vec![0; columns], rows: 0 }
    }

    pub fn note(&mut self, values: &[Option<&[u8]>]) {
        self.rows += 1;
        for ((known, nulls), value) in self.values.iter_mut().zip(&mut self.nulls).zip(values) {
            let Some(value) = value else {
                *nulls += 1;
                continue;
            };
            let Some(seen) = known else { continue };
            if let Some(times) = seen.get_mut(*value) {
                *times += 1;
            } else if seen.len() < MOST_VALUES && value.len() <= LONGEST {
                seen.insert(value.to_vec(), 1);
            } else {
                *known = None;
            }
        }
    }

    /// What is to be covered. Of the first `count` columns, each value is a feature. `keys` are
    /// foreign keys, as positions of columns: NULL is a feature, and so is any value.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a part of few rows")]
    pub fn features(&self, columns: usize, foreign_keys: &[Vec<usize>]) -> Vec<Feature> {
        let part = |times: u64| Some(times as f64 / self.rows.max(1) as f64);
        let mut features = Vec::new();
        for (column, values) in self.values.iter().take(columns).enumerate() {
            let mut values: Vec<_> = values.iter().flatten().collect();
            values.sort();
            features.extend(values.into_iter().map(|(value, times)| Feature {
                what: What::Value(column, value.clone()),
                part: part(*times),
            }));
        }
        for key in foreign_keys {
            // nothing here says whether one row has values in all columns of the key
            let nulls = key.iter().map(|column| self.nulls[*column]).max().unwrap_or(0);
            if nulls > 0 && nulls < self.rows {
                let others = part(self.rows - nulls);
                features.push(Feature { what: What::Null(key.clone()), part: part(nulls) });
                features.push(Feature { what: What::NotNull(key.clone()), part: others });
            }
        }
        features
    }
}

/// What the planner's statistics know of a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// As `pg_stats` has it: a number where positive.
    pub distinct: f64,
    pub null_part: f64,
    /// The most common values as text, with their parts.
    pub common: Vec<(String, f64)>,
}

impl Statistics {
    /// The values of a column with few of them; of types whose text is not also their binary form,
    /// only booleans and integers.
    #[must_use]
    pub fn features(&self, column: usize, data_type: &DataType) -> Vec<Feature> {
        #[allow(clippy::cast_precision_loss, reason = "a small number")]
        let few = self.distinct > 0.0 && self.distinct <= MOST_VALUES as f64;
        if !few || self.common.len() > MOST_VALUES {
            return Vec::new();
        }
        let feature = |(text, part): &(String, f64)| {
            let value = binary(text, data_type)?;
            Some(Feature { what: What::Value(column, value), part: Some(*part) })
        };
        self.common.iter().filter_map(feature).collect()
    }
}

fn binary(text: &str, data_type: &DataType) -> Option<Vec<u8>> {
    match data_type.oid {
        16 => match text {
            "t" => Some(vec![1]),
            "f" => Some(vec![0]),
            _ => None,
        },
        21 => Some(text.parse::<i16>().ok()?.to_be_bytes().to_vec()),
        23 => Some(text.parse::<i32>().ok()?.to_be_bytes().to_vec()),
        20 => Some(text.parse::<i64>().ok()?.to_be_bytes().to_vec()),
        25 | 1042 | 1043 => (text.len() <= LONGEST).then(|| text.as_bytes().to_vec()),
        _ => data_type.enumerated.then(|| text.as_bytes().to_vec()),
    }
}

/// The text of a value in its binary form, as [`Statistics::features`] makes it.
fn text(value: &[u8], data_type: &DataType) -> Option<String> {
    match (data_type.oid, value) {
        (16, [value]) => Some(if *value == 1 { "t" } else { "f" }.to_owned()),
        (20 | 21 | 23, _) => Some(crate::subset::keys::form::integer(value).to_string()),
        _ => String::from_utf8(value.to_vec()).ok(),
    }
}

/// The condition that rows with a feature meet, where an index serves it.
#[must_use]
pub fn indexed_condition(
    catalog: &Catalog,
    table: TableId,
    coverage: &Coverage,
    what: &What,
) -> Option<String> {
    let about = &catalog.tables[table];
    let name = |place: usize| {
        let column = coverage.columns[place];
        let served = about.has_index_on(&[column]);
        served.then(|| QuotedIdent::new(&about.columns[column].name).to_string())
    };
    match what {
        What::Value(place, value) => {
            let data_type = &about.columns[coverage.columns[*place]].data_type;
            let literal = QuotedLiteral::new(&text(value, data_type)?).to_string();
            Some(format!("{} = {literal}", name(*place)?))
        }
        What::Null(columns) => Some(format!("{} is null", name(*columns.first()?)?)),
        What::NotNull(columns) => Some(format!("{} is not null", name(*columns.first()?)?)),
    }
}

/// Few rows that have all these features together: for each feature the row that comes first, and
/// what a greedy cover would take. Rows are given by their features, in their order; the positions
/// come back, ascending.
#[must_use]
pub fn cover(rows: &[Vec<u16>], features: usize) -> Vec<usize> {
    let mut taken = Vec::new();
    let mut first = vec![false; features];
    for (position, row) in rows.iter().enumerate() {
        let mut new = false;
        for feature in row {
            new |= !std::mem::replace(&mut first[usize::from(*feature)], true);
        }
        if new {
            taken.push(position);
        }
    }
    let mut left = first;
    while left.contains(&true) {
        let gain = |row: &Vec<u16>| row.iter().filter(|f| left[usize::from(**f)]).count();
        let best = (0..rows.len()).max_by_key(|row| (gain(&rows[*row]), std::cmp::Reverse(*row)));
        let Some(best) = best.filter(|best| gain(&rows[*best]) > 0) else { break };
        for feature in &rows[best] {
            left[usize::from(*feature)] = false;
        }
        taken.push(best);
    }
    taken.sort_unstable();
    taken.dedup();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Transfer;

    fn data_type(oid: u32) -> DataType {
        DataType {
            oid,
            name: String::new(),
            composite: false,
            enumerated: oid > 16384,
            transfer: Transfer::Binary,
            element: None,
        }
    }

    #[test]
    fn columns_with_few_values_have_a_feature_a_value() {
        let mut domains = Domains::new(3);
        for number in 0..40u8 {
            let (few, many) = ([number % 3], [number]);
            let parent = [1];
            let parent = (number % 4 > 0).then_some(&parent[..]);
            domains.note(&[Some(&few), Some(&many), parent]);
        }
        let features = domains.features(2, &[vec![2]]);
        let what: Vec<What> = features.iter().map(|feature| feature.what.clone()).collect();
        assert_eq!(
            what,
            [
                What::Value(0, vec![0]),
                What::Value(0, vec![1]),
                What::Value(0, vec![2]),
                What::Null(vec![2]),
                What::NotNull(vec![2]),
            ]
        );
        let coverage = Coverage { columns: vec![4, 5, 6], features };
        let of = |row: [Option<&[u8]>; 3]| coverage.of(|column| row[column]);
        assert_eq!(of([Some(&[2]), None, None]), [2, 3]);
        assert_eq!(of([Some(&[7]), None, Some(&[9])]), [4]);
        let groups: Vec<usize> = coverage.patience(true).iter().map(|p| p.group).collect();
        assert_eq!(groups, [0, 0, 0, 1, 1]);
        let until = |of_children| coverage.patience(of_children)[3].until;
        assert_eq!((until(true), until(false)), (Some(8), Some(0)), "a quarter of the rows");
    }

    #[test]
    fn statistics_tell_the_values_of_large_tables() {
        let statistics = Statistics {
            distinct: 2.0,
            null_part: 0.0,
            common: vec![("f".to_owned(), 0.999), ("t".to_owned(), 0.001)],
        };
        let features = statistics.features(1, &data_type(16));
        assert_eq!(features[1].what, What::Value(1, vec![1]));
        let coverage = Coverage { columns: vec![0, 3], features };
        let until: Vec<_> = coverage.patience(true).iter().map(|p| p.until).collect();
        assert_eq!(until, [Some(3), None], "what is rare is not waited for");
        let integers = Statistics {
            common: vec![("-2".to_owned(), 0.5)],
            distinct: 1.0,
            ..Statistics::default()
        };
        let value = (-2i32).to_be_bytes().to_vec();
        assert_eq!(integers.features(0, &data_type(23))[0].what, What::Value(0, value));
        let labels = Statistics { common: vec![("new".to_owned(), 0.5)], ..integers.clone() };
        assert_eq!(labels.features(0, &data_type(20000))[0].what, What::Value(0, b"new".to_vec()));
        assert_eq!(labels.features(0, &data_type(1082)), [], "its text is not its binary form");
        let many = Statistics { distinct: -0.5, ..integers };
        assert_eq!(many.features(0, &data_type(23)), []);
    }

    #[test]
    fn a_cover_has_each_feature() {
        let rows = vec![vec![0], vec![0, 1], vec![2], vec![1, 2, 3], vec![], vec![3]];
        assert_eq!(cover(&rows, 4), [0, 1, 2, 3]);
        assert_eq!(cover(&rows[1..4], 4), [0, 1, 2], "the first of each, and the best");
        assert_eq!(cover(&[], 4), [0usize; 0]);
    }
}
