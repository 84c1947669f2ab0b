//! The masks of one load, and what they do to the rows of each table.

use super::deciding::{Decided, Outcome};
use super::field::Field;
use super::secrets::Secrets;
use super::trial::{self, Trial};
use crate::catalog::{Catalog, Table, TableId};
use crate::config::{Config, KeepWhere};
use crate::failure::Failure;
use crate::mask::decisions::{MaskError, Refused, unknown_table};
use crate::mask::values::{CannotMask, Locale, Masker, Shape};
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
            let shape = decided.shape(catalog, id, column);
            let shape = Shape { locale: decided.locale.or(common.locale), ..common.with(shape) };
            match Masker::new(&sides.secrets.key, &choice.mask, &shape) {
                Ok(masker) => {
                    let trial = trial::of(catalog, &decided, id, column);
                    let spare = trial.is_some().then(|| (choice.mask.clone(), shape.clone()));
                    let field = Field::new(masker, &shape, spare, &sides.secrets.key);
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
        for rule in &sides.config.masking.keep_where {
            masks.keep(sides, catalog, rule).await?;
        }
        masks.decided = Some(decided);
        Ok(masks)
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
            if let Err(error) = sides.source.prepare(&sql).await {
                let Some(said) = error.as_db_error() else {
                    return Err(sides.source.failure("cannot check keep_where", &error));
                };
                return Err(Failure::wrong_use(format!("keep_where of {} fails", table.name))
                    .because(sides.config.point_at(condition.location, said.message()))
                    .remedy(
                        "write a condition on the table's own columns, with the schema of each \
                         function that is not PostgreSQL's own",
                    ));
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

    /// Whether rows of the table can be masked as they come.
    pub(crate) fn as_they_come(&self, table: TableId) -> bool {
        self.tables.get(&table).is_none_or(|of_table| {
            of_table.sql.is_empty() && of_table.kept.is_none() && of_table.trials.is_empty()
        })
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

fn refusal(table: &Table, column: usize, choice: &decisions::Decided, why: &CannotMask) -> Refused {
    Refused::of(table, column, choice, why.to_string())
}

/// What all masked columns share.
struct Common {
    ascii: bool,
    locale: Option<Locale>,
    today: Option<String>,
    shape: Shape,
}

impl Common {
    fn with(&self, shape: Shape) -> Shape {
        Shape {
            ascii: self.ascii,
            today: self.today.clone(),
            email_domain: self.shape.email_domain.clone(),
            kept_email_domains: self.shape.kept_email_domains.clone(),
            password: self.shape.password.clone(),
            ..shape
        }
    }
}

async fn common(sides: &Sides<'_>) -> Result<Common, Failure> {
    let Sides { source, target, config, secrets } = sides;
    let rows = target
        .query("select pg_catalog.current_setting('server_encoding')", &[])
        .await
        .map_err(|error| target.failure("cannot read the target's encoding", &error))?;
    let ascii = rows[0].get::<_, String>(0) != "UTF8";
    let rows = source
        .query("select current_date::pg_catalog.text", &[])
        .await
        .map_err(|error| source.failure("cannot ask the source for the date", &error))?;
    let masking = &config.masking;
    let values = |list: &[crate::config::Located<String>]| {
        list.iter().map(|value| value.value.clone()).collect()
    };
    Ok(Common {
        ascii,
        locale: masking.locale.as_ref().and_then(|locale| locale.value.parse().ok()),
        today: Some(rows[0].get(0)),
        shape: Shape {
            email_domain: masking.emails.domain.as_ref().map(|domain| domain.value.clone()),
            kept_email_domains: values(&masking.emails.keep),
            password: Some(secrets.password.clone()),
            ..Shape::default()
        },
    })
}
