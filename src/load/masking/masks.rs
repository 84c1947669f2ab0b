//! The masks of one load, and what they do to the rows of each table.

use super::by_key::ByKey;
use super::deciding::{Decided, Outcome};
use super::field::Field;
use super::secrets::Secrets;
use super::sql;
use super::trial::{self, Trial};
use crate::catalog::{Catalog, Table, TableId};
use crate::config::{Config, KeepWhere, Secret};
use crate::failure::Failure;
use crate::load::paths::BY_QUALIFIED_NAMES;
use crate::mask::decisions::{MaskError, Refused};
use crate::mask::values::{CannotMask, Masker, Shape};
use crate::mask::{Mask, decisions};
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::report::Masked;
use crate::stream::edit::Edits;
use crate::subset::questions;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The masks of one load.
#[derive(Default)]
pub(crate) struct Masks {
    tables: HashMap<TableId, OfTable>,
    pub(super) state: Masked,
    /// `None`: nothing is masked.
    pub(super) decided: Option<Decided>,
}

/// The masks of one table.
#[derive(Default)]
struct OfTable {
    fields: Vec<Masking>,
    /// Columns whose values are masked as the keys of their rows say.
    by_key: Vec<(usize, Rc<ByKey>)>,
    /// Columns that the source computes anew.
    sql: Vec<(usize, String)>,
    /// SQL: these rows keep their values.
    kept: Option<String>,
    trials: Vec<Trial>,
}

/// The mask of one column.
struct Masking {
    column: usize,
    field: Rc<Field>,
    /// Another table's column has the same values: rows that keep theirs cannot keep these.
    tied: bool,
}

/// Both sides of a load, and what decides how masked values look.
pub(crate) struct Sides<'a> {
    pub(crate) source: &'a ReadOnly,
    pub(crate) target: &'a Writable,
    pub(crate) config: &'a Config,
    pub(crate) secrets: &'a Secrets,
}

impl Masks {
    /// Prepares what was decided.
    ///
    /// # Errors
    /// Where a column cannot be masked, and the servers'.
    pub(crate) async fn prepare(
        sides: &Sides<'_>,
        catalog: &Catalog,
        Outcome { state, decided }: Outcome,
    ) -> Result<Self, Failure> {
        let Some(decided) = decided else { return Ok(Masks { state, ..Masks::default() }) };
        decided.check(sides.config)?;
        let common = common(sides).await?;
        let mut masks = Masks { state, ..Masks::default() };
        let mut refused = Vec::new();
        for (id, column, choice) in decided.decisions.masked() {
            let table = &catalog.tables[id];
            let of_table = masks.tables.entry(id).or_default();
            if let Mask::Sql(expression) = &choice.mask {
                of_table.sql.push((column, expression.clone()));
                continue;
            }
            let shape = common.with(decided.shape(catalog, id, column));
            if choice.mask == Mask::ByKey {
                let place = (id, column);
                let by_key = ByKey::new(&sides.secrets.key, shape, &decided, catalog, place);
                of_table.by_key.extend(by_key.map(|by_key| (column, Rc::new(by_key))));
                continue;
            }
            match Masker::new(&sides.secrets.key, &choice.mask, &shape) {
                Ok(masker) => {
                    let trial = trial::of(catalog, &decided, id, column);
                    let spare = trial.is_some().then(|| (choice.mask.clone(), shape.clone()));
                    let kind = decided.kind(catalog, id, column);
                    let field = Field::new(masker, kind, spare, &sides.secrets.key, !shape.unique);
                    let field = Rc::new(field);
                    of_table.trials.extend(trial.map(|trial| trial.of(Rc::clone(&field))));
                    let tied = decided.decisions.tied(id, column).len() > 1;
                    of_table.fields.push(Masking { column, field, tied });
                }
                Err(why) => refused.push(refusal(table, column, choice, &why)),
            }
        }
        if !refused.is_empty() {
            return Err(MaskError::Refused(refused).failure(sides.config));
        }
        masks.decided = Some(decided);
        let asked = masks.tables.values().any(|of_table| !of_table.sql.is_empty());
        let kept = &sides.config.masking.keep_where;
        if asked || !kept.is_empty() {
            if let Some(decided) = &masks.decided {
                sql::check(sides.source, sides.config, catalog, decided).await?;
            }
            for rule in kept {
                masks.keep(sides.config, catalog, rule)?;
            }
            let failed = |error| sides.source.failure("cannot prepare the masks", &error);
            sides.source.run(BY_QUALIFIED_NAMES).await.map_err(failed)?;
        }
        Ok(masks)
    }

    /// The rows of a table that keep their values.
    fn keep(
        &mut self,
        config: &Config,
        catalog: &Catalog,
        rule: &KeepWhere,
    ) -> Result<(), Failure> {
        for (id, _) in sql::tables_of(config, catalog, rule)? {
            if let Some(of_table) = self.tables.get_mut(&id) {
                let more = questions::all_of(std::slice::from_ref(&rule.condition.value));
                of_table.kept = Some(match of_table.kept.take() {
                    Some(before) => format!("{before} or {more}"),
                    None => more,
                });
            }
        }
        Ok(())
    }

    /// Whether values are masked.
    pub(crate) fn are_on(&self) -> bool {
        self.decided.is_some()
    }

    /// The names of the masked columns, by the OID of their table.
    pub(crate) fn columns(&self, catalog: &Catalog) -> HashMap<u32, HashSet<String>> {
        let mut columns: HashMap<u32, HashSet<String>> = HashMap::new();
        let decided = self.decided.iter().flat_map(|decided| decided.decisions.masked());
        for (id, column, _) in decided {
            let table = &catalog.tables[id];
            columns.entry(table.oid).or_default().insert(table.columns[column].name.clone());
        }
        columns
    }

    /// Whether rows of the table can be masked as they come.
    pub(crate) fn as_they_come(&self, table: TableId) -> bool {
        self.tables.get(&table).is_none_or(|of_table| {
            of_table.sql.is_empty() && of_table.kept.is_none() && of_table.trials.is_empty()
        })
    }

    /// Whether SQL of the configuration is part of what is selected of the table, and counts on the
    /// settings of the app's sessions.
    pub(crate) fn ask(&self, table: &Table, id: TableId) -> bool {
        let asked = |of_table: &OfTable| !of_table.sql.is_empty() || of_table.kept.is_some();
        sql::has_own_path(table) && self.tables.get(&id).is_some_and(asked)
    }

    /// Whether a masked column of the table is masked as text only.
    pub(crate) fn need_text(&self, table: TableId) -> bool {
        self.tables.get(&table).is_some_and(|of_table| {
            of_table.fields.iter().any(|masking| !masking.field.has_binary())
                || of_table.by_key.iter().any(|(_, by_key)| !by_key.has_binary())
        })
    }

    /// Whether anything of the table is masked.
    pub(crate) fn mask(&self, table: TableId) -> bool {
        self.tables.contains_key(&table)
    }

    /// What is selected of a table: its written columns, and whether a row keeps its values.
    pub(crate) fn selected(&self, table: &Table, id: TableId) -> String {
        let of_table = self.tables.get(&id);
        let sql = of_table.map_or(&[][..], |of_table| &of_table.sql);
        let column = |column: usize| {
            let name = QuotedIdent::new(&table.columns[column].name);
            let masked = sql.iter().find(|(masked, _)| *masked == column);
            match masked {
                Some((_, expression)) => {
                    let declared = self.declared(id, column);
                    format!("(\n{expression}\n)::{declared} as {name}")
                }
                None => name.to_string(),
            }
        };
        let mut columns: Vec<String> = table.written().map(column).collect();
        if let Some(kept) = of_table.and_then(|of_table| of_table.kept.as_ref()) {
            columns.push(format!("({kept}) is true"));
        }
        columns.join(", ")
    }

    fn declared(&self, id: TableId, column: usize) -> &str {
        let details = self.decided.as_ref().map(|decided| &decided.details[id]);
        details.map_or("", |details| &details.columns[column].declared)
    }

    /// Adds the masks of a table to the edits of its rows. `whole`: the rows come as
    /// [`Masks::selected`] asks for them.
    pub(crate) fn add_to(&self, edits: &mut Edits, table: &Table, id: TableId) {
        let Some(of_table) = self.tables.get(&id) else { return };
        for (place, column) in table.written().enumerate() {
            let masking = of_table.fields.iter().find(|masking| masking.column == column);
            if let Some(Masking { field, tied, .. }) = masking {
                edits.rewrite(place, Field::rewrite(field, edits.format()), *tied);
            }
            let by_key = of_table.by_key.iter().find(|(masked, _)| *masked == column);
            if let Some((_, by_key)) = by_key {
                edits.rewrite(place, ByKey::rewrite(by_key, edits.format()), false);
            }
        }
        if of_table.kept.is_some() {
            edits.keep_where(table.written().count());
        }
    }

    /// What is tried on the target before the rows of a table are written.
    pub(crate) fn trials(&self, table: TableId) -> &[Trial] {
        self.tables.get(&table).map_or(&[], |of_table| &of_table.trials)
    }
}

fn refusal(table: &Table, column: usize, choice: &decisions::Decided, why: &CannotMask) -> Refused {
    Refused::of(table, column, choice, why.to_string())
}

/// What all masked columns share.
struct Common {
    ascii: bool,
    today: Option<String>,
    password: Secret,
}

impl Common {
    fn with(&self, shape: Shape) -> Shape {
        Shape {
            ascii: self.ascii,
            today: self.today.clone(),
            password: Some(self.password.clone()),
            ..shape
        }
    }
}

async fn common(sides: &Sides<'_>) -> Result<Common, Failure> {
    let Sides { source, target, secrets, .. } = sides;
    let rows = target
        .query("select pg_catalog.current_setting('server_encoding')", &[])
        .await
        .map_err(|error| target.failure("cannot read the target's encoding", &error))?;
    let ascii = rows[0].get::<_, String>(0) != "UTF8";
    let rows = source
        .query("select current_date::pg_catalog.text", &[])
        .await
        .map_err(|error| source.failure("cannot ask the source for the date", &error))?;
    Ok(Common { ascii, today: Some(rows[0].get(0)), password: secrets.password.clone() })
}
