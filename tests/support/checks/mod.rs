//! PRODUCT.md's section 5, as questions to the source and the target. None of them uses the
//! tool's own code.

mod exact;
mod schema;
mod sized;
mod usable;
mod whole;

use super::database::{Source, Target};
use super::session::Session;
pub(crate) use exact::fingerprint;
pub(crate) use schema::{Definitions, definitions_of};
pub(crate) use sized::{Rows, Rule};
pub(crate) use whole::Relation;

/// What a run was asked for, as far as the promises hang on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expectations {
    pub(crate) fraction: f64,
    /// `rows^fraction` instead of `rows * fraction`.
    pub(crate) logarithmic: bool,
    /// `[tables.NAME]`, by the name as it is written in the configuration.
    pub(crate) rules: Vec<(String, Rule)>,
    /// Rows were asked for by name (`--force`, `always`): tables may hold more than their share.
    pub(crate) more_by_request: bool,
    /// Tables, schema-qualified, whose rows are left out.
    pub(crate) no_rows: Vec<String>,
    /// By table, schema-qualified: columns that become NULL, since what they reference is left out.
    pub(crate) nulled: Vec<(String, Vec<String>)>,
    /// `KIND name`, as `pg_dump` names them: definitions that the target lacks.
    pub(crate) left_out: Vec<String>,
    /// Foreign keys that the schema does not declare.
    pub(crate) relations: Vec<Relation>,
    /// What the target held before the load.
    pub(crate) already_there: Definitions,
}

impl Expectations {
    /// The same of a load by a budget: its record says which fraction it found, and which tables it
    /// copied whole because they take little.
    pub(crate) fn by_budget(&self, target: &Target) -> Self {
        let session = target.superuser();
        let fraction = session.ask("select fraction from review_data.load");
        let mut expected = Expectations {
            fraction: fraction.parse().expect("a number"),
            logarithmic: true,
            ..self.clone()
        };
        let small = session.column(
            "select schema_name || '.' || table_name from review_data.load_table
            where split_part(reason, ',', 1) = 'small'",
        );
        for name in small {
            let table = name.split_once('.').map_or("", |(_, table)| table).to_owned();
            let known = |(known, _): &&mut (String, Rule)| *known == name || *known == table;
            if let Some((_, rule)) = expected.rules.iter_mut().find(known) {
                rule.rows = Some(Rows::All);
            } else {
                let rule = Rule { rows: Some(Rows::All), condition: None };
                expected.rules.push((name, rule));
            }
        }
        expected
    }
}

/// Every promise that the target breaks, a line each.
pub(crate) fn broken_promises(
    source: &Source,
    target: &Target,
    expected: &Expectations,
) -> Vec<String> {
    let sides = Sides::open(source, target);
    let mut broken = whole::broken(&sides, expected);
    broken.extend(exact::broken(&sides, expected));
    broken.extend(sized::broken(&sides, expected));
    broken.extend(schema::broken(&sides, expected));
    broken.extend(usable::broken(&sides));
    broken
}

/// The same of a load that masks, masked columns aside.
pub(crate) fn broken_when_masked(
    source: &Source,
    target: &Target,
    expected: &Expectations,
) -> Vec<String> {
    let sides = Sides::open(source, target);
    let masked = target.superuser().rows(
        "select c.table_schema || '.' || c.table_name, c.column_name
         from information_schema.columns c
         join review_data.masked_column m
             on m.schema_name = c.table_schema and m.table_name = c.table_name
         where m.column_name = c.column_name or c.is_generated = 'ALWAYS'",
    );
    let mut expected = Expectations { relations: Vec::new(), ..expected.clone() };
    for row in masked {
        if let [Some(table), Some(column)] = &row[..] {
            // the columns of one table stand together
            match expected.nulled.iter_mut().find(|(known, _)| known == table) {
                Some((_, columns)) => columns.push(column.clone()),
                None => expected.nulled.push((table.clone(), vec![column.clone()])),
            }
        }
    }
    let mut broken = whole::broken(&sides, &expected);
    broken.extend(exact::broken(&sides, &expected));
    broken
}

/// Both databases, asked with the same settings, so that the same value has the same text.
struct Sides {
    /// As superuser on the primary: everything there is.
    source: Session,
    source_name: String,
    /// As the tool on the standby: what could be copied.
    reader: Session,
    target: Session,
    target_name: String,
}

impl Sides {
    fn open(source: &Source, target: &Target) -> Self {
        Sides {
            source: settled(source.primary()),
            source_name: source.name.clone(),
            reader: settled(source.as_reader()),
            target: settled(target.superuser()),
            target_name: target.name.clone(),
        }
    }
}

/// With nothing on the search path, names of types and tables come out qualified.
fn settled(session: Session) -> Session {
    session.run(
        "set search_path = pg_catalog; set datestyle = 'ISO'; set timezone = 'UTC';
         set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1;
         set row_security = on",
    );
    session
}

fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A condition on `pg_class c join pg_namespace n`: what a person made, not the system or the
/// platform, not an extension, not we.
const OF_PEOPLE: &str =
    "n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '_heroku', 'review_data')
    and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass
        and e.objid = c.oid and e.deptype = 'e')";
