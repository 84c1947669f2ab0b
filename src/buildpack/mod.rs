//! The buildpack: what an app's files say, the decisions that follow, and the two ways in,
//! Cloud Native Buildpacks and classic Heroku.

mod app_json;
mod procfile;

pub use app_json::AppJson;
pub use procfile::{Dialect, Process, Procfile, calls_us};
