//! The masks of one load, and what they do to the rows of each table.

use super::deciding::{Decided, Outcome};
use super::field::Field;
use super::secrets::Secrets;
use super::trial::{self, Trial};
use crate::catalog::{Catalog, Table, TableId, Transfer};
use crate::config::{Config, KeepWhere, Secret};
use crate::failure::Failure;
use crate::load::paths::{BY_QUALIFIED_NAMES, understand_conditions};
use crate::mask::decisions::{By, MaskError, Refused, unknown_table};
use crate::mask::values::{CannotMask, Masker, Shape};
use crate::mask::{Mask, decisions};
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::report::Masked;
use crate::stream::edit::Edits;
use crate::subset::questions;
use std::collections::HashMap;
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
            masks.check_sql(sides, catalog).await?;
            for rule in kept {
                masks.keep(sides, catalog, rule).await?;
            }
            let failed = |error| sides.source.failure("cannot prepare the masks", &error);
            sides.source.run(BY_QUALIFIED_NAMES).await.map_err(failed)?;
        }
        Ok(masks)
    }

    /// The server understands the expressions of `sql:`.
    async fn check_sql(&self, sides: &Sides<'_>, catalog: &Catalog) -> Result<(), Failure> {
        let Some(decided) = &self.decided else { return Ok(()) };
        for (id, column, choice) in decided.decisions.masked() {
            let Mask::Sql(expression) = &choice.mask else { continue };
            let table = &catalog.tables[id];
            let declared = &decided.details[id].columns[column].declared;
            let sql = questions::probe_value(&table.entire(), expression, declared);
            let Some(said) = understood(sides, catalog, table, &sql).await? else { continue };
            let place = match choice.by {
                By::Line(line) => sides.config.masking.columns[line].columns.location,
                _ => None,
            };
            let name = format!("{}.{}", table.name, table.columns[column].name);
            return Err(Failure::wrong_use(format!("the expression that masks {name} fails"))
                .because(sides.config.point_at(place, &said))
                .remedy(format!(
                    "write an expression about columns of {} that has a value of type {declared}",
                    table.name
                )));
        }
        Ok(())
    }

    /// The rows of a table that keep their values.
    async fn keep(
        &mut self,
        sides: &Sides<'_>,
        catalog: &Catalog,
        rule: &KeepWhere,
    ) -> Result<(), Failure> {
        let pattern = &rule.table.value;
        let matched: Vec<(TableId, &Table)> = catalog
            .tables
            .pairs()
            .filter(|(_, table)| pattern.matches(&table.name.schema, &table.name.name))
            .collect();
        if matched.is_empty() {
            return Err(unknown_table(catalog, pattern, rule.table.location).failure(sides.config));
        }
        for (id, table) in matched {
            let condition = &rule.condition;
            let sql = questions::probe(&table.entire(), &condition.value);
            if let Some(said) = understood(sides, catalog, table, &sql).await? {
                return Err(Failure::wrong_use(format!("keep_where of {} fails", table.name))
                    .because(sides.config.point_at(condition.location, &said))
                    .remedy("write a condition on the table's own columns"));
            }
            if let Some(of_table) = self.tables.get_mut(&id) {
                let more = questions::all_of(std::slice::from_ref(&condition.value));
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
        has_own_path(table) && self.tables.get(&id).is_some_and(asked)
    }

    /// Whether a masked column of the table is masked as text only.
    pub(crate) fn need_text(&self, table: TableId) -> bool {
        let fields = self.tables.get(&table).map(|of_table| &of_table.fields);
        fields.into_iter().flatten().any(|masking| !masking.field.has_binary())
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

/// What the server says of a query that it does not understand.
async fn understood(
    Sides { source, .. }: &Sides<'_>,
    catalog: &Catalog,
    table: &Table,
    sql: &str,
) -> Result<Option<String>, Failure> {
    let failed = |error: &_| source.failure("cannot check the SQL of [mask]", error);
    if has_own_path(table) {
        understand_conditions(source, &catalog.settings).await?;
    } else {
        source.run(BY_QUALIFIED_NAMES).await.map_err(|error| failed(&error))?;
    }
    match source.prepare(sql).await {
        Ok(_) => Ok(None),
        Err(error) => match error.as_db_error() {
            Some(said) => Ok(Some(said.message().to_owned())),
            None => Err(failed(&error)),
        },
    }
}

/// A table with types such as `regclass` is read under an empty `search_path`: their texts would lack
/// the schema.
fn has_own_path(table: &Table) -> bool {
    table.written().all(|column| table.columns[column].data_type.transfer != Transfer::Text)
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
