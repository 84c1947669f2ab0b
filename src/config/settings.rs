//! The settings that decide which rows a load brings, as the record of the load keeps them: with
//! them the same rows can be selected again. No URL is among them.

use super::MigrationTable;
use super::model::{
    Asked, Config, ForceMissing, ForeignKeyRule, Given, LeftOut, Located, NamedTables, OnlyRule,
    Schemas, Size, Subset, TableRule,
};
use super::table::{Force, TableName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The version of the shape.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Settings {
    version: u32,
    subset: Subset,
    schemas: Schemas,
    #[serde(default, skip_serializing_if = "leaves_nothing_out")]
    left_out: LeftOut,
    tables: Vec<TableRule>,
    named: NamedTables,
    force: Vec<Force>,
    force_missing: ForceMissing,
    foreign_keys: Vec<ForeignKeyRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    only: Vec<OnlyRule>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    migration_tables: Vec<MigrationTable>,
    small: Vec<TableName>,
}

fn leaves_nothing_out(left_out: &LeftOut) -> bool {
    *left_out == LeftOut::default()
}

/// Settings that this version cannot read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("they have version {0}, and this version of review-data knows version {VERSION}")]
    Version(u64),
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
}

impl Config {
    /// The settings as JSON. `size` is what came of the one that was asked for, and `small` names the
    /// tables that a budget copied whole.
    ///
    /// # Errors
    /// The serialiser fails for maps only, and the settings hold no map.
    pub fn settings(&self, size: Size, small: Vec<TableName>) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Settings {
            version: VERSION,
            subset: Subset { size, ..self.subset.clone() },
            schemas: self.schemas.clone(),
            left_out: self.left_out.clone(),
            tables: self.tables.clone(),
            named: self.named.clone(),
            force: self.force.clone(),
            force_missing: self.force_missing,
            foreign_keys: self.foreign_keys.clone(),
            only: self.only.clone(),
            migration_tables: self.migration_tables.clone(),
            small,
        })
    }

    /// A configuration with these settings and nothing else.
    ///
    /// # Errors
    /// Where they are not of this version's shape.
    pub fn from_settings(json: &str) -> Result<Self, SettingsError> {
        let value: serde_json::Value = serde_json::from_str(json)?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version != u64::from(VERSION) => {
                return Err(SettingsError::Version(version));
            }
            _ => {}
        }
        let settings: Settings = serde_json::from_str(json)?;
        Ok(Config {
            subset: settings.subset,
            schemas: settings.schemas,
            left_out: settings.left_out,
            tables: settings.tables,
            named: settings.named,
            force: settings.force,
            force_missing: settings.force_missing,
            foreign_keys: settings.foreign_keys,
            only: settings.only,
            migration_tables: settings.migration_tables,
            small: settings.small,
            ..Config::default()
        })
    }
}

/// Only the value: the file may be another one by then.
impl<T: Serialize> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Located { value: T::deserialize(deserializer)?, location: None })
    }
}

impl<T: Serialize> Serialize for Asked<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Asked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Given::Words("the settings in the record of the load".to_owned());
        Ok(Asked { value: T::deserialize(deserializer)?, given })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    const FILE: &str = "
        [source]
        url = \"PRODUCTION\"
        [subset]
        fraction = 0.1
        logarithmic = true
        seed = -7
        schemas = [\"shop_*\"]
        [tables.users]
        rows = \"2.5%\"
        always = [\"id = 1\"]
        [tables.\"audit_*\"]
        rows = \"none\"
        [tables.events]
        where = \"at > '2026-01-01'\"
        rows = 40
        [[foreign_keys]]
        table = \"orders\"
        columns = [\"user_id\"]
        children = 9
        [migrate]
        command = \"migrate postgres://ann:secret@db/shop\"
    ";

    fn asked_for() -> Config {
        let config = Config::parse("review-data.toml", FILE).unwrap();
        config.with(Overrides {
            force: vec!["orders:[\"a,b\", 2]".parse().unwrap()],
            force_missing: ForceMissing::Warn,
            named: NamedTables {
                whole: vec![Asked {
                    value: "\"a.b\"".parse().unwrap(),
                    given: Given::Words("-F".to_owned()),
                }],
                ..NamedTables::default()
            },
            ..Overrides::default()
        })
    }

    #[test]
    fn the_same_rows_can_be_asked_for_again() {
        let config = asked_for();
        // a fraction that is only just another one when it is read carelessly
        let size = Size::Logarithmic(0.300_000_000_000_000_04);
        let small =
            vec![TableName { schema: Some("public".to_owned()), table: "roles".to_owned() }];
        let settings = config.settings(size, small.clone()).unwrap();
        let again = Config::from_settings(&settings).unwrap();
        assert_eq!(again.small, small);
        assert_eq!(again.settings(size, small).unwrap(), settings);
        assert_eq!(again.subset, Subset { size, ..config.subset });
        assert_eq!(again.force, config.force);
        assert_eq!(again.force_missing, config.force_missing);
        assert_eq!(again.tables.len(), 3);
        assert_eq!(again.foreign_keys[0].children, Some(9));
    }

    #[test]
    fn the_settings_as_they_are_kept() {
        let settings = asked_for().settings(Size::Linear(0.05), Vec::new()).unwrap();
        assert!(!settings.contains("secret"), "{settings}");
        let value: serde_json::Value = serde_json::from_str(&settings).unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn settings_of_another_version_are_told() {
        let told = |json: &str| Config::from_settings(json).unwrap_err().to_string();
        insta::assert_snapshot!(told("{\"version\": 2}"), @"they have version 2, and this version of review-data knows version 1");
        insta::assert_snapshot!(told("{\"version\": 1}"), @"missing field `subset` at line 1 column 14");
    }
}
