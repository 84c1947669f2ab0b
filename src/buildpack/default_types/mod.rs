//! Default process types on classic Heroku: a language's buildpack gives them to an app which does not
//! name them in its Procfile.
//!
//! Two things of ours can take them away. A Procfile that we make keeps some buildpacks from naming
//! theirs. And where ours is the last of the list, our `bin/release` counts instead of the language's.
//!
//! What Heroku's buildpacks do, as read in their `bin/compile` and `bin/release`:
//!
//! | buildpack, commit | without a Procfile | with one |
//! | --- | --- | --- |
//! | ruby 0c80c93 | release prints `rake`, `console`, of Rack and Rails apps `web` | the same |
//! | nodejs 4f394e9 | release prints `web: npm start` | the same, unless it has a type `mcp…` |
//! | php ff95c90 | compile writes one with `web`; release prints `web: heroku-php-apache2` | release prints the same |
//! | static d904458 | release prints `web: bin/boot` | the same |
//! | elixir 378538d (`HashNuke/heroku-buildpack-elixir`) | release prints `web: mix run --no-halt` | the same |
//! | phoenix-static 5bc13be (`gjaldon/heroku-buildpack-phoenix-static`) | release prints `web: elixir --sname server -S mix phx.server` | the same |
//! | java dce0dc3 | release prints `web` of known frameworks | nothing |
//! | gradle 9789908 | release prints `web` of known frameworks | nothing |
//! | scala 2d30263 | release prints `web` if one program is staged | nothing |
//! | clojure b1a76c7 | release prints `web` | nothing |
//! | go 1bc788f | compile writes one, a type for each main package | nothing |
//! | dotnet 0192243 | compile notes types, release prints them | nothing |
//! | python b4e7e72, nginx ba0e664, jvm-common 922540c | nothing | nothing |
//!
//! The types of the first group go into what our own `bin/release` prints, if the language's compile
//! has run: then ours may be the last. The types of the second group go into the Procfile that we make,
//! as a command that finds when the dyno starts what the language's `bin/release` finds after the
//! build. `tests/buildpack/languages.rs` has stand-ins that do what the table says.

mod after_compile;
mod found;
mod go;
mod without_procfile;

pub(super) use found::{DefaultTypes, SCRIPT_FILE};

use super::app::App;
use crate::migrate::frameworks::AppFiles;

/// The default types that an app would lose.
#[must_use]
pub(super) fn of(app: &App) -> DefaultTypes {
    let mut defaults = DefaultTypes::default();
    if let Some(found) = after_compile::find(&app.files) {
        defaults.told.push(format!("Default process types of {}'s buildpack stay", found.language));
        defaults.release = found.types;
    }
    if app.procfile.is_none() {
        without_procfile::find(&app.files, &mut defaults);
        if !is_known(&app.files) {
            defaults.told.push(UNKNOWN_LANGUAGE.to_owned());
        }
    }
    defaults
}

/// What a buildpack that we do not know names by default is lost where ours is the last.
const UNKNOWN_LANGUAGE: &str = "\
The language is not one whose default process types are known here. If its buildpack
names a web process, put review-data before it, or add a Procfile with that process.";

/// Whether one of the table's buildpacks takes the app.
fn is_known(files: &AppFiles) -> bool {
    const SIGNS: &[&str] = &[
        "Gemfile",
        "package.json",
        "composer.json",
        "index.php",
        "static.json",
        "mix.exs",
        "requirements.txt",
        "pyproject.toml",
        "Pipfile",
        "poetry.lock",
        "uv.lock",
        "setup.py",
        "manage.py",
        "app.py",
        "main.py",
    ];
    SIGNS.iter().any(|file| files.has(file)) || without_procfile::is_known(files)
}
