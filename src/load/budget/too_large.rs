//! A budget that cannot be met: what takes the room, and what would make it less.

use crate::config::DEFAULT_BUDGET;
use crate::failure::Failure;
use crate::report::{bytes, counted, part_text};
use crate::subset::rules::{Reason, Rule};

/// How many of the largest tables are named.
const NAMED: usize = 5;

/// Even the least that the rules allow does not fit.
pub(super) struct TooLarge {
    pub(super) budget: u64,
    /// The `f` of rows^f at which it does not.
    pub(super) part: f64,
    pub(super) total: u64,
    /// The largest first.
    pub(super) largest: Vec<LargeTable>,
    /// What materialized views take.
    pub(super) views: u64,
    /// What is neither table nor view.
    pub(super) rest: u64,
}

pub(super) struct LargeTable {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// In the source.
    pub(super) rows: u64,
    pub(super) rule: Rule,
}

impl From<TooLarge> for Failure {
    fn from(error: TooLarge) -> Self {
        let TooLarge { budget, part, total, largest, views, rest } = error;
        let default = if budget == DEFAULT_BUDGET.0 { "default " } else { "" };
        let what = format!("the subset does not fit the {default}budget of {}", bytes(budget));
        let mut failure = Failure::new(what).because(format!(
            "the database takes {} with {}",
            bytes(total),
            if part > 0.0 {
                part_text(part)
            } else {
                "one row of each table that has no rule, and what foreign keys need".to_owned()
            }
        ));
        let mut remedies = Vec::new();
        let matters = |taken: u64| taken > budget / 20;
        for table in largest.iter().take(NAMED).filter(|table| matters(table.bytes)) {
            failure = failure.because(format!(
                "{} takes {} ({}; the source has {})",
                table.name,
                bytes(table.bytes),
                table.rule.why(),
                counted(table.rows, "row")
            ));
            remedies.extend(table.remedy());
        }
        if matters(views) {
            failure = failure.because(format!("materialized views take {}", bytes(views)));
        }
        if matters(rest) {
            let takes = bytes(rest);
            failure = failure.because(format!("the database without any row takes {takes}"));
        }
        let enough = (total / 1_000_000 + 1) * 5 / 4;
        let larger = format!("a budget that would do: max_size = \"{enough}MB\"");
        failure.remedy(remedies.into_iter().chain([larger]).collect::<Vec<_>>().join("\n"))
    }
}

impl LargeTable {
    fn remedy(&self) -> Option<String> {
        let name = &self.name;
        match self.rule.reason {
            Reason::Rule => Some(format!(
                "let {name} have fewer rows: rows = \"10%\", or none at all, rows = \"none\""
            )),
            Reason::FullTable => Some(format!("do not ask for all rows of {name}")),
            _ if !self.rule.always.is_empty() || !self.rule.forced.is_empty() => {
                Some(format!("ask for fewer rows of {name} by always or --force"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subset::rules::DecidedBy;
    use crate::subset::size::Target;

    fn table(name: &str, megabytes: u64, target: Target, reason: Reason) -> LargeTable {
        let (always, forced) = (Vec::new(), Vec::new());
        let rule = Rule {
            target,
            condition: None,
            only: None,
            always,
            forced,
            order: None,
            decided: DecidedBy::Fraction,
            reason,
            empty: false,
            named: false,
            warning: None,
        };
        LargeTable { name: name.to_owned(), bytes: megabytes * 1_000_000, rows: 20_000, rule }
    }

    #[test]
    fn rules_that_exceed_the_budget() {
        let mut forced = table("public.users", 12, Target::Power(0.0), Reason::Budget);
        forced.rule.forced = vec![vec!["1".to_owned()]];
        let largest = vec![
            table("public.countries", 300, Target::All, Reason::Rule),
            table("public.cities", 28, Target::All, Reason::FullTable),
            forced,
            table("public.orders", 2, Target::Power(0.0), Reason::Budget),
        ];
        let (total, views, rest) = (372_000_000, 20_000_000, 11_000_000);
        let error = TooLarge { budget: 200_000_000, part: 0.0, total, largest, views, rest };
        insta::assert_snapshot!(Failure::from(error));
    }

    #[test]
    fn a_schema_that_exceeds_the_budget() {
        let error = TooLarge {
            budget: 10_000_000,
            part: 0.0,
            total: 16_400_000,
            largest: vec![table("public.orders", 0, Target::Power(0.0), Reason::Budget)],
            views: 0,
            rest: 16_000_000,
        };
        insta::assert_snapshot!(Failure::from(error));
    }

    #[test]
    fn tries_that_all_exceeded_the_budget() {
        let error = TooLarge {
            budget: 50_000_000,
            part: 0.4127,
            total: 51_400_000,
            largest: vec![table("public.orders", 30, Target::Power(0.0), Reason::Budget)],
            views: 0,
            rest: 16_000_000,
        };
        insta::assert_snapshot!(Failure::from(error));
    }
}
