//! Why a row is in a subset, or is not.

use super::lines::wrapped;
use super::numbers::{counted, grouped};
use super::plan::ForeignKeyName;
use crate::failure::visible;
use std::fmt;

/// The answer to `why TABLE KEY`.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    pub row: RowName,
    /// By the settings of the load, on the source as it is now.
    pub trace: Trace,
    /// Whether the target holds the row now.
    pub held: Held,
    /// The moment of the source that was loaded.
    pub snapshot_at: String,
    /// How the source of today differs from what was loaded: a line each.
    pub changes: Vec<String>,
}

/// A row, by table and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    pub table: String,
    /// None where the table has no key.
    pub key: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    Yes,
    No,
    /// The target cannot say, and why.
    Unknown(String),
}

/// Why a row is selected, or is not.
#[derive(Clone, Debug, PartialEq)]
pub enum Trace {
    /// The source has no such row.
    NoSuchRow,
    /// The rows that brought it, the first first, then itself.
    Comes(Vec<Step>),
    StaysAway(Vec<Absence>),
}

/// One row on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub row: RowName,
    pub how: How,
    pub held: Held,
}

/// How a row comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Every row of its table does, for this reason.
    Whole(&'static str),
    /// By a condition of `always`.
    Always,
    /// By `--force`.
    Forced,
    /// Its turn comes in the seeded order, or in the one that the table's rule gives.
    InOrder(Option<String>),
    /// It has a value that no other chosen row has.
    Covering,
    /// It references the row before it, which is chosen.
    Child(ForeignKeyName),
    /// It references the row before it, which comes with all its descendants.
    Descendant(ForeignKeyName),
    /// The row before it references it.
    Referenced(ForeignKeyName),
}

/// What speaks against a row that is not selected. No selected row references it, in any case.
#[derive(Clone, Debug, PartialEq)]
pub enum Absence {
    /// Its table is left empty, for this reason.
    LeftEmpty(&'static str),
    /// `[[only]]` excludes it.
    Excluded,
    /// A row that it references is excluded by `[[only]]`.
    NamesExcluded,
    /// Its table gives only rows that foreign keys or `--force` need, for this reason.
    OnlyNeeded(&'static str),
    /// It does not meet its table's condition.
    Condition(String),
    /// `chosen` rows of `available` ones, and this row was not among them.
    NotChosen { chosen: u64, available: u64 },
    /// Its place in the seeded order, and the place of the last row that is taken: 0 to 1.
    Behind { place: f64, last: f64 },
    /// It could have come as the child of another row; `None`: it references none.
    Parent { key: ForeignKeyName, parent: Option<(RowName, ParentState)> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParentState {
    NotSelected,
    /// Selected because others reference it: such rows bring no children.
    PulledIn,
    /// Chosen; enough others came before this row.
    Chosen,
}

impl fmt::Display for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            return write!(f, "{} (a row without a key)", visible(&self.table));
        }
        write!(f, "{} {}", visible(&self.table), visible(&self.key.join(",")))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paragraphs = self.paragraphs();
        for (index, paragraph) in paragraphs.iter().enumerate() {
            let end = if index + 1 < paragraphs.len() { "\n" } else { "" };
            write!(f, "{}{end}", wrapped(paragraph))?;
        }
        Ok(())
    }
}

impl Why {
    fn paragraphs(&self) -> Vec<String> {
        let mut told = vec![self.headline()];
        match &self.trace {
            Trace::NoSuchRow => {}
            Trace::Comes(steps) => {
                let steps = steps.iter().enumerate();
                told.extend(steps.map(|(index, step)| format!("{}. {step}", index + 1)));
            }
            Trace::StaysAway(absences) => {
                told.extend(absences.iter().map(|absence| format!("- {absence}")));
                // references to an empty table are NULL
                let never = |absence: &Absence| {
                    matches!(absence, Absence::LeftEmpty(_) | Absence::Excluded)
                };
                if !absences.iter().any(never) {
                    told.push("- no row of the subset references it".to_owned());
                }
            }
        }
        if let Some(remark) = self.remark() {
            told.push(remark);
        }
        told.extend(self.changes.iter().map(|change| format!("changed since the load: {change}")));
        told
    }

    fn headline(&self) -> String {
        let row = &self.row;
        match (&self.trace, &self.held) {
            (Trace::Comes(_), Held::Yes) => format!("{row} is in the subset, and in the target:"),
            (Trace::Comes(_), Held::No) => format!(
                "{row} is not in the target, though by the settings of the load the source of \
                 today would bring it:"
            ),
            (Trace::Comes(_), Held::Unknown(why)) => {
                format!("{row} is in the subset; whether the target holds it is unknown ({why}):")
            }
            (Trace::StaysAway(_), Held::Yes) => format!(
                "{row} is in the target, though by the settings of the load the source of today \
                 would not bring it:"
            ),
            (Trace::StaysAway(_), Held::No) => format!("{row} is not in the subset:"),
            (Trace::StaysAway(_), Held::Unknown(why)) => format!(
                "{row} is not in the subset; whether the target holds it is unknown ({why}):"
            ),
            (Trace::NoSuchRow, Held::Yes) => {
                format!("{row} is in the target, and the source has no such row")
            }
            (Trace::NoSuchRow, Held::No) => {
                format!("neither the source nor the target has a row {row}")
            }
            (Trace::NoSuchRow, Held::Unknown(why)) => format!(
                "the source has no row {row}; whether the target holds it is unknown ({why})"
            ),
        }
    }

    /// A remark, if source and target disagree.
    fn remark(&self) -> Option<String> {
        let since = &self.snapshot_at;
        let strangers = |steps: &[Step]| steps.iter().any(|step| step.held == Held::No);
        match (&self.trace, &self.held) {
            (Trace::Comes(_), Held::No) => Some(format!(
                "the source has changed since it was loaded, as of {since}, or the row was \
                 removed from the target"
            )),
            (Trace::Comes(steps), Held::Yes) if strangers(steps) => Some(format!(
                "not all of these rows are in the target: either they were removed from it, or the \
                 source has changed since it was loaded, as of {since}, and the row came by a way \
                 that is no longer known"
            )),
            (Trace::StaysAway(_) | Trace::NoSuchRow, Held::Yes) => Some(format!(
                "the source has changed since it was loaded, as of {since}, or the row was made in \
                 the target; if it was loaded, the way by which it came is no longer known"
            )),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row, self.how)?;
        if self.held == Held::No { f.write_str(" (not in the target)") } else { Ok(()) }
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Whole(reason) => write!(f, "every row of its table comes ({reason})"),
            How::Always => f.write_str("a condition of always is true for it"),
            How::Forced => f.write_str("asked for by --force"),
            How::Covering => {
                f.write_str("chosen, so that every value of a column with few of them is there")
            }
            How::InOrder(None) => f.write_str("chosen, as its turn comes in the seeded order"),
            How::InOrder(Some(order)) => {
                write!(f, "chosen, as its turn comes by the rule's order ({order})")
            }
            How::Child(key) => write!(f, "chosen as a child of that row, by {key}"),
            How::Descendant(key) => {
                write!(f, "comes with that row, as all its descendants do, by {key}")
            }
            How::Referenced(key) => write!(f, "needed by that row, which references it by {key}"),
        }
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Absence::LeftEmpty(reason) => write!(f, "its table is left empty ({reason})"),
            Absence::Excluded => f.write_str("[[only]] excludes it, or a row that it needs"),
            Absence::NamesExcluded => f.write_str(
                "it references a row that [[only]] excludes, so it comes only where a row of the \
                 subset needs it",
            ),
            Absence::OnlyNeeded(reason) => write!(
                f,
                "of its table ({reason}) only rows come that foreign keys need, or that always or \
                 --force asks for"
            ),
            Absence::Condition(condition) => {
                write!(f, "it does not meet its table's condition: {condition}")
            }
            Absence::NotChosen { chosen, available } => write!(
                f,
                "{} of {} chosen, and it is not one of them",
                grouped(*chosen),
                counted(*available, "row") + if *available == 1 { " is" } else { " are" }
            ),
            Absence::Behind { place, last } => write!(
                f,
                "its place in the seeded order is at {:.2} %; the rows that are taken from it end \
                 at {:.2} %",
                place * 100.0,
                last * 100.0
            ),
            Absence::Parent { key, parent: None } => {
                write!(f, "it references nothing by {key}, so that it is nobody's child there")
            }
            Absence::Parent { key, parent: Some((row, state)) } => match state {
                ParentState::NotSelected => {
                    write!(f, "{row}, which it references by {key}, is not in the subset")
                }
                ParentState::PulledIn => write!(
                    f,
                    "{row}, which it references by {key}, is there only because others need it: \
                     such rows bring no children"
                ),
                ParentState::Chosen => write!(
                    f,
                    "{row}, which it references by {key}, is chosen; other children came first"
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(table: &str, key: &[&str]) -> RowName {
        RowName {
            table: format!("public.{table}"),
            key: key.iter().map(ToString::to_string).collect(),
        }
    }

    fn key(table: &str, column: &str) -> ForeignKeyName {
        ForeignKeyName {
            schema: "public".to_owned(),
            table: table.to_owned(),
            name: format!("{table}_{column}_fkey"),
            columns: vec![column.to_owned()],
        }
    }

    fn why(trace: Trace, held: Held) -> Why {
        Why {
            row: row("products", &["17"]),
            trace,
            held,
            snapshot_at: "2026-01-02 03:04:05+00".to_owned(),
            changes: Vec::new(),
        }
    }

    fn way() -> Trace {
        let step = |row: RowName, how: How| Step { row, how, held: Held::Yes };
        Trace::Comes(vec![
            step(row("users", &["57"]), How::Forced),
            step(row("orders", &["560"]), How::Descendant(key("orders", "user_id"))),
            step(row("items", &["560", "2"]), How::Descendant(key("items", "order_id"))),
            step(row("products", &["17"]), How::Referenced(key("items", "product_id"))),
        ])
    }

    #[test]
    fn the_way_of_a_row() {
        insta::assert_snapshot!(why(way(), Held::Yes));
    }

    #[test]
    fn a_row_that_came_another_way() {
        let Trace::Comes(mut steps) = way() else { panic!() };
        steps[0].held = Held::No;
        let told = Why {
            changes: vec!["public.orders gives 12 rows, and gave 10".to_owned()],
            ..why(Trace::Comes(steps), Held::Yes)
        };
        insta::assert_snapshot!(told);
    }

    #[test]
    fn a_row_that_is_not_there() {
        let parent = |state| Some((row("categories", &["3"]), state));
        let told = why(
            Trace::StaysAway(vec![
                Absence::NotChosen { chosen: 1_000, available: 20_000 },
                Absence::Behind { place: 0.6312, last: 0.0497 },
                Absence::Parent {
                    key: key("products", "category_id"),
                    parent: parent(ParentState::NotSelected),
                },
                Absence::Parent {
                    key: key("products", "other_id"),
                    parent: parent(ParentState::PulledIn),
                },
                Absence::Parent {
                    key: key("products", "third_id"),
                    parent: parent(ParentState::Chosen),
                },
                Absence::Parent { key: key("products", "maker_id"), parent: None },
            ]),
            Held::No,
        );
        insta::assert_snapshot!(told);
        insta::assert_snapshot!(
            "a_row_of_an_empty_table",
            why(Trace::StaysAway(vec![Absence::LeftEmpty("rule")]), Held::No)
        );
        insta::assert_snapshot!(
            "a_row_that_names_an_excluded_one",
            why(Trace::StaysAway(vec![Absence::NamesExcluded]), Held::No)
        );
        insta::assert_snapshot!(
            "a_row_that_its_condition_leaves_out",
            why(Trace::StaysAway(vec![Absence::Condition("price > 0".to_owned())]), Held::No)
        );
    }

    #[test]
    fn source_and_target_disagree() {
        let gone = why(Trace::NoSuchRow, Held::Yes);
        let new = why(way(), Held::No);
        let stale = why(Trace::StaysAway(vec![Absence::OnlyNeeded("not included")]), Held::Yes);
        let nowhere = why(Trace::NoSuchRow, Held::No);
        let unknown = why(way(), Held::Unknown("column \"id\" does not exist".to_owned()));
        let told = [gone, new, stale, nowhere, unknown].map(|why| why.to_string());
        insta::assert_snapshot!(told.join("\n\n"));
    }
}
