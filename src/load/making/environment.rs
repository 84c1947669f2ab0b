//! The settings of the source's database on the target: in the session while rows are written,
//! indexes built, views refreshed and statistics gathered, and of the target's database.

use super::attempt::{self, Made};
use super::database_settings::{self, ident};
use crate::catalog::{Setting, Settings};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, QuotedLiteral, Writable};
use std::cell::RefCell;

/// Settings that decide what functions do. Names with a dot are the app's own, or an extension's.
const FOR_FUNCTIONS: [&str; 12] = [
    "bytea_output",
    "datestyle",
    "default_text_search_config",
    "extra_float_digits",
    "intervalstyle",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "timezone",
    "timezone_abbreviations",
    "transform_null_equals",
    "xmlbinary",
];

/// Settings that say how much of its server's memory and disks a session may use.
const OF_THE_SERVER: [&str; 18] = [
    "default_tablespace",
    "effective_cache_size",
    "effective_io_concurrency",
    "hash_mem_multiplier",
    "jit",
    "local_preload_libraries",
    "logical_decoding_work_mem",
    "maintenance_io_concurrency",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "max_stack_depth",
    "session_preload_libraries",
    "temp_buffers",
    "temp_file_limit",
    "temp_tablespaces",
    "work_mem",
];

/// Prefixes of settings of the platform.
const OF_THE_PLATFORM: [&str; 7] =
    ["log_", "rds.", "heroku", "extwlist.", "auto_explain.", "pg_stat_statements.", "pgaudit."];

/// Settings under which a review app could not be written to, or would be another role.
const HARMFUL: [&str; 5] = [
    "default_transaction_read_only",
    "role",
    "session_authorization",
    "session_replication_role",
    "transaction_read_only",
];

/// The statement under which each name must be given in full.
pub(crate) const NO_PATH: &str = "set local search_path to ''";

/// The settings of the source's database, as far as they decide what its functions do.
pub(crate) struct Environment<'a> {
    settings: &'a Settings,
    /// The `search_path` under which functions run.
    path: String,
    /// The settings that the session accepts: found out at the first use.
    usable: RefCell<Option<Vec<Setting>>>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        // no temporary object and no function of the app's stands for one of the server's
        let path = format!("pg_catalog, {}, pg_temp", settings.path());
        Environment { settings, path, usable: RefCell::default() }
    }

    /// From now on, functions run as in the source.
    pub(super) async fn enter(&self, target: &Writable) -> Result<(), Failure> {
        let failed =
            |error| target.failure("cannot change the settings of the target's session", &error);
        let known = self.usable.borrow().is_some();
        if !known {
            let usable = self.find_usable(target).await.map_err(failed)?;
            self.usable.replace(Some(usable));
        }
        let path = Setting { name: "search_path".to_owned(), value: self.path.clone() };
        let mut all = self.usable.borrow().clone().unwrap_or_default();
        all.push(path);
        target.run(&set(&all)).await.map_err(failed)
    }

    /// From now on, values are written as everywhere.
    pub(crate) async fn leave(&self, target: &Writable) -> Result<(), Failure> {
        let usable = self.usable.borrow().clone().unwrap_or_default();
        let mut sql = String::new();
        for setting in usable.iter().filter(|setting| !setting.name.contains('.')) {
            sql = format!("{sql}set local {} to default; ", ident(&setting.name));
        }
        sql.push_str(NO_PATH);
        target.run(&sql).await.map_err(|error| {
            target.failure("cannot reset the settings of the target's session", &error)
        })
    }

    /// A definition names everything in full: no name may be found on a path.
    pub(super) fn defining(&self, sql: &str) -> String {
        format!("{NO_PATH};\n{sql}\n;{}", self.path_again())
    }

    /// A definition for which the server looks into functions that find their names on the path.
    pub(super) fn finding(&self, sql: &str) -> String {
        format!("{};\n{sql}\n;{NO_PATH}", self.path_again())
    }

    /// The statement that ends what [`NO_PATH`] began: functions find what they name without a schema.
    pub(crate) fn path_again(&self) -> String {
        let path = QuotedLiteral::new(&self.path);
        format!("select pg_catalog.set_config('search_path', {path}, true)")
    }

    /// The settings that the target's session accepts.
    async fn find_usable(&self, target: &Writable) -> Result<Vec<Setting>, tokio_postgres::Error> {
        let wanted: Vec<Setting> = self
            .settings
            .all
            .iter()
            .filter(|setting| is_for_functions(&setting.name))
            .cloned()
            .collect();
        if wanted.is_empty() || attempt(target, &set(&wanted)).await? {
            return Ok(wanted);
        }
        let mut usable = Vec::new();
        for setting in wanted {
            if attempt(target, &set(std::slice::from_ref(&setting))).await? {
                usable.push(setting);
            }
        }
        Ok(usable)
    }

    /// Sets them on the target's database, as far as its owner may. Returns which are not set, and
    /// why: a line each. Values may be secrets. A swap resets what an earlier load has set.
    pub(crate) async fn set_on_database(
        &self,
        target: &Writable,
        swaps: bool,
    ) -> Result<Vec<String>, Failure> {
        let failed =
            |error| target.failure("cannot set the settings of the target's database", &error);
        let (mut not_set, mut is_set) = (Vec::new(), Vec::new());
        let path = self.settings.path_to_set();
        if path.is_none() && self.settings.all.is_empty() && !swaps {
            return Ok(not_set);
        }
        let rows = target
            .query("select pg_catalog.current_database()::text", &[])
            .await
            .map_err(failed)?;
        let database = QuotedIdent::new(rows[0].get(0)).to_string();
        if let Some(path) = path {
            // a list of names: written as one string, it would be one name
            let value = QuotedLiteral::new(&path);
            let sql = format!(
                "select pg_catalog.set_config('search_path', {value}, true); \
                 alter database {database} set search_path from current; \
                 set local search_path to ''"
            );
            if attempt(target, &sql).await.map_err(failed)? {
                is_set.push("search_path");
            } else {
                not_set.push(format!("search_path: {REFUSED}"));
            }
        }
        for Setting { name, value } in &self.settings.all {
            let lower = name.to_ascii_lowercase();
            if lower == "search_path" {
                continue;
            }
            if let Some(why) = why_not(&lower) {
                not_set.push(format!("{name}: {why}"));
                continue;
            }
            let value = QuotedLiteral::new(value);
            let sql = format!("alter database {database} set {} to {value}", ident(name));
            if attempt(target, &sql).await.map_err(failed)? {
                is_set.push(name);
            } else {
                not_set.push(format!("{name}: {REFUSED}"));
            }
        }
        if swaps {
            database_settings::reset_others(target, &database, &is_set).await.map_err(failed)?;
        }
        database_settings::note(target, &is_set, swaps).await.map_err(failed)?;
        Ok(not_set)
    }
}

const REFUSED: &str = "the target's role may not set it on the database";

fn is_for_functions(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    FOR_FUNCTIONS.contains(&lower.as_str()) || (lower.contains('.') && why_not(&lower).is_none())
}

/// Why a setting is not set on the target's database.
fn why_not(lower: &str) -> Option<&'static str> {
    if OF_THE_SERVER.contains(&lower) {
        Some("it fits the source's server")
    } else if OF_THE_PLATFORM.iter().any(|prefix| lower.starts_with(prefix)) {
        Some("it belongs to the platform")
    } else if HARMFUL.contains(&lower) {
        Some("a review app could not work under it")
    } else {
        None
    }
}

/// The settings that no target's database gets, and why: a line each.
pub(crate) fn not_set(settings: &Settings) -> Vec<String> {
    let line = |setting: &Setting| {
        let why = why_not(&setting.name.to_ascii_lowercase())?;
        Some(format!("{}: {why}", setting.name))
    };
    settings.all.iter().filter_map(line).collect()
}

fn set(settings: &[Setting]) -> String {
    let calls = settings.iter().map(|Setting { name, value }| {
        let (name, value) = (QuotedLiteral::new(name), QuotedLiteral::new(value));
        format!("pg_catalog.set_config({name}, {value}, true)")
    });
    format!("select {}", calls.collect::<Vec<_>>().join(", "))
}

/// Whether the server did it.
async fn attempt(target: &Writable, sql: &str) -> Result<bool, tokio_postgres::Error> {
    attempt::attempt(target, sql).await.map(|made| matches!(made, Made::Yes))
}
