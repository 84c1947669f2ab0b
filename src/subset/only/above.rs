//! Walking up from a row to all the rows that it cannot do without. The server does so for each row,
//! where conditions within conditions would go in circles or be too many.

use super::scope::{Compared, Scope};
use crate::catalog::{ForeignKeyId, Id as _, TableId};
use crate::subset::questions::{alias, condition as condition_of, entire, reference};

impl Scope<'_> {
    /// No row above a row is excluded by the entry's condition on its table.
    pub(super) fn no_excluded_above(&self, table: TableId) -> String {
        let mut tables = vec![table];
        let mut next = 0;
        while let Some(one) = tables.get(next).copied() {
            for id in self.hard_keys(one) {
                let referenced = self.catalog.foreign_keys[*id].referenced;
                if !tables.contains(&referenced) {
                    tables.push(referenced);
                }
            }
            next += 1;
        }
        let start: Vec<String> = self
            .hard_keys(table)
            .iter()
            .map(|id| {
                let key = &self.catalog.foreign_keys[*id];
                format!("select {} from {}", address(key.referenced), self.step(*id))
            })
            .collect();
        let steps = tables.iter().flat_map(|one| self.hard_keys(*one).iter().map(|id| (*one, *id)));
        let steps: Vec<String> = steps
            .map(|(one, id)| {
                let about = &self.catalog.tables[one];
                let key = &self.catalog.foreign_keys[id];
                let here = format!(
                    "review_data_up.t operator(pg_catalog.=) {} and {}",
                    one.position(),
                    self.is_at(one, "review_data_up")
                );
                format!(
                    "select {} from {} cross join lateral (select {} from {}) as \
                     review_data_s(t, c, o) where {here}",
                    "review_data_s.t, review_data_s.c, review_data_s.o",
                    entire(about),
                    address(key.referenced),
                    self.step(id)
                )
            })
            .collect();
        let excluded: Vec<String> = tables
            .iter()
            .filter_map(|one| {
                let own = self.own_conditions(*one);
                (!own.is_empty()).then(|| {
                    format!(
                        "review_data_up.t operator(pg_catalog.=) {} and not exists (select from {} where {} and {})",
                        one.position(),
                        entire(&self.catalog.tables[*one]),
                        self.is_at(*one, "review_data_up"),
                        own.join(" and ")
                    )
                })
            })
            .collect();
        format!(
            "not exists (with recursive review_data_up(t, c, o) as ( \
               select review_data_f.* from ({}) as review_data_f \
               union \
               select review_data_n.* from review_data_up cross join lateral ({}) \
                 as review_data_n(t, c, o)) \
             select from review_data_up where {})",
            start.join(" union all "),
            steps.join(" union all "),
            excluded.join(" or ")
        )
    }

    fn is_at(&self, table: TableId, place: &str) -> String {
        let name = alias(&self.catalog.tables[table]);
        format!(
            "{name}.ctid operator(pg_catalog.=) {place}.c::pg_catalog.tid \
             and {name}.tableoid operator(pg_catalog.=) {place}.o"
        )
    }

    /// The rows that a row references along a foreign key.
    fn step(&self, id: ForeignKeyId) -> String {
        let key = &self.catalog.foreign_keys[id];
        let (about, referenced) =
            (&self.catalog.tables[key.table], &self.catalog.tables[key.referenced]);
        let name = alias(referenced);
        let columns: Vec<String> = key
            .referenced_columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("{} as c{at}", reference(referenced, *column)))
            .collect();
        let Compared { mut pairs, elements, .. } = self.compared(key, "review_data_p");
        let elements = elements.map_or(String::new(), |array| {
            format!("pg_catalog.unnest({array}) as review_data_e(v) cross join ")
        });
        if let Some(when) = key.configured.as_ref().and_then(|configured| configured.when.as_ref())
        {
            pairs.push(format!("({})", condition_of(about, when)));
        }
        format!(
            "{elements}(select {name}.ctid::pg_catalog.text as c, {name}.tableoid as o, {} from {}) \
             as review_data_p where {}",
            columns.join(", "),
            entire(referenced),
            pairs.join(" and ")
        )
    }
}

/// Which table, block and partition a referenced row is at.
fn address(table: TableId) -> String {
    format!("{} as t, review_data_p.c, review_data_p.o", table.position())
}
