//! Putting back what a note says, and what to do where that fails.

use super::clock::Clock;
use super::formation;
use super::note::{Note, Noted};
use super::platform::{Dyno, Patience, Platform, Update};
use super::platform_error::PlatformError;
use crate::failure::Failure;
use crate::migrate::signals::Signals;
use crate::report::say;
use std::time::Duration;

/// The pause between two looks at the dynos.
pub(super) const LOOK: Duration = Duration::from_secs(1);

/// What was put back is read again; where it does not hold, it is put back again, this often.
const ROUNDS: u32 = 3;

/// What could not be put back.
#[derive(Debug)]
pub(super) struct NotPutBack {
    why: Vec<String>,
    /// To be typed.
    commands: Vec<String>,
}

/// Puts dynos and maintenance mode back as the note says, except for what somebody else has
/// changed meanwhile. Dynos first: visitors are let in when there is somebody to serve them.
pub(super) async fn put_back(
    note: &Note,
    platform: &Platform,
    wait: Duration,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<(), NotPutBack> {
    let updates = dynos_back(note, platform, clock, signals).await?;
    if !updates.is_empty() {
        until_up(&updates, platform, wait, clock, signals).await;
    }
    if note.maintenance {
        say("maintenance mode stays on, as before the release");
        return Ok(());
    }
    let only_maintenance = |error: PlatformError| NotPutBack {
        why: vec![error.what.clone(), error.why()],
        commands: vec![maintenance_off(&platform.app)],
    };
    let app = platform.app(Patience::PuttingBack, signals).await.map_err(only_maintenance)?;
    if app.maintenance {
        platform
            .set_maintenance(false, Patience::PuttingBack, signals)
            .await
            .map_err(only_maintenance)?;
        clock.done("maintenance mode off");
    }
    Ok(())
}

/// Scales up again, and gives what was scaled.
async fn dynos_back(
    note: &Note,
    platform: &Platform,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<Vec<Update>, NotPutBack> {
    let mut scaled: Vec<Update> = Vec::new();
    if note.scaled().next().is_none() {
        return Ok(scaled);
    }
    let failed = |error: PlatformError| NotPutBack {
        why: vec![error.what.clone(), error.why()],
        commands: commands(note, &platform.app),
    };
    for round in 0..ROUNDS {
        let now = platform.formation(Patience::PuttingBack, signals).await.map_err(failed)?;
        let wanted = formation::put_back(note, &now);
        if round == 0 {
            wanted.left.iter().for_each(|left| say(left));
        }
        if wanted.updates.is_empty() {
            if !scaled.is_empty() {
                let scaled = scaled
                    .iter()
                    .map(|update| format!("{} 0 -> {}", update.process_type, update.quantity));
                clock.done(&format!("scaled up: {}", scaled.collect::<Vec<_>>().join(", ")));
            }
            return Ok(scaled);
        }
        platform.scale(&wanted.updates, Patience::PuttingBack, signals).await.map_err(failed)?;
        if round == 0 {
            scaled = wanted.updates;
        }
    }
    Err(NotPutBack {
        why: vec![format!(
            "the dynos of {} are still scaled to zero, though Heroku has taken {ROUNDS} requests to \
             scale them up",
            platform.app
        )],
        commands: commands(note, &platform.app),
    })
}

/// Waits until what was scaled up is up, or has crashed. A release that must stop has no
/// time for it.
async fn until_up(
    scaled: &[Update],
    platform: &Platform,
    wait: Duration,
    clock: &mut Clock,
    signals: &mut Signals,
) {
    while signals.heard().is_none() {
        let dynos = match platform.dynos(Patience::PuttingBack, signals).await {
            Ok(dynos) => dynos,
            Err(error) => {
                say(&format!("warning: cannot tell whether the dynos are up: {}", error.why()));
                return;
            }
        };
        let (starting, crashed) = progress(scaled, &dynos);
        if starting == 0 {
            match crashed.as_slice() {
                [] => clock.done("all dynos are up"),
                crashed => {
                    clock.done(&format!("warning: crashed on start: {}", crashed.join(", ")));
                }
            }
            return;
        }
        if clock.step() > wait {
            clock.done(&format!("warning: {starting} of the dynos are not up yet; not waiting"));
            return;
        }
        clock.goes_on(|| format!("waiting for {starting} dynos to be up"));
        if signals.pause(LOOK).await.is_err() {
            return;
        }
    }
}

/// How many dynos are yet to come up, and which have crashed.
fn progress(scaled: &[Update], dynos: &[Dyno]) -> (usize, Vec<String>) {
    let mut starting = 0;
    let mut crashed = Vec::new();
    for update in scaled {
        let of_type = || dynos.iter().filter(|dyno| dyno.process_type == update.process_type);
        let up = of_type().filter(|dyno| matches!(dyno.state.as_str(), "up" | "idle")).count();
        let down: Vec<String> = of_type()
            .filter(|dyno| dyno.state == "crashed")
            .map(|dyno| dyno.name.clone())
            .collect();
        starting +=
            usize::try_from(update.quantity).unwrap_or(usize::MAX).saturating_sub(up + down.len());
        crashed.extend(down);
    }
    (starting, crashed)
}

/// What a person would type to make the note good.
fn commands(note: &Note, app: &str) -> Vec<String> {
    let part = |noted: &Noted| {
        let size = noted.size.as_ref().map_or_else(String::new, |size| format!(":{size}"));
        format!("{}={}{size}", noted.process_type, noted.quantity)
    };
    let scale = note.scaled().map(part).collect::<Vec<_>>().join(" ");
    let mut commands = Vec::new();
    if !scale.is_empty() {
        commands.push(format!("heroku ps:scale {scale} -a {app}"));
    }
    if !note.maintenance {
        commands.push(maintenance_off(app));
    }
    commands
}

fn maintenance_off(app: &str) -> String {
    format!("heroku maintenance:off -a {app}")
}

impl NotPutBack {
    /// The failure of the whole, with what else there is to say.
    pub(super) fn failure(self, app: &str, migrations: &str) -> Failure {
        let failure =
            Failure::new(format!("{app} is not restored to its state before the migrations"));
        let failure = self.why.into_iter().fold(failure, Failure::because).because(migrations);
        let typed = self.commands.join("\n ");
        failure
            .because("the note of what it was like stays in the database, for the next release")
            .remedy(format!(
                "type\n {typed}\nor, once Heroku's API answers again,\n review-data maintenance restore"
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(process_type: &str, quantity: u32, size: Option<&str>, scaled: bool) -> Noted {
        let size = size.map(str::to_owned);
        Noted { process_type: process_type.to_owned(), quantity, size, scaled }
    }

    #[test]
    fn where_it_fails_the_reader_is_told_what_to_type() {
        let note = Note {
            formation: vec![
                noted("web", 2, Some("standard-1X"), true),
                noted("worker", 1, None, true),
                noted("clock", 1, Some("basic"), false),
            ],
            ..Note::default()
        };
        let not_put_back = NotPutBack {
            why: vec![
                "cannot scale the dynos of shop".to_owned(),
                "PATCH …: status 503".to_owned(),
            ],
            commands: commands(&note, "shop"),
        };
        insta::assert_snapshot!(not_put_back.failure("shop", "the migrations have run"));
        let kept = Note { maintenance: true, ..note };
        assert_eq!(commands(&kept, "shop"), ["heroku ps:scale web=2:standard-1X worker=1 -a shop"]);
        assert_eq!(commands(&Note::default(), "shop"), ["heroku maintenance:off -a shop"]);
    }

    #[test]
    fn dynos_come_up_or_crash() {
        let update = |process_type: &str, quantity| Update {
            process_type: process_type.to_owned(),
            quantity,
            size: None,
        };
        let dyno = |name: &str, state: &str| Dyno {
            name: name.to_owned(),
            process_type: name.split('.').next().unwrap().to_owned(),
            state: state.to_owned(),
        };
        let scaled = [update("web", 2), update("worker", 1)];
        assert_eq!(progress(&scaled, &[]), (3, vec![]));
        let dynos = [
            dyno("web.1", "up"),
            dyno("web.2", "starting"),
            dyno("worker.1", "crashed"),
            dyno("release.7", "up"),
        ];
        assert_eq!(progress(&scaled, &dynos), (1, vec!["worker.1".to_owned()]));
        let dynos = [dyno("web.1", "up"), dyno("web.2", "idle"), dyno("worker.1", "up")];
        assert_eq!(progress(&scaled, &dynos), (0, vec![]));
    }
}
