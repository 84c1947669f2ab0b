//! `maintenance restore`: by hand, what the next release would do first.

use super::app::App;
use super::arguments::Restore;
use crate::failure::Failure;
use crate::migrate::production;
use crate::setup::stop;

pub(super) fn restore(arguments: &Restore) -> Result<(), Failure> {
    let app = App::here()?;
    let review_app = app.environment.review_app();
    if review_app.is_one {
        return Err(Failure::wrong_use(format!("{} is a review app", app.name()))
            .because(format!(
                "{}; maintenance mode and dynos of review apps are never touched",
                review_app.because
            ))
            .remedy(
                "run it in production, such as by\n heroku run review-data maintenance restore",
            ));
    }
    let database = app.target()?;
    stop::block_on(async {
        let mut signals = stop::listen()?;
        let named = arguments.app.as_deref();
        production::restore(&app.config, &app.environment, &database, named, &mut signals).await
    })
}
