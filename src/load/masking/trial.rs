//! Masked values are tried on the target where a CHECK may object: a chunk of rows at a time, before
//! it is written. A value that fails gets another form; if none meets the CHECK, the load stops.

use super::deciding::Decided;
use super::field::{Field, Values};
use crate::catalog::{Catalog, TableId, with_value};
use crate::failure::Failure;
use crate::mask::decisions::line;
use crate::postgres::{QuotedIdent, Writable};
use crate::stream::chunk::Chunk;
use crate::stream::error::PumpError;
use std::rc::Rc;

/// The CHECKs that masked values of one column have to meet.
pub(crate) struct Trial {
    column: usize,
    /// `public.users.code`
    name: String,
    /// What to write in review-data.toml to keep the column's values.
    keep: String,
    field: Rc<Field>,
    /// Their names, for messages.
    checks: Vec<String>,
    /// The values, by position, that do not meet them.
    sql: String,
}

/// A trial before its column's mask is prepared.
pub(super) struct Unready {
    column: usize,
    name: String,
    keep: String,
    checks: Vec<(String, String)>,
}

impl Unready {
    pub(super) fn of(self, field: Rc<Field>) -> Trial {
        let Unready { column, name, keep, checks } = self;
        let tests: Vec<String> =
            checks.iter().map(|(_, test)| format!("coalesce({test}, true)")).collect();
        let sql = format!(
            "select v.review_data_n from pg_catalog.unnest($1::pg_catalog.text[]) \
             with ordinality as v(review_data_v, review_data_n) where not ({})",
            tests.join(" and ")
        );
        let checks = checks.into_iter().map(|(name, _)| name).collect();
        Trial { column, name, keep, field, checks, sql }
    }
}

/// The CHECKs on a column alone, and on columns that foreign keys tie to it; `None` without any.
pub(super) fn of(
    catalog: &Catalog,
    decided: &Decided,
    id: TableId,
    column: usize,
) -> Option<Unready> {
    let mut checks = Vec::new();
    for (table, member) in decided.decisions.tied(id, column) {
        let about = &catalog.tables[table];
        let details = &decided.details[table];
        let base = &about.columns[member].data_type.name;
        let value = format!("v.review_data_v::{base}");
        let own = details.checks.iter().filter(|check| check.columns == [member]);
        for check in own {
            let made_later = catalog.checks.iter().any(|later| {
                later.on == about.oid && later.name == QuotedIdent::new(&check.name).to_string()
            });
            if made_later {
                continue;
            }
            let name = QuotedIdent::new(&about.columns[member].name);
            let table = QuotedIdent::new(&about.name.name);
            let test =
                format!("(select {} from (select {value} as {name}) as {table})", check.expression);
            checks.push((format!("CHECK {} of {}", check.name, about.name), test));
        }
        for check in &details.columns[member].domain_checks {
            let test = with_value(&check.expression, &format!("({value})"));
            let domain = details.columns[member].domain.clone().unwrap_or_default();
            checks.push((format!("CHECK {} of domain {domain}", check.name), test));
        }
    }
    checks.sort();
    checks.dedup();
    let about = &catalog.tables[id];
    let name = &about.columns[column].name;
    (!checks.is_empty()).then(|| Unready {
        column,
        name: format!("{}.{name}", about.name),
        keep: line(&about.name.schema, &about.name.name, name, "keep"),
        checks,
    })
}

impl Trial {
    /// Tries the masked values of a chunk of rows.
    pub(crate) async fn run(
        &self,
        target: &Writable,
        place: usize,
        chunk: &Chunk,
    ) -> Result<(), Failure> {
        let mut values = Values::new();
        let mut refused = None;
        chunk
            .each(|fields| {
                let Some(Some(value)) = fields.get(place) else { return };
                match self.field.text(value, chunk.format()) {
                    Ok(text) => drop(values.insert(text.into_owned())),
                    Err(why) => refused = Some(why),
                }
            })
            .map_err(|error| self.failure().because(PumpError::from(error).to_string()))?;
        if let Some(why) = refused {
            return Err(self.failure().because(why.to_string()));
        }
        let mut open: Vec<String> = values.into_iter().collect();
        open.sort();
        while !open.is_empty() {
            let mut failing = Vec::new();
            let mut masked = Vec::new();
            for value in open {
                match self.field.masked(&value) {
                    Ok(Some(text)) => masked.push((value, text)),
                    Ok(None) => {}
                    Err(_) => failing.push(value),
                }
            }
            failing.extend(self.failing(target, masked).await?);
            for value in &failing {
                if !self.field.step(value) {
                    return Err(self.failure());
                }
            }
            open = failing;
        }
        Ok(())
    }

    /// The values whose masked form does not meet the CHECKs.
    async fn failing(
        &self,
        target: &Writable,
        masked: Vec<(String, String)>,
    ) -> Result<Vec<String>, Failure> {
        let failed = |error| target.failure("cannot try masked values on the target", &error);
        let mut failing = Vec::new();
        let mut parts = vec![masked];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            let texts: Vec<&str> = part.iter().map(|(_, text)| text.as_str()).collect();
            target.run("savepoint review_data_trial").await.map_err(failed)?;
            match target.query(&self.sql, &[&texts]).await {
                Ok(rows) => {
                    target.run("release savepoint review_data_trial").await.map_err(failed)?;
                    let places = rows.iter().map(|row| row.get::<_, i64>(0));
                    let places = places.filter_map(|place| usize::try_from(place - 1).ok());
                    failing.extend(places.filter_map(|place| Some(part.get(place)?.0.clone())));
                }
                Err(error) if error.as_db_error().is_none() => return Err(failed(error)),
                // a CHECK that fails for one value fails for all that are tried with it
                Err(_) => {
                    target
                        .run(
                            "rollback to savepoint review_data_trial; \
                              release savepoint review_data_trial",
                        )
                        .await
                        .map_err(failed)?;
                    if let [(value, _)] = &part[..] {
                        failing.push(value.clone());
                    } else {
                        let mut part = part;
                        let rest = part.split_off(part.len() / 2);
                        parts.extend([part, rest]);
                    }
                }
            }
        }
        Ok(failing)
    }

    /// The rows of the chunk are written.
    pub(crate) fn forget(&self) {
        self.field.forget();
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }

    fn failure(&self) -> Failure {
        Failure::wrong_use(format!("cannot mask {}", self.name))
            .because(format!("no masked form of a value meets {}", self.checks.join(" and ")))
            .remedy(format!(
                "choose another mask, or keep the values, in review-data.toml:\n [mask.columns]\n {}",
                self.keep
            ))
    }
}
