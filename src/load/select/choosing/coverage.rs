//! Coverage: values of a table that are to be there at least once, and rows that have them.

use crate::catalog::{ForeignKey, ForeignKeyId, Storage, TableId};
use crate::failure::Failure;
use crate::load::select::asking::answer::Answer;
use crate::load::select::asking::in_order::SMALL;
use crate::load::select::asking::query::plan;
use crate::load::select::asking::sessions::Asking;
use crate::load::select::choosing::candidates::{Candidates, Parent};
use crate::load::select::choosing::covering::{Covering, Known, Pool};
use crate::load::select::choosing::overflow::Best;
use crate::load::select::choosing::supply::Feed;
use crate::load::select::planning::goal::Goal;
use crate::load::select::planning::plan::Plan;
use crate::load::select::selector::Selector;
use crate::load::select::travelling::early::WIDE;
use crate::subset::choice::Choice;
use crate::subset::choice::coverage::{self, Coverage, Domains, Feature, Statistics, What};
use crate::subset::questions::{Layout, PLAN_FREELY, PLAN_LOOKUPS, Question, With, statistics};

/// How many rows of a large table are looked at, from the beginning of the seeded order.
const FIRST: usize = 1_024;

/// Blocks of a large table that are looked at, where that order cannot be walked.
const BLOCKS: u64 = 64;

/// More values of a small table than this are not held while it is read.
const MANY_VALUES: u64 = 1 << 20;

/// A table of no more rows than this is looked up in: each of them is to be named.
const FEW: u64 = coverage::MOST_VALUES as u64;

impl Plan<'_> {
    /// What is to be covered of a table that rows will be chosen from. The layout asks for these
    /// columns from now on.
    pub(crate) async fn cover(
        &mut self,
        asking: &Asking<'_>,
        layout: &mut Layout,
        goal: &Goal,
    ) -> Result<Option<Covering>, Failure> {
        let table = layout.table;
        // who asks for an order gets that order
        let ordered = self.rules[table].order.is_some();
        if !self.config.subset.coverage || ordered || goal.rows < 2 {
            return Ok(None);
        }
        let parent =
            self.driving[table].first().map(|key| self.catalog.foreign_keys[*key].referenced);
        // a status, not the tenant that the row's parents belong to as well
        let looked_up = |key: &ForeignKey| {
            let few = self.counts[key.referenced].available.is_some_and(|rows| rows <= FEW);
            let belongs = |parent| coverage::leads_to(self.catalog, parent, key.referenced);
            let itself = key.referenced == table;
            few && !itself && key.configured.is_none() && !parent.is_some_and(belongs)
        };
        let mut valued = coverage::columns(self.catalog, table, looked_up);
        // where lines are followed, whether a row is at the top of one is decided already
        let left_alone = |key: ForeignKeyId| {
            self.is_nulled(key) || self.catalog.foreign_keys[key].downward.into_self
        };
        let keys = coverage::foreign_keys(self.catalog, table, left_alone);
        let rows = self.counts[table].available.unwrap_or(0);
        let about = &self.catalog.tables[table];
        // text of wide rows is not looked at
        if self.width(table).is_some_and(|width| width > WIDE) {
            let may_be_long = |column: &usize| {
                matches!(about.columns[*column].data_type.oid, 25 | 1042 | 1043 | 1700)
            };
            valued.retain(|column| !may_be_long(column));
        }
        if valued.is_empty() && keys.is_empty() {
            return Ok(None);
        }
        let covering = if rows <= SMALL {
            self.cover_small(asking, layout, goal, Columns { valued, keys }).await?
        } else {
            if self.statistics.is_none() {
                self.statistics = Some(self.read_statistics(asking).await?);
            }
            Some(self.cover_large(layout, Columns { valued, keys }))
        };
        Ok(covering.filter(|covering| !covering.coverage.features.is_empty()))
    }

    /// Reads a small table for all that there is of it.
    async fn cover_small(
        &self,
        asking: &Asking<'_>,
        layout: &mut Layout,
        goal: &Goal,
        Columns { valued, keys }: Columns,
    ) -> Result<Option<Covering>, Failure> {
        let count = valued.len();
        let mut columns = valued;
        let keys = positions(&keys, &mut columns);
        let mut all_of_them = layout.clone();
        let places = all_of_them.cover(self.catalog, &columns);
        let question = all_of_them.all(goal.condition.as_deref());
        let answers = all_of_them.answer(With::RANK);
        let mut domains = Domains::new(columns.len());
        let mut note = |answer: Answer<'_>| {
            let of_columns: Vec<Option<&[u8]>> =
                places.iter().map(|place| answer.values[*place]).collect();
            domains.note(&of_columns);
        };
        let rows = self.counts[layout.table].available.unwrap_or(0);
        if rows * columns.len() as u64 > MANY_VALUES {
            // too much to be held: the rows are read again, without the columns that have too many values
            asking.ask(layout.table, &question, note).await?;
            let all = Coverage { columns, features: domains.features(count, &keys) };
            let coverage = only_needed(&all);
            let places = layout.cover(self.catalog, &coverage.columns);
            let question = layout.all(goal.condition.as_deref());
            let found = self.some(asking, layout.table, &question).await?;
            let features = |values: &[Option<&[u8]>]| coverage.of(|column| values[places[column]]);
            let mut pool = Pool::of(found, &layout.answer(With::RANK), features);
            pool.keep_cover(coverage.features.len());
            return Ok(Some(Covering { coverage, places, pool: Some(pool) }));
        }
        let found = self.some(asking, layout.table, &question).await?;
        found.each(&answers, |_, answer| note(answer));
        let all = Coverage { columns, features: domains.features(count, &keys) };
        let features = |values: &[Option<&[u8]>]| all.of(|column| values[places[column]]);
        let mut pool = Pool::of(found, &answers, features);
        pool.keep_cover(all.features.len());
        let coverage = only_needed(&all);
        let places = layout.cover(self.catalog, &coverage.columns);
        Ok(Some(Covering { coverage, places, pool: Some(pool) }))
    }

    /// Takes from the planner's statistics what there is of a large table.
    fn cover_large(&self, layout: &mut Layout, Columns { valued, keys }: Columns) -> Covering {
        let table = layout.table;
        let known = |column: &usize| self.statistics.as_ref()?.get(&(table, *column));
        let mut coverage = Coverage::default();
        for column in &valued {
            let data_type = &self.catalog.tables[table].columns[*column].data_type;
            let place = coverage.columns.len();
            let features = known(column).map(|known| known.features(place, data_type));
            if let Some(features) = features.filter(|features| !features.is_empty()) {
                coverage.columns.push(*column);
                coverage.features.extend(features);
            }
        }
        for key in keys {
            let nulls = |column: &usize| known(column).map_or(0.0, |known| known.null_part);
            let nulls = key.iter().map(nulls).fold(0.0, f64::max);
            if nulls > 0.0 && nulls < 1.0 {
                let [key] = &positions(&[key], &mut coverage.columns)[..] else { continue };
                let feature = |what, part| Feature { what, part: Some(part) };
                coverage.features.push(feature(What::Null(key.clone()), nulls));
                coverage.features.push(feature(What::NotNull(key.clone()), 1.0 - nulls));
            }
        }
        let places = layout.cover(self.catalog, &coverage.columns);
        Covering { coverage, places, pool: None }
    }

    async fn read_statistics(&self, asking: &Asking<'_>) -> Result<Known, Failure> {
        let large = |table: &TableId| self.counts[*table].available.unwrap_or(0) > SMALL;
        let tables: Vec<TableId> = self.catalog.tables.ids().filter(large).collect();
        let name = |table: &TableId| &self.catalog.tables[*table].name;
        let schemas: Vec<&str> = tables.iter().map(|table| name(table).schema.as_str()).collect();
        let names: Vec<&str> = tables.iter().map(|table| name(table).name.as_str()).collect();
        let source = asking.source;
        let rows = source.query(statistics(), &[&schemas, &names]).await;
        let rows =
            rows.map_err(|error| source.failure("cannot read the source's statistics", &error))?;
        let mut known = Known::new();
        for row in rows {
            let (schema, name, column): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
            let of = |table: &&TableId| {
                let about = &self.catalog.tables[**table].name;
                about.schema == schema && about.name == name
            };
            let Some(table) = tables.iter().find(of).copied() else { continue };
            let about = &self.catalog.tables[table];
            let partitioned = matches!(about.storage, Storage::Partitioned { .. });
            let Some(column) =
                about.column(column).filter(|_| partitioned == row.get::<_, bool>(3))
            else {
                continue;
            };
            // of a database without an encoding, they may be in any
            let common: Option<Vec<String>> = row.try_get(6).unwrap_or_default();
            let common = common.unwrap_or_default();
            let parts: Vec<f32> = row.get::<_, Option<_>>(7).unwrap_or_default();
            let statistics = Statistics {
                null_part: row.get(4),
                distinct: row.get(5),
                common: common.into_iter().zip(parts.into_iter().map(f64::from)).collect(),
            };
            known.insert((table, column), statistics);
        }
        Ok(known)
    }

    /// The rows of an answer, in the seeded order.
    async fn some(
        &self,
        asking: &Asking<'_>,
        table: TableId,
        question: &Question,
    ) -> Result<Candidates, Failure> {
        let mut found = Candidates::default();
        asking
            .ask(table, question, |answer| {
                found.add(&answer, Parent::default(), self.rank(table, &answer));
            })
            .await?;
        found.sort();
        Ok(found)
    }
}

/// Columns that may be covered.
struct Columns {
    /// Each of their values is a feature.
    valued: Vec<usize>,
    /// Foreign keys: NULL is a feature, and so is any value.
    keys: Vec<Vec<usize>>,
}

impl Selector<'_> {
    /// Gives a choice rows with features that did not turn up by chance.
    pub(crate) async fn give_covering(
        &mut self,
        feed: &mut Feed,
        choice: &mut Choice<'_>,
    ) -> Result<(), Failure> {
        let Some(mut covering) = feed.covering.take() else {
            choice.add_covering(Vec::new(), Vec::new());
            return Ok(());
        };
        let mut pool = match covering.pool.take() {
            Some(pool) => pool,
            None => self.look_around(feed, &covering).await?,
        };
        let known = &self.subset.tables[feed.table];
        let rows = pool.rows.rows.iter().enumerate();
        let fresh: Vec<usize> =
            rows.filter(|(_, row)| !known.has(row.address)).map(|(position, _)| position).collect();
        pool.keep(&fresh);
        feed.covering = Some(covering);
        let rows = feed.held.take(pool.rows);
        choice.add_covering(rows, pool.features);
        Ok(())
    }

    /// Rows of a large table with features that are to be covered: from the beginning of the seeded
    /// order, or from some blocks; for each feature that is still missing, a row that an index
    /// finds.
    async fn look_around(&self, feed: &Feed, covering: &Covering) -> Result<Pool, Failure> {
        let Selector { asking, plan: planned, .. } = self;
        let (table, layout) = (feed.table, &feed.layout);
        let about = &planned.catalog.tables[table];
        let condition = feed.goal.condition.as_deref();
        let in_order = self.in_order(feed);
        let found = if in_order.walks(FIRST) {
            match in_order.lowest(FIRST, None, With::RANK).await? {
                Best::InMemory(found) => found,
                Best::InFiles(mut waiting) => waiting.take()?,
            }
        } else if condition.is_none() && !about.is_part() {
            planned.some(asking, table, &layout.some_blocks(about.bytes, BLOCKS)).await?
        } else {
            Candidates::default()
        };
        let pool_of =
            |found| Pool::of(found, &layout.answer(With::RANK), |values| covering.features(values));
        let mut pool = pool_of(found);
        pool.keep_cover(covering.coverage.features.len());
        plan(asking.source, PLAN_LOOKUPS).await?;
        for (feature, Feature { what, .. }) in covering.coverage.features.iter().enumerate() {
            let has = |row: &Vec<u16>| row.iter().any(|other| usize::from(*other) == feature);
            if pool.features.iter().any(has) {
                continue;
            }
            let indexed =
                coverage::indexed_condition(planned.catalog, table, &covering.coverage, what);
            if let Some(indexed) = indexed.filter(|_| condition.is_none()) {
                pool.append(pool_of(planned.some(asking, table, &layout.one(&indexed)).await?));
            }
        }
        plan(asking.source, PLAN_FREELY).await?;
        Ok(pool)
    }
}

/// Foreign keys by positions of their columns among others, which are added where they lack.
fn positions(keys: &[Vec<usize>], columns: &mut Vec<usize>) -> Vec<Vec<usize>> {
    let mut position = |column: &usize| {
        columns.iter().position(|known| known == column).unwrap_or_else(|| {
            columns.push(*column);
            columns.len() - 1
        })
    };
    keys.iter().map(|key| key.iter().map(&mut position).collect()).collect()
}

/// Without the columns that no feature is about.
fn only_needed(all: &Coverage) -> Coverage {
    let columns = all.features.iter().flat_map(|feature| feature.what.columns());
    let mut kept: Vec<usize> = columns.copied().collect();
    kept.sort_unstable();
    kept.dedup();
    let moved = |column: usize| kept.partition_point(|other| *other < column);
    let features = all.features.iter().map(|feature| Feature {
        what: match &feature.what {
            What::Value(column, value) => What::Value(moved(*column), value.clone()),
            What::Null(columns) => What::Null(columns.iter().map(|c| moved(*c)).collect()),
            What::NotNull(columns) => What::NotNull(columns.iter().map(|c| moved(*c)).collect()),
        },
        part: feature.part,
    });
    Coverage {
        features: features.collect(),
        columns: kept.iter().map(|column| all.columns[*column]).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_features_are_not_read() {
        let feature = |what| Feature { what, part: None };
        let all = Coverage {
            columns: vec![7, 8, 9, 10],
            features: vec![
                feature(What::Value(1, vec![1])),
                feature(What::Null(vec![3])),
                feature(What::NotNull(vec![3])),
            ],
        };
        let needed = only_needed(&all);
        assert_eq!(needed.columns, [8, 10]);
        assert_eq!(needed.features[0].what, What::Value(0, vec![1]));
        assert_eq!(needed.features[2].what, What::NotNull(vec![1]));
    }

    #[test]
    fn foreign_keys_share_columns() {
        let mut columns = vec![4];
        assert_eq!(positions(&[vec![4, 5], vec![5]], &mut columns), [vec![0, 1], vec![1]]);
        assert_eq!(columns, [4, 5]);
    }
}
