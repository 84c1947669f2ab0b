//! Production's releases with maintenance mode: only when migrations are pending, and whatever
//! happens, the app is put back into its former state.

mod apps;
mod every_way_out;
mod heroku;
mod locks;
mod others;
mod releases;

use crate::support::{AppDir, Outcome, Target, Tool};
use heroku::{Heroku, TOKEN, When};

/// A migration that makes a table, and the question whether it is there.
const MIGRATES: &str = r#"
[migrate]
command = "psql -X -q -v ON_ERROR_STOP=1 -c 'create table migrated ()' $DATABASE_URL"
check = "psql -X -q -A -t -c \"select 'is there' from pg_class where relname = 'migrated'\" $DATABASE_URL | grep -q 'is there'"

[migrate.production]
maintenance = true
"#;

/// An app in production, its database, and Heroku.
struct Shop {
    dir: AppDir,
    database: Target,
    heroku: Heroku,
}

impl Shop {
    fn with_config(config: &str) -> Self {
        Shop {
            dir: AppDir::empty().with("review-data.toml", config),
            database: Target::reused(),
            heroku: Heroku::with_shop(),
        }
    }

    fn that_migrates() -> Self {
        Shop::with_config(MIGRATES)
    }

    /// A shop whose migration runs this script first.
    fn that_runs(script: &str) -> Self {
        let config = MIGRATES.replace("command = \"psql", "command = \"sh before.sh && psql");
        let shop = Shop::with_config(&config);
        std::fs::write(shop.dir.path().join("before.sh"), script).expect("a script");
        shop
    }

    /// A command with what the platform sets.
    fn tool<const N: usize>(&self, arguments: [&str; N]) -> Tool {
        Tool::new(arguments)
            .in_dir(&self.dir)
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop")
            .env("HEROKU_API_URL", self.heroku.url())
            .env("HEROKU_API_KEY", TOKEN)
    }

    fn release(&self) -> Tool {
        self.tool(["release"])
    }

    fn restore(&self) -> Tool {
        self.tool(["maintenance", "restore"])
    }

    /// Kills a release outright, before or after a call of it took effect.
    fn is_killed_at(&self, call: usize, when: When) {
        let (reached, go_on) = self.heroku.holds(call, when);
        let run = self.release().start();
        reached.recv_timeout(HELD).expect("the call comes");
        run.signal("KILL");
        run.wait();
        drop(go_on);
    }

    fn is_migrated(&self) -> bool {
        self.database.ask("select count(*) from pg_class where relname = 'migrated'") == "1"
    }

    /// Whether anything of ours is in the database.
    fn has_note(&self) -> bool {
        self.database.ask("select count(*) from pg_namespace where nspname = 'review_data'") == "1"
    }
}

/// What was said, without what differs from run to run. A command has to write to standard error:
/// the order of what two pipes bring is not known.
fn steady(outcome: &Outcome) -> String {
    outcome.all.lines().map(without_times).fold(String::new(), |text, line| text + &line + "\n")
}

/// `(0.3 s)` as `(…)`
fn without_times(line: &str) -> String {
    match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" s)") && time.len() < 9 => format!("{before} (…)"),
        _ => line.to_owned(),
    }
}

/// No run may show the token.
#[track_caller]
fn keeps_the_token(outcome: Outcome) -> Outcome {
    outcome.not_saying(TOKEN)
}

/// How long a call may take to come, on the slowest of machines.
const HELD: std::time::Duration = std::time::Duration::from_secs(60);
