//! The rule of one table, and why it is so.

use super::decided::DecidedBy;
use super::kind::Kind;
use super::order::RowOrder;
use crate::config::Located;
use crate::subset::size::Target;

/// What is to be copied of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub target: Target,
    /// SQL: only these rows are chosen.
    pub condition: Option<Located<String>>,
    /// The part of it that `[[only]]` asks for: rows that do not meet it come as parents only.
    pub only: Option<String>,
    /// SQL: these rows come with all their descendants.
    pub always: Vec<Located<String>>,
    /// Keys whose rows come with all their descendants, as text, a part a column of the key.
    pub forced: Vec<Vec<String>>,
    /// Which rows go first; `None`: a seeded order.
    pub order: Option<RowOrder>,
    /// What decided about the target.
    pub decided: DecidedBy,
    /// Why it was decided so, for people.
    pub reason: Reason,
    /// The table gets no rows at all, whatever else is chosen.
    pub empty: bool,
    /// The configuration or the command line names the table, and not only all tables.
    pub named: bool,
    /// What the reader should know about how the rule came about.
    pub warning: Option<String>,
}

impl Rule {
    /// Why rows come: the reason, and what was asked for besides.
    #[must_use]
    pub fn why(&self) -> String {
        let mut why = self.reason.text().to_owned();
        let chosen_from =
            !matches!(self.target, Target::All | Target::None | Target::OnlyReferenced);
        if let Some(order) = self.order.as_ref().filter(|_| chosen_from) {
            why.push_str(", ");
            why.push_str(&order.text);
        }
        if !self.always.is_empty() {
            why.push_str(", always");
        }
        if !self.forced.is_empty() {
            why.push_str(", --force");
        }
        why
    }

    /// Whether all rows are copied, whatever their number.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let all = [Target::All, Target::Part(1.0), Target::Power(1.0)].contains(&self.target);
        all && self.condition.is_none()
    }

    /// The condition as a person wrote it.
    #[must_use]
    pub fn own_condition(&self) -> Option<&str> {
        let condition = self.condition.as_ref()?.value.as_str();
        let Some(only) = &self.only else { return Some(condition) };
        let own = condition.strip_suffix(only.as_str())?.strip_suffix("\n) and ")?;
        own.strip_prefix("(\n")
    }

    /// Whether only the fraction, or the budget, says how many rows there are.
    #[must_use]
    pub fn follows_the_fraction(&self) -> bool {
        self.decided == DecidedBy::Fraction
    }

    /// A small table is copied whole, unless something else decides about it.
    pub fn keep_whole_if_uncut(&mut self) {
        if self.follows_the_fraction() {
            self.target = Target::All;
            self.decided = DecidedBy::Size;
            self.reason = Reason::Small;
        }
    }

    /// Rows that do not meet the condition are not chosen, unless all rows were asked for.
    pub(super) fn choose_only(&mut self, chosen: &str) {
        let whole = self.target == Target::All
            && matches!(
                self.decided,
                DecidedBy::Wish | DecidedBy::MigrationTool | DecidedBy::Guess
            );
        if whole {
            return;
        }
        self.only = Some(chosen.to_owned());
        self.condition = Some(match self.condition.take() {
            None => Located { value: chosen.to_owned(), location: None },
            Some(Located { value, location }) => {
                Located { value: format!("(\n{value}\n) and {chosen}"), location }
            }
        });
    }

    /// Nothing of it is chosen. Migration tools' tables are whole all the same, and so is what
    /// looks like one, unless it is excluded.
    pub(super) fn leave_out(&mut self, omission: Omission) {
        let whole = match self.decided {
            DecidedBy::MigrationTool | DecidedBy::Unreadable => true,
            DecidedBy::Guess => omission == Omission::NotIncluded,
            _ => false,
        };
        if !whole {
            (self.target, self.decided, self.reason) = match omission {
                Omission::Excluded => (Target::None, DecidedBy::Wish, Reason::Excluded),
                Omission::NotIncluded => {
                    (Target::OnlyReferenced, DecidedBy::NotIncluded, Reason::NotIncluded)
                }
            };
            self.condition = None;
            self.always.clear();
        }
    }
}

/// How a table is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Omission {
    /// No row comes.
    Excluded,
    /// Only rows that foreign keys need come.
    NotIncluded,
}

/// Why a table has its target, in the words of the plan and the result. Nothing is decided by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The fraction of `[subset]` or of the command line.
    Fraction,
    /// The fraction that the budget of `[subset]` or of the command line leaves.
    Budget,
    /// The budget copies it whole, since it takes little.
    Small,
    /// A rule of `[tables]`.
    Rule,
    /// `-F`: every row.
    FullTable,
    /// `-T` or `exclude_schemas`: no row.
    Excluded,
    /// There is `-t` or `schemas`, and it is not among them: only rows that foreign keys need.
    NotIncluded,
    /// A migration tool keeps its state there.
    MigrationTable,
    /// It has the name and the columns of a migration tool's table, and few rows.
    LooksLikeMigrationTable,
    /// It has no rows that could be read.
    Unreadable,
    /// Its rows would act in a review app, or let somebody in.
    Harmless(Kind),
    /// Each of its rows needs a row of such a table.
    NeedsHarmless,
}

impl Reason {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Reason::Fraction => "fraction",
            Reason::Budget => "budget",
            Reason::Small => "small",
            Reason::Rule => "rule",
            Reason::FullTable => "all asked for",
            Reason::Excluded => "excluded",
            Reason::NotIncluded => "not included",
            Reason::MigrationTable => "migration table",
            Reason::LooksLikeMigrationTable => "looks like a migration table",
            Reason::Unreadable => "left out",
            Reason::Harmless(kind) => kind.text(),
            Reason::NeedsHarmless => "needs rows left out",
        }
    }
}
