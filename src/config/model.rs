//! The configuration as the other rooms see it: parsed, typed, with the place of each name that
//! can only be checked against the database.

use super::byte_size::ByteSize;
use super::column::{ColumnPath, Reference};
use super::pattern::{NamePattern, TablePattern};
use super::table::TableName;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A place in the configuration file, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    pub line: usize,
    pub column: usize,
}

/// A value and where it was written; `None` where it came from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    pub location: Option<Location>,
}

/// Where a wish was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    File(Location),
    /// On the command line or in a file that it names: as it can be repeated, `-T audit_*`.
    Words(String),
}

impl Given {
    /// In the file where there is a place, or else by these words.
    #[must_use]
    pub fn at(place: Option<Location>, words: &str) -> Self {
        match place {
            Some(place) => Given::File(place),
            None => Given::Words(words.to_owned()),
        }
    }
}

/// A wish that only the database can tell to be right, and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<T> {
    pub value: T,
    pub given: Given,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file's name for messages; `None` without a file.
    pub file: Option<String>,
    /// The file's text, for pointing at what only the database could find wrong.
    pub text: super::FileText,
    pub source: Source,
    pub target: Target,
    pub subset: Subset,
    pub schemas: Schemas,
    pub left_out: LeftOut,
    pub tables: Vec<TableRule>,
    pub foreign_keys: Vec<ForeignKeyRule>,
    /// `[[only]]`: whose rows are copied, and no others.
    pub only: Vec<OnlyRule>,
    /// What the command line says of tables.
    pub named: NamedTables,
    pub masking: super::Masking,
    pub migrate: Migrate,
    /// Migration tables that the app's own files name.
    pub migration_tables: Vec<super::MigrationTable>,
    pub postdeploy: Postdeploy,
    /// `--force`: rows that come with all their descendants.
    pub force: Vec<super::Force>,
    pub force_missing: ForceMissing,
    /// Tables that a budget copied whole since they take little: only the record of a load names any.
    pub small: Vec<TableName>,
}

/// `[subset] schemas`, `exclude_schemas`: whose tables rows are chosen from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schemas {
    /// Where there are any, tables of other schemas give only rows that foreign keys need.
    pub included: Vec<Asked<NamePattern>>,
    /// Tables of these give none.
    pub excluded: Vec<Asked<NamePattern>>,
}

/// `[schema]`: what is not created at all, nor what needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Tables, views, sequences; `vault.*` is a schema with all that is in it.
    pub objects: Vec<Asked<TablePattern>>,
    pub extensions: Vec<Asked<NamePattern>>,
}

/// The tables that the command line names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedTables {
    /// `-t`: where there are any, other tables give only rows that foreign keys need.
    pub only: Vec<Asked<TablePattern>>,
    /// `-F`: every row.
    pub whole: Vec<Asked<TablePattern>>,
    /// `-T`: no row.
    pub excluded: Vec<Asked<TablePattern>>,
}

/// What a `--force` that names no row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForceMissing {
    #[default]
    Fail,
    /// The behaviour of 2019: say so and go on.
    Warn,
}

/// What the command line says. It overrides the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// 0 to 1
    pub fraction: Option<f64>,
    pub logarithmic: bool,
    /// Overrides any fraction.
    pub max_size: Option<ByteSize>,
    pub children: Option<u32>,
    pub seed: Option<i64>,
    pub force: Vec<super::Force>,
    pub force_missing: ForceMissing,
    /// Override the file's, if there are any.
    pub schemas: Vec<Asked<NamePattern>>,
    pub named: NamedTables,
    /// Besides the file's.
    pub foreign_keys: Vec<ForeignKeyRule>,
    /// `--no-mask`
    pub no_mask: bool,
}

impl Config {
    /// The same configuration with what the command line says: it wins.
    #[must_use]
    pub fn with(mut self, overrides: Overrides) -> Self {
        let before = self.subset.size;
        let logarithmic = overrides.logarithmic || matches!(before, Size::Logarithmic(_));
        self.subset.size = match (overrides.max_size, overrides.fraction) {
            (Some(size), _) => Size::Budget(size),
            (None, Some(fraction)) if logarithmic => Size::Logarithmic(fraction),
            (None, Some(fraction)) => Size::Linear(fraction),
            (None, None) => match before {
                Size::Linear(fraction) if logarithmic => Size::Logarithmic(fraction),
                before => before,
            },
        };
        self.subset.children = overrides.children.unwrap_or(self.subset.children);
        self.subset.seed = overrides.seed.unwrap_or(self.subset.seed);
        self.force.extend(overrides.force);
        self.force_missing = overrides.force_missing;
        if !overrides.schemas.is_empty() {
            self.schemas.included = overrides.schemas;
        }
        self.named = overrides.named;
        self.foreign_keys.extend(overrides.foreign_keys);
        if overrides.no_mask { self.without_masks() } else { self }
    }

    /// The same configuration with nothing masked.
    #[must_use]
    pub fn without_masks(mut self) -> Self {
        self.masking.mode = super::MaskMode::SwitchedOff;
        self
    }

    /// A mistake that only the database could find, as text that points at its place in the file;
    /// without a place, the message alone.
    #[must_use]
    pub fn point_at(&self, place: Option<Location>, message: &str) -> String {
        match place {
            Some(place) if self.file.is_some() => self.text.point_at(place, message),
            _ => message.to_owned(),
        }
    }
}

/// `[source]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the config var that holds the URL.
    pub url: Option<Located<String>>,
    /// How long a load may begin again after failures that pass.
    pub patience: Duration,
}

impl Default for Source {
    fn default() -> Self {
        Source { url: None, patience: Duration::from_secs(20 * 60) }
    }
}

/// `[target]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The name of the config var that holds the URL; `DATABASE_URL` where absent.
    pub url: Option<Located<String>>,
    /// `existing = "replace"`: a load drops what the target holds and our record does not list.
    pub replace_existing: bool,
    /// The size that the database may reach during a load.
    pub capacity: Option<ByteSize>,
}

/// `[subset]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subset {
    pub size: Size,
    /// Child rows to bring along for each chosen row and foreign key.
    pub children: u32,
    /// Same data and same seed: same rows.
    pub seed: i64,
    /// Whether each value of a column with few of them is to be there.
    #[serde(default)]
    pub coverage: bool,
}

/// How many rows of a table that has no rule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// `n(T) = rows * f`, truncated, at least 1; `0 <= f <= 1`.
    Linear(f64),
    /// `n(T) = 10^(log10(rows) * f)`, truncated, at least 1; `0 <= f <= 1`: the formula of 2019.
    Logarithmic(f64),
    /// The logarithmic formula, with the largest `f` whose database takes no more than this.
    Budget(ByteSize),
}

/// The default budget: a fifth of the smallest plan's disk.
pub const DEFAULT_BUDGET: ByteSize = ByteSize(200_000_000);

impl Default for Subset {
    fn default() -> Self {
        Subset { size: Size::Budget(DEFAULT_BUDGET), children: 3, seed: 1, coverage: true }
    }
}

/// `[tables.NAME]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRule {
    pub table: Located<TablePattern>,
    pub rows: Option<Rows>,
    /// A SQL condition: the other rows are not chosen (though foreign keys may still bring them).
    pub condition: Option<Located<String>>,
    /// SQL conditions: these rows come with all their descendants.
    pub always: Vec<Located<String>>,
    /// Which rows are chosen first, instead of a seeded order.
    #[serde(default)]
    pub order: Option<Located<Order>>,
}

impl TableRule {
    /// Whether it leaves rows of the table out.
    #[must_use]
    pub fn cuts(&self) -> bool {
        self.condition.is_some() || self.rows.is_some_and(|rows| rows != Rows::All)
    }
}

/// In which order a table's rows are chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By the column that tells when a row was made.
    Newest,
    Oldest,
    /// As it stands behind ORDER BY.
    Sql(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    All,
    None,
    Number(u64),
    /// 0 to 100
    Percent(f64),
}

/// `[[only]]`: in every table that has the column, no other row is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlyRule {
    pub column: Located<String>,
    pub keep: OnlyKeep,
    /// Whether rows with NULL in the column are copied, too.
    pub null: bool,
}

/// Which rows an [`OnlyRule`] keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlyKeep {
    /// The column has one of these values, given as text.
    Values(Vec<String>),
    /// SQL, in each table that has the column.
    Where(Located<String>),
}

/// `[[foreign_keys]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKeyRule {
    /// Where the entry begins.
    #[serde(skip)]
    pub place: Option<Location>,
    /// Where it is, if not in review-data.toml: `subset.json:4:7`.
    #[serde(skip)]
    pub elsewhere: Option<String>,
    /// The table whose columns reference another.
    pub table: Located<TableName>,
    /// Its columns, in the foreign key's order; none where `name` is given.
    pub columns: Vec<Located<ColumnPath>>,
    /// The constraint's name.
    pub name: Option<Located<String>>,
    /// What they reference, where the schema does not declare it.
    pub references: Option<Located<Reference>>,
    /// SQL: only these rows reference it.
    pub condition: Option<Located<String>>,
    /// Instead of columns: all that follow a framework's pattern.
    pub pattern: Option<PatternRule>,
    /// Child rows to bring along for each chosen row, instead of `[subset] children`.
    pub children: Option<u32>,
    /// Whether children of chosen rows are chosen along it.
    pub follow: bool,
    /// Whether children are chosen down a self-reference.
    pub descend: Option<Located<bool>>,
}

/// `polymorphic` and `generic`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternRule {
    pub kind: Pattern,
    /// What the columns' names begin with; `*`: anything.
    pub name: Located<String>,
    /// The tables of classes that are named otherwise.
    pub types: Vec<(String, Located<TableName>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// `commentable_type` holds a class, `commentable_id` a key.
    Rails,
    /// `content_type_id` references the class, `object_id` holds a key.
    Django,
}

/// `[migrate]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrate {
    /// A shell command, run in the app's directory.
    pub command: Option<String>,
    /// The key of the migration framework, where an app has more than one or none is recognised;
    /// the buildpack knows them.
    pub framework: Option<Located<String>>,
    pub on_failure: OnFailure,
    /// A shell command; exit code 0 says that no migration is pending.
    pub check: Option<String>,
    /// How long a statement of the command may wait for a lock.
    pub lock_timeout: Option<Duration>,
    /// How long a statement of the command may take.
    pub statement_timeout: Option<Duration>,
    pub production: Production,
}

/// `[migrate.production]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Production {
    /// Maintenance mode while migrations run.
    pub maintenance: bool,
    pub scale_down: ScaleDown,
    /// Process types that are never scaled down.
    pub keep: Vec<Located<String>>,
    /// The one app that may be acted on; the app that we run in where absent.
    pub app: Option<Located<String>>,
    /// The name of the config var that holds the token for Heroku's API.
    pub token: Option<Located<String>>,
    /// How long dynos may take to stop, and to start.
    pub wait: Duration,
}

/// Which process types are scaled to zero during maintenance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScaleDown {
    #[default]
    All,
    None,
    Types(Vec<Located<String>>),
}

impl Default for Production {
    fn default() -> Self {
        Production {
            maintenance: false,
            scale_down: ScaleDown::All,
            keep: Vec::new(),
            app: None,
            token: None,
            wait: Duration::from_secs(120),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    #[default]
    Fail,
    /// The behaviour of 2019: say so and let the deploy go on.
    Warn,
}

/// `[postdeploy]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postdeploy {
    /// Shell commands, run in order between the load and the first migration.
    pub before: Vec<String>,
    /// Shell commands, run in order after the first migration.
    pub after: Vec<String>,
    /// How long to wait for another run that holds the lock.
    pub wait: Duration,
    /// How long a whole run may take in a review app, the wait included.
    pub max_duration: Duration,
}

impl Default for Postdeploy {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Postdeploy {
            before: Vec::new(),
            after: Vec::new(),
            wait: minutes(30),
            // Heroku ends a release phase after an hour
            max_duration: minutes(50),
        }
    }
}
