//! Whose database is it: what must hold before a run in a review app locks, writes or runs
//! anything. See "Whose database is it" in PRODUCT.md.

use super::app::App;
use super::attached::{QUESTION_LIMIT, own_databases};
use super::state::State;
use crate::config::DEFAULT_TARGET;
use crate::failure::Failure;
use crate::postgres::{SourceUrl, Writable};
use crate::record::{self, Found};

/// A person sets this once, and says by it that a filled database is the app's own.
pub(super) const ADOPT_VARIABLE: &str = "REVIEW_DATA_ADOPT";

const UNTOUCHED: &str = "nothing was touched";

/// Looks at the target, and refuses it where it is not the app's own. Returns the config vars that
/// hold empty databases of the app itself: they cannot be the source.
///
/// # Errors
/// The refusal, or the server's.
pub(super) async fn verify(app: &App<'_>, target: &Writable) -> Result<Vec<String>, Failure> {
    if app.app_json.names_target {
        return Err(named_by_app_json(&app.target_variable));
    }
    let failed = |error| target.failure("cannot look at the target", &error);
    let rows = target
        .query(
            "select pg_catalog.pg_is_in_recovery(), coalesce(d.datdba = r.oid, false) \
             from pg_catalog.pg_database d \
             left join pg_catalog.pg_roles r on r.rolname = current_user \
             where d.datname = pg_catalog.current_database()",
            &[],
        )
        .await
        .map_err(failed)?;
    let (standby, owned): (bool, bool) = (rows[0].get(0), rows[0].get(1));
    if standby {
        return Err(Failure::new("the target is a read-only standby")
            .because(format!("{} is in recovery", app.target.0))
            .because(UNTOUCHED)
            .remedy(format!("let {} lead to the review app's own database", app.target_variable)));
    }
    let state = find(app, target).await?;
    let own = if is_proven(app, &state)? {
        Vec::new()
    } else {
        own_databases(app.environment, app.config).await
    };
    // two empty databases are both the app's own
    if let Some(variable) = own.first()
        && !(state.holding.is_none() && owned)
    {
        return Err(attached_elsewhere(app, variable));
    }
    not_the_source(app, target, &state, &own).await?;
    if state.is_unknown() && !adopts(app) && !replaces(app) {
        return Err(not_ours(app, &state));
    }
    Ok(own)
}

/// What the target holds, and what its record says.
///
/// # Errors
/// The server's; and where it is a production database, or has a record of a newer tool.
pub(super) async fn find(app: &App<'_>, target: &Writable) -> Result<State, Failure> {
    let (record, copied_from) = match record::read(target).await? {
        Found::Ours(record) => (Some(*record), None),
        Found::Nothing => (None, None),
        Found::OfAnotherDatabase(identity) => (None, Some(identity)),
        Found::ProductionNotes => return Err(production_database(app)),
        Found::Newer(newer) => return Err(newer.into()),
    };
    let holding = record::holds(target).await?;
    let loaded = record.as_ref().is_some_and(|record| record.loaded.is_some() && !record.of_0_1_0);
    let gone = if loaded { record::gone(target).await? } else { None };
    Ok(State { record, copied_from, holding, gone })
}

/// Whether the record names this app. A record that names another app is refused.
fn is_proven(app: &App<'_>, state: &State) -> Result<bool, Failure> {
    let recorded = state.record.as_ref().and_then(|record| record.app.as_deref());
    match (recorded, app.platform_name) {
        (Some(recorded), Some(name)) if recorded != name && !adopts(app) => {
            Err(of_another_app(app, recorded, name))
        }
        (Some(recorded), Some(name)) => Ok(recorded == name),
        _ => Ok(false),
    }
}

/// Whether the file lets a load replace what a database without a record holds: in review apps only.
pub(super) fn replaces(app: &App<'_>) -> bool {
    app.config.target.replace_existing && app.environment.review_app().is_one
}

/// Whether a person says that the database is the app's own.
pub(super) fn adopts(app: &App<'_>) -> bool {
    app.environment.get(ADOPT_VARIABLE).is_some_and(|value| {
        !["0", "false", "no"].contains(&value.trim().to_ascii_lowercase().as_str())
    })
}

/// A filled database without a record of ours: neither loaded nor migrated, unless a person says
/// otherwise.
pub(super) fn not_ours(app: &App<'_>, state: &State) -> Failure {
    let variable = &app.target_variable;
    let holding = state.holding.as_ref().map_or_else(String::new, ToString::to_string);
    let record = match state.copied_from {
        Some(other) => format!(
            "its record is about another database ({other}): this one was copied or upgraded"
        ),
        None => "it has no record of review-data".to_owned(),
    };
    Failure::new(format!(
        "the database of {} is not empty, and is not known to be its own",
        app.name
    ))
    .because(format!("it holds {holding}"))
    .because(record)
    .because("it is neither loaded nor migrated; nothing was touched")
    .because(format!(
        "possible causes:\n - {variable} is inherited from another app (app.json's env, or \
             the pipeline's config vars)\n - the app is older than the buildpack\n - the build, \
             or the app's own processes, made the tables before the first release{}",
        (app.causes)(app.directory)
            .not_empty
            .iter()
            .map(|step| format!("\n   this app migrates at {step}"))
            .collect::<Vec<_>>()
            .concat()
    ))
    .remedy(format!(
        "see first whose database {variable} leads to. If it is this app's own and its data is \
             to be kept, set this config var once, then deploy again:\n {}\nIf it is this app's \
             own and a load may replace its data, write into review-data.toml:\n [target]\n \
             existing = \"replace\"",
        set_config(app, &format!("{ADOPT_VARIABLE}=1"))
    ))
}

fn set_config(app: &App<'_>, assignment: &str) -> String {
    match app.platform_name {
        Some(name) => format!("heroku config:set {assignment} --app {name}"),
        None => assignment.to_owned(),
    }
}

/// The target may be neither the source nor a database that the source was loaded from. Where a
/// record shows that the target is the app's own, a source that does not answer is not needed.
async fn not_the_source(
    app: &App<'_>,
    target: &Writable,
    state: &State,
    own: &[String],
) -> Result<(), Failure> {
    let Ok(chosen) = app.environment.source_besides(app.config, own) else {
        return Ok(());
    };
    let Ok(source) = SourceUrl::parse(chosen.url.expose()) else {
        return Ok(());
    };
    let same = |why: String| {
        Failure::new("the target is the source")
            .because(why)
            .because(UNTOUCHED)
            .remedy(format!("let {} lead to the review app's own database", app.target_variable))
    };
    if source.0.is_same_place(&app.target.0) {
        return Err(same(format!("{} and {} are one address", source.0, app.target.0)));
    }
    let asked = async {
        let session = source.connect_to_ask().await.map_err(Failure::from)?;
        let own = record::identity(target).await?;
        let is_source = record::identity(&session).await? == own;
        Ok::<_, Failure>((is_source, record::came_from(&session, own, target).await?))
    };
    let why = match tokio::time::timeout(QUESTION_LIMIT, asked).await {
        Ok(Ok((true, _))) => {
            return Err(same(format!(
                "{} and {} lead to one database, by its system identifier and OID",
                source.0, app.target.0
            )));
        }
        Ok(Ok((false, Some(origin)))) => {
            return Err(Failure::new("the target is a database that the source was loaded from")
                .because(format!(
                    "the source's record names the database {} of {} among those that its rows \
                     came from, by its system identifier and OID",
                    origin.name, app.target.0
                ))
                .because(UNTOUCHED)
                .remedy(format!(
                    "let {} lead to the review app's own database",
                    app.target_variable
                )));
        }
        Ok(Ok((false, None))) => return Ok(()),
        Ok(Err(failure)) => failure,
        Err(_) => {
            Failure::new(format!("the source did not answer within {} s", QUESTION_LIMIT.as_secs()))
        }
    };
    // whoever loads asks again; an empty database cannot be the source that has the data
    if state.record.is_some() || state.holding.is_none() {
        return Ok(());
    }
    Err(why.because(format!(
        "without it, review-data cannot tell whether {} is the source's own database",
        app.target.0
    )))
}

fn named_by_app_json(variable: &str) -> Failure {
    inherited(variable)
        .because(format!(
            "app.json's env names {variable}: Heroku then gives the parent app's value to each \
             review app"
        ))
        .because(UNTOUCHED)
        .remedy(format!(
            "take {variable} out of app.json's env, then create the review app anew: its own \
             database then comes in {variable}"
        ))
}

fn attached_elsewhere(app: &App<'_>, variable: &str) -> Failure {
    let target = &app.target_variable;
    inherited(target)
        .because(format!(
            "this app's own database is attached as {variable}: it is empty, and the role of its \
             URL owns it; {target} leads to {}",
            app.target.0
        ))
        .because(UNTOUCHED)
        .remedy(format!(
            "take {target} out of app.json's env and out of the pipeline's config vars for review \
             apps, then create the review app anew; or let review-data use the own database, in \
             review-data.toml:\n [target]\n url = \"{variable}\""
        ))
}

fn inherited(variable: &str) -> Failure {
    let whose = if variable == DEFAULT_TARGET { "DATABASE_URL" } else { variable };
    Failure::wrong_use(format!("{whose} leads to another app's database, not to this review app's"))
}

fn of_another_app(app: &App<'_>, other: &str, name: &str) -> Failure {
    Failure::wrong_use(format!(
        "{} leads to another app's database, not to this review app's",
        app.target_variable
    ))
    .because(format!("its record says that it belongs to {other}; this app is {name}"))
    .because(UNTOUCHED)
    .remedy(format!(
        "let {} lead to the own database of {name}. If the app was renamed, set this config var \
         once:\n {}",
        app.target_variable,
        set_config(app, &format!("{ADOPT_VARIABLE}=1"))
    ))
}

fn production_database(app: &App<'_>) -> Failure {
    Failure::new(format!("{} leads to a production database", app.target_variable))
        .because(
            "its schema review_data holds the notes of production's releases \
             ([migrate.production]), and no record of a review app",
        )
        .because(UNTOUCHED)
        .remedy(format!(
            "let {} lead to the review app's own database: see app.json's env and the pipeline's \
             config vars",
            app.target_variable
        ))
}
