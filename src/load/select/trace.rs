//! Following one row's way into the subset back to where it began, or telling why it has none.

use crate::catalog::{Contents, ForeignKeyId, TableId};
use crate::failure::Failure;
use crate::load::names;
use crate::load::select::asking::children::AboutChildren;
use crate::load::select::asking::query::{Answer, By};
use crate::load::select::provenance::{Moment, Origin};
use crate::load::select::selector::Selector;
use crate::report::{Absence, Held, How, ParentState, RowName, Step, Trace};
use crate::subset::keys::Keys;
use crate::subset::questions::one_row;
use crate::subset::questions::{self, Access, Lookup, RankKind, With};
use crate::subset::references::{Form, Named, Note, WantId};
use crate::subset::rows::Address;
use crate::subset::size::Target;
use std::borrow::Cow;

/// A row of a table.
type Row = (TableId, Address);

impl Selector<'_> {
    /// To be called when the selection is complete and origins were noted.
    pub(crate) async fn trace(&self, table: TableId, condition: &str) -> Result<Trace, Failure> {
        if self.plan.catalog.tables[table].contents != Contents::Readable {
            let reason = self.plan.rules[table].reason.text();
            return Ok(Trace::StaysAway(vec![Absence::LeftEmpty(reason)]));
        }
        let question = self.plan.layouts[table].matching(condition);
        let mut found = None;
        self.asking.ask(table, &question, |answer| found = Some(answer.address)).await?;
        let Some(address) = found else {
            return Ok(if self.is_excluded(table, condition).await? {
                Trace::StaysAway(vec![Absence::Excluded])
            } else {
                Trace::NoSuchRow
            });
        };
        let row = (table, address);
        if self.origin(row).is_some() {
            Ok(Trace::Comes(self.way(row).await?))
        } else {
            Ok(Trace::StaysAway(self.absences(row, condition).await?))
        }
    }

    /// Whether the source has a row that `[[only]]` excludes.
    async fn is_excluded(&self, table: TableId, condition: &str) -> Result<bool, Failure> {
        let about = &self.plan.catalog.tables[table];
        if about.kept.is_none() {
            return Ok(false);
        }
        let source = self.asking.source;
        let sql = questions::count(&about.entire(), Some(condition));
        let rows = source.query(&sql, &[]).await;
        let rows = rows.map_err(|error| source.failure("cannot look for rows", &error))?;
        Ok(rows[0].get::<_, i64>(0) > 0)
    }

    /// Where a row came from. The rows of a table that is copied whole are there from the
    /// beginning.
    fn origin(&self, (table, address): Row) -> Option<(Option<Origin>, Moment)> {
        let noted = self.subset.course.origin(table, address);
        let noted = noted.map(|(origin, moment)| (Some(origin), moment));
        noted.or_else(|| self.plan.counts[table].whole.then_some((None, 0)))
    }

    /// Back from one row to the one that brought it, which came earlier.
    async fn way(&self, mut row: Row) -> Result<Vec<Step>, Failure> {
        let name = |key| names::foreign_key(self.plan.catalog, key);
        let mut steps = Vec::new();
        while let Some((origin, moment)) = self.origin(row) {
            let (how, before) = match origin {
                None => (How::Whole(self.plan.rules[row.0].reason.text()), None),
                Some(Origin::Always) => (How::Always, None),
                Some(Origin::Forced) => (How::Forced, None),
                Some(Origin::InOrder) => {
                    let order = self.plan.rules[row.0].order.as_ref();
                    (How::InOrder(order.map(|order| order.text.clone())), None)
                }
                Some(Origin::Covering) => (How::Covering, None),
                Some(Origin::Child(key)) => {
                    self.parent_before(row, key, How::Child(name(key))).await?
                }
                Some(Origin::Descendant(key)) => {
                    self.parent_before(row, key, How::Descendant(name(key))).await?
                }
                Some(Origin::PulledIn(want)) => {
                    let (key, before) = self.referencing(row, want, moment).await?;
                    (How::Referenced(name(key)), Some(before))
                }
            };
            steps.push(Step { row: self.name(row).await?, how, held: Held::Yes });
            let Some(before) = before else { break };
            row = before;
        }
        steps.reverse();
        Ok(steps)
    }

    /// Of the rows that this one references, the first that came.
    async fn parent_before(
        &self,
        row: Row,
        key: ForeignKeyId,
        how: How,
    ) -> Result<(How, Option<Row>), Failure> {
        let parents = self.parents(row, key).await?.into_iter();
        let there = parents.filter_map(|parent| Some((self.origin(parent)?.1, parent)));
        let first = there.min().ok_or_else(|| self.lost(row))?;
        Ok((how, Some(first.1)))
    }

    /// The rows that this one references: an array may name several.
    async fn parents(&self, row: Row, key: ForeignKeyId) -> Result<Vec<Row>, Failure> {
        let foreign = &self.plan.catalog.foreign_keys[key];
        let layout = &self.plan.layouts[row.0];
        let Some((_, note)) = layout.foreign.iter().find(|(id, _)| *id == key) else {
            return Ok(Vec::new());
        };
        let keys = self.values(row, note).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let lookup = Lookup {
            relation: Some(&foreign.referenced_relation),
            columns: &foreign.referenced_columns,
            operators: &foreign.operators,
            forms: &note.forms,
        };
        let table = foreign.referenced;
        let mut parents = Vec::new();
        let by = By { reader: self.asking.source, keys: Cow::Owned(keys), access: Access::Index };
        let sent = self
            .asking
            .send_by_keys(&self.plan.layouts[table], &lookup, by, None, With::KEYS)
            .await?;
        self.asking.receive_with_keys(sent, |answer| parents.push((table, answer.address))).await?;
        Ok(parents)
    }

    /// A row that references this one and was there before it; of several the one that came first.
    async fn referencing(
        &self,
        row: Row,
        want: WantId,
        moment: Moment,
    ) -> Result<(ForeignKeyId, Row), Failure> {
        let mut first: Option<(Moment, ForeignKeyId, Row)> = None;
        for key in self.subset.course.keys_of(want) {
            let table = self.plan.catalog.foreign_keys[*key].table;
            self.each_referencing(row, *key, |address| {
                let Some((_, came)) = self.origin((table, address)) else { return };
                let found = (came, *key, (table, address));
                if came < moment && first.is_none_or(|first| found < first) {
                    first = Some(found);
                }
            })
            .await?;
        }
        let (_, key, before) = first.ok_or_else(|| self.lost(row))?;
        Ok((key, before))
    }

    /// Hands over the rows of the subset that reference this one. They are looked for among the
    /// subset's own rows: there may be no index, and many more in the source.
    async fn each_referencing(
        &self,
        row: Row,
        key: ForeignKeyId,
        mut hand_over: impl FnMut(Address),
    ) -> Result<(), Failure> {
        let foreign = &self.plan.catalog.foreign_keys[key];
        let table = foreign.table;
        let referenced = self.plan.references.names[key];
        let present = self.plan.layouts[row.0].present.iter().find(|(id, _)| *id == referenced);
        let own = self.plan.layouts[table].foreign.iter().find(|(id, _)| *id == key);
        let (Some((_, present)), Some((_, own))) = (present, own) else { return Ok(()) };
        let keys = self.values(row, present).await?;
        let mut scratch = Vec::new();
        let mut note = |answer: Answer<'_>| {
            let mut names_it = false;
            own.each(answer.address, answer.values, &mut scratch, |named| {
                // the server has compared declared keys already, by their own operators
                names_it |= match named {
                    Named::Key(key) => foreign.configured.is_none() || keys.contains(key),
                    Named::Misfit(_) => false,
                };
            });
            if names_it {
                hand_over(answer.address);
            }
        };
        let about_children = AboutChildren {
            key,
            layout: &self.plan.layouts[table],
            access: self.plan.access_to_children(key, keys.len()),
            condition: None,
            with: With::KEYS,
        };
        if self.plan.counts[table].whole {
            return self.asking.ask_children(about_children, &keys, note).await;
        }
        let selected = &self.subset.tables[table];
        let about = &self.plan.catalog.tables[table];
        for leaf in 0..about.leaves().len() {
            let among = one_row::is_among(about, leaf);
            for addresses in selected.rows.in_leaf(leaf, one_row::MOST_ADDRESSES) {
                let list = questions::address_list(&addresses);
                let source = self.asking.source;
                source
                    .query(one_row::SET_ADDRESSES, &[&list])
                    .await
                    .map_err(|error| source.failure("cannot look for rows", &error))?;
                let about = AboutChildren { condition: Some(among.as_str()), ..about_children };
                self.asking.ask_children(about, &keys, &mut note).await?;
            }
        }
        Ok(())
    }

    /// One row's values of a foreign key, or of a referenced key; none where it is NULL.
    async fn values(&self, (table, address): Row, note: &Note) -> Result<Keys, Failure> {
        let condition = one_row::is_this_row(&self.plan.catalog.tables[table], address);
        let question = self.plan.layouts[table].matching(&condition);
        let mut keys = Keys::new(note.forms == [Form::Integer]);
        let mut scratch = Vec::new();
        self.asking
            .ask(table, &question, |answer| {
                note.each(answer.address, answer.values, &mut scratch, |named| {
                    if let Named::Key(key) = named {
                        keys.note(key);
                    }
                });
            })
            .await?;
        keys.settle();
        Ok(keys)
    }

    async fn name(&self, (table, address): Row) -> Result<RowName, Failure> {
        let about = &self.plan.catalog.tables[table];
        let name = about.name.to_string();
        let Some(key) = &about.key else { return Ok(RowName { table: name, key: Vec::new() }) };
        let sql = one_row::key_as_text(about, key, &one_row::is_this_row(about, address));
        let source = self.asking.source;
        let rows = source.query(&sql, &[]).await.map_err(|error| {
            source.failure(&format!("cannot read a row of {}", about.name), &error)
        })?;
        let key = rows.first().map(|row| (0..row.len()).map(|i| row.get(i)).collect());
        Ok(RowName { table: name, key: key.unwrap_or_default() })
    }

    /// Cannot happen: the selection noted where each row came from.
    fn lost(&self, (table, _): Row) -> Failure {
        let name = &self.plan.catalog.tables[table].name;
        Failure::new(format!("cannot find the row that brought one of {name}"))
            .remedy("this is a fault of review-data: please report it")
    }

    async fn absences(&self, row: Row, condition: &str) -> Result<Vec<Absence>, Failure> {
        let table = row.0;
        if self.plan.left_empty(table) {
            return Ok(vec![Absence::LeftEmpty(self.plan.rules[table].reason.text())]);
        }
        if matches!(self.plan.rules[table].target, Target::None | Target::OnlyReferenced) {
            return Ok(vec![Absence::OnlyNeeded(self.plan.rules[table].reason.text())]);
        }
        let mut absences = Vec::new();
        let rule = &self.plan.rules[table];
        if let Some(only) = &rule.only
            && !self.meets(table, &[condition, only]).await?
        {
            absences.push(Absence::NamesExcluded);
        } else if let Some(own) = rule.own_condition()
            && !self.meets(table, &[condition, own]).await?
        {
            absences.push(Absence::Condition(own.to_owned()));
        } else {
            let available = self.plan.counts[table].available.unwrap_or(0);
            let chosen = self.subset.tables[table].chosen as u64;
            absences.push(Absence::NotChosen { chosen, available });
            absences.extend(self.behind(table, condition).await?);
        }
        for key in &self.plan.driving[table] {
            absences.extend(self.by_parent(row, *key).await?);
        }
        Ok(absences)
    }

    async fn meets(&self, table: TableId, conditions: &[&str]) -> Result<bool, Failure> {
        let conditions: Vec<String> = conditions.iter().map(ToString::to_string).collect();
        let question = self.plan.layouts[table].matching(&questions::all_of(&conditions));
        let mut met = false;
        self.asking.ask(table, &question, |_| met = true).await?;
        Ok(met)
    }

    async fn behind(&self, table: TableId, condition: &str) -> Result<Option<Absence>, Failure> {
        if self.plan.layouts[table].rank == RankKind::Place {
            return Ok(None);
        }
        let Some(last) = self.subset.course.last_rank(table) else { return Ok(None) };
        let question = self.plan.layouts[table].all(Some(condition));
        let mut rank = None;
        self.asking
            .ask(table, &question, |answer| rank = Some(self.plan.rank(table, &answer)))
            .await?;
        let size = self.plan.permutations[table].map_or(1 << 63, |permutation| permutation.size());
        #[allow(clippy::cast_precision_loss, reason = "a share")]
        let share = |rank: u64| rank as f64 / size as f64;
        Ok(rank
            .filter(|rank| *rank > last)
            .map(|rank| Absence::Behind { place: share(rank), last: share(last) }))
    }

    /// Whether the row that this one references could have brought it.
    async fn by_parent(&self, row: Row, key: ForeignKeyId) -> Result<Option<Absence>, Failure> {
        let foreign = &self.plan.catalog.foreign_keys[key];
        if !foreign.brings_children()
            || self.plan.counts[foreign.referenced].whole
            || self.plan.is_nulled(key)
        {
            return Ok(None);
        }
        let key_name = names::foreign_key(self.plan.catalog, key);
        let parents = self.parents(row, key).await?;
        let Some(parent) = parents.first().copied() else {
            return Ok(Some(Absence::Parent { key: key_name, parent: None }));
        };
        let state = match self.origin(parent) {
            None => ParentState::NotSelected,
            Some((Some(Origin::PulledIn(_)), _)) => ParentState::PulledIn,
            Some(_) => ParentState::Chosen,
        };
        let parent = Some((self.name(parent).await?, state));
        Ok(Some(Absence::Parent { key: key_name, parent }))
    }
}
