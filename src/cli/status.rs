//! `status`: what the app's database holds.

use super::app::App;
use super::arguments::{Format, Status};
use crate::failure::Failure;
use crate::postgres::TargetUrl;
use crate::report::{tell, tell_json};
use crate::setup;
use crate::setup::stop::{self, unless_stopped};

pub(super) fn run(arguments: &Status) -> Result<(), Failure> {
    let app = App::here()?;
    let to_set_up = match &arguments.target {
        Some(target) => app.with_target(TargetUrl(app.parse(target, "--target")?), "--target"),
        None => app.to_set_up()?,
    };
    let status = stop::block_on(async {
        let mut signals = stop::listen()?;
        unless_stopped(&mut signals, setup::status(&to_set_up))
            .await
            .map_err(|interruption| interruption.failure("nothing was written"))
    })?;
    match arguments.format {
        Format::Text => tell(&status.to_string()),
        Format::Json => tell_json(&status.json().map_err(|error| {
            Failure::new("cannot write the status as JSON").because(error.to_string())
        })?),
    }
}
