//! Tables that are left empty, and the foreign keys that reference them.

use crate::catalog::{ForeignKey, ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::select::chosen::Subset;
use crate::load::select::planning::plan::Plan;
use crate::subset::nulling::{self, Obstacle};
use crate::subset::references::{Decision, Following};
use crate::subset::rules::Reason;

impl Plan<'_> {
    /// What becomes of a foreign key's values.
    pub(crate) fn decide(&self, id: ForeignKeyId) -> Result<Decision, Failure> {
        let key = &self.catalog.foreign_keys[id];
        if self.left_empty(key.table) {
            return Ok(Decision::Satisfied);
        }
        if self.counts[key.referenced].whole {
            // what it references may not exist: that is counted
            return Ok(match key.configured {
                Some(_) => Decision::Follow,
                None => Decision::Satisfied,
            });
        }
        if !self.left_empty(key.referenced) || key.is_partial() {
            return Ok(Decision::Follow);
        }
        if let Ok(columns) = self.nulled(id) {
            return Ok(Decision::Null { columns });
        }
        // rows that come for other reasons are checked in the end (`check_left_empty`)
        let child = &self.counts[key.table];
        if child.target == 0 && !child.whole || self.catalog.tables[key.table].bytes == 0 {
            return Ok(Decision::Satisfied);
        }
        Err(self.cannot_be_left_empty(key))
    }

    fn nulled(&self, id: ForeignKeyId) -> Result<Vec<usize>, Obstacle> {
        nulling::nulled(self.catalog, |table| self.left_empty(table), id)
    }

    /// A table from which nothing is chosen may have rows after all, as ancestors or descendants of
    /// chosen rows. They may need a table that is left empty.
    pub(crate) fn check_left_empty(&self, subset: &Subset) -> Result<(), Failure> {
        for (id, key) in self.catalog.foreign_keys.pairs() {
            if self.left_empty(key.referenced)
                && self.references.following[id] == Following::Satisfied
                && !subset.tables[key.table].rows.is_empty()
            {
                return Err(self.cannot_be_left_empty(key));
            }
        }
        Ok(())
    }

    /// Rows of a table cannot do without rows of another that is left empty.
    fn cannot_be_left_empty(&self, key: &ForeignKey) -> Failure {
        let name = |table: TableId| self.catalog.tables[table].name.to_string();
        let parent = name(key.referenced);
        let why = match self.rules[key.referenced].reason {
            Reason::Unreadable => "has no rows that could be read",
            Reason::Excluded => "is excluded",
            Reason::Harmless(_) | Reason::NeedsHarmless => {
                "would act in a review app, or needs rows that would"
            }
            _ => "has the rule rows = \"none\"",
        };
        let mut failure = Failure::wrong_use(format!("{parent} cannot be left empty"))
            .because(format!("{parent} {why}"));
        // whatever cannot do without it, and what cannot do without that
        let mut chain = vec![key.referenced];
        let mut next = 0;
        while let Some(above) = chain.get(next).copied() {
            for (id, key) in self.catalog.foreign_keys.pairs() {
                if key.referenced == above
                    && !key.is_partial()
                    && !chain.contains(&key.table)
                    && !self.left_empty(key.table)
                    && let Err(why) = self.nulled(id)
                {
                    chain.push(key.table);
                    failure = failure.because(format!(
                        "{} references {} through {}, and {}",
                        name(key.table),
                        name(above),
                        key.name,
                        self.why_not_null(key, why)
                    ));
                }
            }
            next += 1;
        }
        let children: Vec<String> = chain[1..].iter().map(|table| name(*table)).collect();
        failure.remedy(format!(
            "leave out the rows of {} too (rows = \"none\" or -T), or let {parent} have rows: \
             foreign keys then bring the rows that they need",
            children.join(", ")
        ))
    }

    fn why_not_null(&self, key: &ForeignKey, why: Obstacle) -> String {
        let named = |column: usize| &self.catalog.tables[key.table].columns[column].name;
        match why {
            Obstacle::NotNull => "the column may not be NULL".to_owned(),
            Obstacle::Generated => "the column is generated".to_owned(),
            Obstacle::Partitions => "the column says in which partition a row is".to_owned(),
            Obstacle::Referenced { column, by } => {
                let by = &self.catalog.foreign_keys[by];
                let table = &self.catalog.tables[by.table].name;
                format!(
                    "{} may not become NULL: {table} references it by {}",
                    named(column),
                    by.name
                )
            }
            Obstacle::MatchFull { column, other } => {
                let other = &self.catalog.foreign_keys[other].name;
                format!("{} may not become NULL: it is part of {other}, MATCH FULL", named(column))
            }
        }
    }
}
