//! The labelled columns of tests/corpus: how many of the personal ones are found, and how many of
//! those found are personal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(in super::super) use super::ColumnFacts;
use super::{Confidence, Decision, Mask, TableFacts, table};

struct Labelled {
    app: String,
    language: String,
    facts: TableFacts,
    /// The mask of each column, or `-`, `?`, `json(…)`.
    labels: Vec<String>,
}

fn read(file: &str) -> Vec<Labelled> {
    let root = std::env::var("CLASSIFY_CORPUS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus").to_owned());
    let text = std::fs::read_to_string(format!("{root}/{file}.tsv")).expect("the corpus is read");
    let mut tables: Vec<Labelled> = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[0] == "table" {
            let facts = TableFacts { table: fields[3].to_owned(), ..TableFacts::default() };
            let (app, language) = (fields[1].to_owned(), fields[2].to_owned());
            tables.push(Labelled { app, language, facts, labels: Vec::new() });
            continue;
        }
        let plain =
            |value: &&str| value.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\");
        let few = std::env::var("CLASSIFY_SAMPLES").ok().and_then(|few| few.parse().ok());
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let references = fields[5].split_once('.');
        let column = ColumnFacts {
            name: fields[1].to_owned(),
            type_name: fields[2].to_owned(),
            unique: !fields[4].is_empty(),
            references: references.map(|(table, column)| (table.to_owned(), column.to_owned())),
            checks: some(fields[6]).into_iter().collect(),
            comment: some(fields[7]),
            samples: fields[8..]
                .iter()
                .take(few.unwrap_or(usize::MAX))
                .map(plain)
                .filter(|value| !value.is_empty())
                .collect(),
            ..ColumnFacts::default()
        };
        let last = tables.last_mut().expect("a table before its columns");
        last.facts.columns.push(column);
        last.labels.push(fields[3].to_owned());
    }
    tables
}

#[derive(Clone, Copy, Default)]
struct Score {
    found: u32,
    missed: u32,
    wrong: u32,
    same_mask: u32,
}

impl Score {
    fn recall(self) -> f64 {
        100.0 * f64::from(self.found) / f64::from((self.found + self.missed).max(1))
    }

    fn precision(self) -> f64 {
        100.0 * f64::from(self.found) / f64::from((self.found + self.wrong).max(1))
    }

    fn agreement(self) -> f64 {
        100.0 * f64::from(self.same_mask) / f64::from(self.found.max(1))
    }
}

fn written(decision: &Decision) -> String {
    if decision.mask != Mask::Json {
        return decision.mask.to_string();
    }
    let mut paths: Vec<String> =
        decision.paths.iter().map(|(path, mask)| format!("{path}={mask}")).collect();
    paths.sort();
    format!("json({})", paths.join(","))
}

fn sorted(label: &str) -> String {
    match label.strip_prefix("json(") {
        Some(paths) => {
            let mut paths: Vec<&str> = paths.trim_end_matches(')').split(',').collect();
            paths.sort_unstable();
            format!("json({})", paths.join(","))
        }
        None => label.to_owned(),
    }
}

/// What the classifier is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Both,
    Names,
    Values,
}

/// The score, and what to print.
fn measure(file: &str, shown: Shown, lines: bool) -> (Score, String) {
    let with_values = shown != Shown::Names;
    let mut total = Score::default();
    let mut by_language: BTreeMap<String, Score> = BTreeMap::new();
    let mut by_mask: BTreeMap<String, Score> = BTreeMap::new();
    let mut text = String::new();
    let mut columns = 0;
    for mut labelled in read(file) {
        if !with_values {
            labelled.facts.columns.iter_mut().for_each(|column| column.samples.clear());
        }
        if shown == Shown::Values {
            "t1".clone_into(&mut labelled.facts.table);
            for (at, column) in labelled.facts.columns.iter_mut().enumerate() {
                column.name = format!("c{at}");
                column.references = None;
            }
        }
        let decisions = table(&labelled.facts);
        for ((label, decision), column) in
            labelled.labels.iter().zip(&decisions).zip(&labelled.facts.columns)
        {
            columns += 1;
            for sample in column.samples.iter().filter(|sample| sample.len() > 10) {
                let reason = &decision.reason;
                assert!(!reason.contains(sample.as_str()), "{reason}: {sample}");
            }
            let opaque = column.name.trim_end_matches(|c: char| c.is_ascii_digit()).len() <= 2;
            if label == "?" || opaque && !with_values {
                continue;
            }
            let personal = label != "-";
            let kept = decision.mask == Mask::Keep;
            let mask = label.split('(').next().unwrap_or("").to_owned();
            let scores = [
                Some(&mut total),
                Some(by_language.entry(labelled.language.clone()).or_default()),
                Some(
                    by_mask
                        .entry(if personal { mask } else { decision.mask.to_string() })
                        .or_default(),
                ),
            ];
            let same = sorted(label) == written(decision);
            for score in scores.into_iter().flatten() {
                match (personal, kept) {
                    (true, false) => score.found += 1,
                    (true, true) => score.missed += 1,
                    (false, false) => score.wrong += 1,
                    (false, true) => {}
                }
                score.same_mask += u32::from(personal && !kept && same);
            }
            let what = match (personal, kept) {
                (true, true) => "missed",
                (false, false) => "wrong",
                (true, false) if !same => "other mask",
                _ => continue,
            };
            if lines {
                let first = column.samples.first().map_or("", String::as_str);
                let first: String = first.chars().take(40).collect();
                let _ = writeln!(
                    text,
                    "{what}: {} {}.{} {} is {label}, not {} ({}) e.g. {first:?}",
                    labelled.app,
                    labelled.facts.table,
                    column.name,
                    column.type_name,
                    written(decision),
                    decision.reason,
                );
            }
        }
    }
    for (name, score) in by_language.iter().chain(&by_mask).chain([(&"all".to_owned(), &total)]) {
        let _ = writeln!(
            text,
            "{name:12} recall {:5.1} % ({} missed)  precision {:5.1} % ({} wrong)  same mask {:5.1} %",
            score.recall(),
            score.missed,
            score.precision(),
            score.wrong,
            score.agreement(),
        );
    }
    let values = match shown {
        Shown::Both => "with values",
        Shown::Names => "without values",
        Shown::Values => "values alone",
    };
    (total, format!("{file}, {values}, {columns} columns\n{text}"))
}

/// Each column of the corpus that is not kept, with the name of its table.
pub(in super::super) fn decisions() -> Vec<(String, ColumnFacts, Decision)> {
    let mut masked = Vec::new();
    let files = ["tuning", "held_out", "applications", "applications_unseen"];
    for labelled in files.into_iter().flat_map(read) {
        let decisions = table(&labelled.facts);
        let name = labelled.facts.table;
        let columns = labelled.facts.columns.into_iter().zip(decisions);
        let columns = columns.filter(|(_, decision)| decision.mask != Mask::Keep);
        masked.extend(columns.map(|(column, decision)| (name.clone(), column, decision)));
    }
    masked
}

#[test]
fn personal_columns_of_the_corpus_are_found() {
    // the held-out columns are not listed: whoever tunes does not see them
    let (tuning, text) = measure("tuning", Shown::Both, true);
    println!("{text}");
    let (held_out, text) = measure("held_out", Shown::Both, false);
    println!("{text}");
    assert!(tuning.recall() >= 97.0 && tuning.precision() >= 85.0);
    assert!(held_out.recall() >= tuning.recall() - 3.0);
    assert!(held_out.precision() >= tuning.precision() - 3.0);
    assert!(tuning.agreement() >= 95.0 && held_out.agreement() >= 95.0);
}

#[test]
fn personal_columns_of_empty_tables_are_found_by_their_names() {
    let (tuning, text) = measure("tuning", Shown::Names, std::env::var("CLASSIFY_LINES").is_ok());
    println!("{text}");
    let (_, text) = measure("held_out", Shown::Names, false);
    println!("{text}");
    assert!(tuning.recall() >= 85.0 && tuning.precision() >= 85.0);
}

#[test]
fn personal_columns_of_real_applications_are_found() {
    let (seen, text) = measure("applications", Shown::Both, true);
    println!("{text}");
    // whoever tunes does not see the misses of these
    let (unseen, text) = measure("applications_unseen", Shown::Both, false);
    println!("{text}");
    let (_, text) = measure("applications", Shown::Names, std::env::var("CLASSIFY_LINES").is_ok());
    println!("{text}");
    let (_, text) = measure("applications_unseen", Shown::Names, false);
    println!("{text}");
    let (alone, text) = measure("applications_unseen", Shown::Values, false);
    println!("{text}");
    assert!(alone.recall() >= 85.0 && alone.precision() >= 85.0);
    assert!(seen.recall() >= 97.0 && seen.precision() >= 85.0);
    assert!(unseen.recall() >= 97.0 && unseen.precision() >= 85.0);
}

#[test]
fn a_decision_is_the_same_each_time_and_has_a_reason() {
    for labelled in read("tuning") {
        let decisions = table(&labelled.facts);
        assert_eq!(decisions, table(&labelled.facts));
        assert!(decisions.iter().all(|decision| !decision.reason.is_empty()));
        assert!(decisions.iter().all(|decision| decision.confidence <= Confidence::High));
    }
}
