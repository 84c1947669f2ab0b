//! The migration frameworks that we know: a file each, and one list.
//!
//! To add one: write its file (how it is recognised, its command, its pending check, the source of
//! each fact), add it to [`ALL`], and its tables to `tables.rs`.

mod adonis;
mod aerich;
mod alembic;
mod app_files;
mod at_boot;
mod atlas;
mod db_migrate;
mod dbmate;
mod diesel;
mod django;
mod doctrine;
mod drizzle;
mod ecto;
mod ef_core;
mod flask_migrate;
mod flyway;
mod framework;
mod golang_migrate;
mod goose;
mod graphile_migrate;
mod jvm_build;
mod jvm_plugin;
mod knex;
mod kysely;
mod laravel;
mod liquibase;
mod manifest;
mod migratus;
mod mikro_orm;
mod near_root;
mod node;
mod node_framework;
mod node_manager;
mod node_pg_migrate;
mod pending;
mod phinx;
mod postgres_sign;
mod prisma;
mod problem;
mod rails;
mod refinery;
mod remark;
mod sea_orm;
mod sequel;
mod sequelize;
mod simple_command;
mod sqlx;
mod typeorm;
mod yoyo;

pub(super) use app_files::has_extension;
pub use app_files::{AppFiles, json_reason};
pub use at_boot::{AtBoot, at_boot, why_nothing_migrates};
pub use framework::{Framework, Recognised};
pub use node::VARIABLES;
pub use pending::{Answer, PendingCheck};
pub use postgres_sign::postgres_sign;
pub use problem::{FileProblem, Place, star_passwords};
pub use remark::Remark;
pub use simple_command::SimpleCommand;

/// All of them, in the order in which the build names them.
pub const ALL: &[&dyn Framework] = &[
    &alembic::Alembic,
    &django::Django,
    &flask_migrate::FlaskMigrate,
    &aerich::Aerich,
    &yoyo::Yoyo,
    &rails::Rails,
    &sequel::Sequel,
    &ecto::Ecto,
    &prisma::Prisma,
    &drizzle::DRIZZLE,
    &knex::Knex,
    &sequelize::SEQUELIZE,
    &typeorm::TypeOrm,
    &mikro_orm::MIKRO_ORM,
    &node_pg_migrate::NODE_PG_MIGRATE,
    &kysely::KYSELY,
    &db_migrate::DB_MIGRATE,
    &graphile_migrate::GRAPHILE_MIGRATE,
    &adonis::Adonis,
    &laravel::Laravel,
    &phinx::Phinx,
    &doctrine::Doctrine,
    &flyway::Flyway,
    &liquibase::Liquibase,
    &migratus::Migratus,
    &ef_core::EfCore,
    &diesel::Diesel,
    &sqlx::Sqlx,
    &sea_orm::SeaOrm,
    &refinery::Refinery,
    &goose::Goose,
    &golang_migrate::GolangMigrate,
    &dbmate::Dbmate,
    &atlas::Atlas,
];

/// A framework with what was found of it.
#[derive(Clone)]
pub struct Found {
    pub framework: &'static dyn Framework,
    pub recognised: Recognised,
    /// Why the command cannot run in a release.
    pub obstacle: Option<Remark>,
}

impl Found {
    fn of(framework: &'static dyn Framework, app: &AppFiles) -> Result<Option<Self>, FileProblem> {
        let Some(recognised) = framework.recognise(app)? else { return Ok(None) };
        let obstacle = framework.obstacle(app)?;
        Ok(Some(Found { framework, recognised, obstacle }))
    }
}

/// Every framework that the app's files show, and every file that would tell and cannot be read.
#[must_use]
pub fn recognise_each(app: &AppFiles) -> (Vec<Found>, Vec<FileProblem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for &framework in ALL {
        match Found::of(framework, app) {
            Ok(Some(one)) => found.push(one),
            Ok(None) => {}
            Err(problem) if problems.contains(&problem) => {}
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
}

/// Every framework that the app's files show.
///
/// # Errors
/// Where a file that would tell cannot be read or is malformed.
pub fn recognise_all(app: &AppFiles) -> Result<Vec<Found>, FileProblem> {
    let mut found = Vec::new();
    for &framework in ALL {
        found.extend(Found::of(framework, app)?);
    }
    Ok(found)
}

/// How to ask whether anything is pending for this migration command. `None` where the command is
/// not known to do nothing but migrate: then nothing may be skipped.
///
/// # Errors
/// Where a file that would tell cannot be read or is malformed.
pub fn pending_check(app: &AppFiles, command: &str) -> Result<Option<PendingCheck>, FileProblem> {
    let recognised = recognise_all(app)?.into_iter().map(|found| found.recognised);
    if let Some(same) = recognised.into_iter().find(|found| found.command == command.trim()) {
        return Ok(Some(same.pending));
    }
    let Some(simple) = SimpleCommand::of(command) else {
        return Ok(None);
    };
    Ok(ALL.iter().find_map(|framework| framework.pending_check_of(&simple)))
}

/// The framework of this key.
#[must_use]
pub fn by_key(key: &str) -> Option<&'static dyn Framework> {
    ALL.iter().copied().find(|framework| framework.key() == key)
}

/// The key that a mistyped one most likely means.
#[must_use]
pub fn nearest_key(key: &str) -> Option<&'static str> {
    crate::config::nearest(key, ALL.iter().map(|framework| framework.key()))
}

#[cfg(test)]
mod testing {
    use super::{AppFiles, Framework, Recognised};

    fn app(files: &[(&str, &str)]) -> tempfile::TempDir {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        app
    }

    /// An app with these files, as the framework sees it.
    pub(super) fn recognise(
        framework: &dyn Framework,
        files: &[(&str, &str)],
    ) -> Option<Recognised> {
        framework.recognise(&AppFiles::new(app(files).path())).unwrap()
    }

    /// The title of what is in the way; `-` where nothing is.
    pub(super) fn obstacle(framework: &dyn Framework, files: &[(&str, &str)]) -> String {
        let app = app(files);
        let remark = framework.obstacle(&AppFiles::new(app.path())).unwrap();
        remark.map_or_else(|| "-".to_owned(), |remark| remark.title)
    }

    /// Evidence and command in one line; `-` where the framework is not recognised.
    pub(super) fn told(framework: &dyn Framework, files: &[(&str, &str)]) -> String {
        recognise(framework, files).map_or_else(
            || "-".to_owned(),
            |found| format!("{}: {}", found.evidence, found.command),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique() {
        for (index, framework) in ALL.iter().enumerate() {
            assert!(
                ALL[index + 1..].iter().all(|other| other.key() != framework.key()),
                "{}",
                framework.key()
            );
        }
    }

    #[test]
    fn a_mistyped_key_has_a_nearest_one() {
        assert_eq!(nearest_key("alembik"), Some("alembic"));
        assert_eq!(nearest_key("Sea-ORM"), Some("sea-orm"));
        assert_eq!(nearest_key("cobol"), None);
    }
}
