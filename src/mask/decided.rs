//! Decisions and masks together: what is decided for the columns of the corpus can be done.

use super::Mask;
use super::classify::corpus::{ColumnFacts, decisions};
use super::values::{Kind, MaskKey, Masked, Masker, Shape};
use crate::config::Secret;

fn shape(column: &ColumnFacts, paths: Vec<(String, Mask)>) -> Shape {
    let room = column.type_name.split_once('(').filter(|(name, _)| name.starts_with("char"));
    let room = room.and_then(|(_, rest)| rest.split(')').next()?.parse().ok());
    Shape {
        tie: "tie".to_owned(),
        kind: Kind::of(&column.type_name),
        max_chars: room,
        unique: column.unique,
        paths,
        ..Shape::default()
    }
}

#[test]
fn each_decision_about_the_corpus_can_be_applied_and_leaves_no_value_as_it_was() {
    let key = MaskKey::of(&Secret::new("a key for the tests of the masks")).unwrap();
    let mut wrong = Vec::new();
    for (table, column, decision) in decisions() {
        let name = format!("{table}.{} {} {}", column.name, column.type_name, decision.mask);
        if decision.mask == Mask::ByKey {
            // it needs the keys
            continue;
        }
        let masker = match Masker::new(&key, &decision.mask, &shape(&column, decision.paths)) {
            Ok(masker) => masker,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        for value in &column.samples {
            match masker.mask(value) {
                Err(error) => wrong.push(format!("{name}: {error}, e.g. {value}")),
                // one day of a year may stay: the days of a year are permuted
                Ok(Masked::Value(result))
                    if result == *value && value.len() > 5 && decision.mask != Mask::Date =>
                {
                    wrong.push(format!("{name}: unchanged, e.g. {value}"));
                }
                Ok(_) => continue,
            }
            break;
        }
    }
    assert!(wrong.is_empty(), "{} columns:\n{}", wrong.len(), wrong.join("\n"));
}
