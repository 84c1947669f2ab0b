//! The settings of the source's database, and of the role that owns its tables there. They decide
//! what its functions find and how they write dates.

use crate::postgres::{QuotedIdent, ReadOnly};

/// What a session of the app has in the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The role that owns most of the tables; the app logs in as this role.
    pub owner: String,
    /// There is a schema of the same name, which `"$user"` in a path means.
    pub own_schema: bool,
    /// Each setting once, as the role has it in the database.
    pub all: Vec<Setting>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
}

const DEFAULT_PATH: &str = "\"$user\", public";

impl Settings {
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.all.iter().find(|setting| setting.name.eq_ignore_ascii_case(name))?;
        Some(&found.value)
    }

    /// The `search_path` of a session of the owner, for a session of another role.
    #[must_use]
    pub fn path(&self) -> String {
        let path = self.value("search_path").unwrap_or(DEFAULT_PATH);
        let own = QuotedIdent::new(&self.owner).to_string();
        path.replace("\"$user\"", &own).replace("$user", &own)
    }

    /// The `search_path` to be set on the target's database: its owner has another name.
    #[must_use]
    pub fn path_to_set(&self) -> Option<String> {
        match self.value("search_path") {
            Some(path) if !(self.own_schema && path.contains("$user")) => Some(path.to_owned()),
            None if !self.own_schema => None,
            _ => Some(self.path()),
        }
    }
}

pub(super) async fn read_settings(
    source: &ReadOnly,
    tables: &[u32],
) -> Result<Settings, tokio_postgres::Error> {
    let rows = source
        .query(
            "with owner as ( \
               select r.oid, r.rolname \
               from pg_catalog.pg_database d \
               join pg_catalog.pg_roles r on r.oid = coalesce( \
                 (select c.relowner from pg_catalog.pg_class c where c.oid = any($1) \
                  group by c.relowner order by count(*) desc, c.relowner limit 1), d.datdba) \
               where d.datname = pg_catalog.current_database()), \
             found as ( \
               select pg_catalog.split_part(e.entry, '=', 1) as name, \
                      pg_catalog.substr(e.entry, pg_catalog.strpos(e.entry, '=') + 1) as value, \
                      case when s.setrole <> 0 then 2 else 0 end \
                        + case when s.setdatabase <> 0 then 1 else 0 end as weight \
               from pg_catalog.pg_db_role_setting s \
               cross join lateral pg_catalog.unnest(s.setconfig) as e(entry) \
               where s.setrole in (select 0 union all select o.oid from owner o) \
                 and s.setdatabase in (select 0 union all select d.oid from pg_catalog.pg_database d \
                   where d.datname = pg_catalog.current_database())) \
             select o.rolname::text, \
                    exists (select from pg_catalog.pg_namespace n where n.nspname = o.rolname), \
                    f.name, f.value \
             from owner o \
             left join (select distinct on (g.name) g.name, g.value from found g \
                        order by g.name, g.weight desc) f on true \
             order by f.name",
            &[&tables],
        )
        .await?;
    let mut settings = Settings::default();
    for row in rows {
        settings.owner = row.get(0);
        settings.own_schema = row.get(1);
        if let Some(name) = row.get(2) {
            settings.all.push(Setting { name, value: row.get(3) });
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(path: Option<&str>, own_schema: bool) -> Settings {
        let setting =
            |value: &str| Setting { name: "search_path".to_owned(), value: value.to_owned() };
        Settings {
            owner: "prod".to_owned(),
            own_schema,
            all: path.map(setting).into_iter().collect(),
        }
    }

    #[test]
    fn the_owners_schema_is_named_where_another_role_will_look() {
        assert_eq!(with(None, false).path_to_set(), None);
        assert_eq!(with(None, false).path(), "\"prod\", public");
        assert_eq!(with(None, true).path_to_set().unwrap(), "\"prod\", public");
        assert_eq!(with(Some("shop, public"), true).path_to_set().unwrap(), "shop, public");
        assert_eq!(with(Some("\"$user\", a"), false).path_to_set().unwrap(), "\"$user\", a");
        assert_eq!(with(Some("\"$user\", a"), true).path_to_set().unwrap(), "\"prod\", a");
    }
}
