//! `postdeploy`: once, after a review app's first deploy.

use super::app::App;
use super::arguments::Postdeploy;
use crate::failure::Failure;
use crate::setup::{self, Occasion, stop};

pub(super) fn run(arguments: &Postdeploy) -> Result<(), Failure> {
    let app = App::to_run("postdeploy")?.masked_unless(arguments.no_mask);
    refuse_outside_review_app(&app, arguments)?;
    crate::load::check_key(&app.config)?;
    let occasion = Occasion::Postdeploy { replace: arguments.replace };
    stop::block_on(async {
        let mut signals = stop::listen()?;
        let app = setup::App { format: arguments.format.into(), ..app.to_set_up()? };
        Box::pin(setup::run(&app, occasion, &mut signals)).await
    })
}

fn refuse_outside_review_app(app: &App, arguments: &Postdeploy) -> Result<(), Failure> {
    let review_app = app.environment.review_app();
    if review_app.is_one || arguments.outside_review_app {
        return Ok(());
    }
    Err(Failure::wrong_use(format!("{} is not a review app", app.name()))
        .because(format!("{}; postdeploy fills a review app's database", review_app.because))
        .remedy(
            "set REVIEWAPP=true in a review app; elsewhere, if you mean it, say\n \
             review-data postdeploy --outside-review-app",
        ))
}
