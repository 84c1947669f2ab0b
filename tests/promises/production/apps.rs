//! Real frameworks: what they say of pending migrations, and the set-up of 2019 to the letter.

use super::heroku::{Heroku, TOKEN};
use super::steady;
use crate::support::{Outcome, Target, Tool, clients, python};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of an app of the fixtures, in production.
struct Deployed {
    dir: tempfile::TempDir,
    database: Target,
    heroku: Heroku,
    path: String,
}

impl Deployed {
    fn fixture(name: &str, config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/apps").join(name);
        let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(dir.path()).status();
        assert!(copied.expect("cp").success());
        std::fs::write(dir.path().join("review-data.toml"), config).expect("a file");
        let programs = python(&format!("{name}/requirements.txt"));
        let path = format!("{}:{}:/usr/bin:/bin", programs.display(), clients().display());
        Deployed { dir, database: Target::reused(), heroku: Heroku::with_shop(), path }
    }

    fn with(&self, file: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(file);
        std::fs::write(&path, text).expect("a file");
        path
    }

    fn release(&self, command: &str) -> Tool {
        Tool::new(["release"])
            .in_path(self.dir.path())
            .env("PATH", &self.path)
            .env("LANG", "C.UTF-8")
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop")
            .env("HEROKU_API_URL", self.heroku.url())
            .env("MIGRATE_API_SECRET_HEROKU", TOKEN)
            .env("REVIEW_DATA_MIGRATE_COMMAND", command)
    }

    /// A release with something pending: the app was down, and is up again.
    fn migrates(&self, command: &str) -> Outcome {
        let before = (self.heroku.shown(), self.heroku.changes().len());
        let outcome = self.release(command).run().succeeded().saying("migrations are pending\n");
        let outcome = outcome.saying("maintenance mode on");
        assert_eq!(self.heroku.changes().len(), before.1 + 4, "{outcome}");
        assert_eq!(self.heroku.shown(), before.0, "{outcome}");
        outcome
    }

    /// A release with nothing pending.
    fn does_nothing(&self, command: &str) {
        let before = self.heroku.calls().len();
        let outcome = self.release(command).run().succeeded();
        let outcome = outcome.saying("no migrations are pending: nothing to do");
        assert_eq!(self.heroku.calls().len(), before, "{outcome}");
    }
}

const MAINTENANCE: &str = "[migrate.production]\nmaintenance = true\n";

const ALEMBIC: &str = "alembic -c etc/production.ini -n app:myapp upgrade head";

fn revision(name: &str, down: &str, rest: &str, sql: &str) -> String {
    format!(
        "from alembic import op\nrevision = '{name}'\ndown_revision = {down}\n{rest}\n\
         def upgrade():\n    op.execute('{sql}')\n"
    )
}

/// `python -m pyramid_heroku.migrate myapp etc/production.ini app:myapp`, in our words.
#[test]
fn the_command_of_2019_has_the_same_effects_in_the_same_order() {
    let app = Deployed::fixture(
        "pyramid-shop",
        &format!(
            "[migrate]\ncommand = \"{ALEMBIC}\"\n{MAINTENANCE}app = \"shop\"\n\
             token = \"MIGRATE_API_SECRET_HEROKU\"\n"
        ),
    );
    let outcome = app.migrates("");
    insta::assert_snapshot!(
        app.heroku.changes().join("\n"),
        @r"
    PATCH app maintenance=true
    PATCH formation web=0 worker=0 clock=0
    PATCH formation web=2:Standard-1X worker=1:Standard-2X clock=1:Standard-1X
    PATCH app maintenance=false
    "
    );
    assert_eq!(app.database.ask("select version_num from alembic_version"), "0006");
    let at = |text: &str| {
        let found = outcome.all.lines().position(|line| line.contains(text));
        found.unwrap_or_else(|| panic!("no {text:?} in {}", steady(&outcome)))
    };
    assert!(at("their dynos have stopped") < at("Running upgrade"), "{outcome}");
    assert!(at("-> 0006") < at("scaled up"), "{outcome}");
    app.does_nothing("");
}

#[test]
fn alembic_with_several_branches() {
    let app = Deployed::fixture("pyramid-shop", MAINTENANCE);
    let command = ALEMBIC.replace("head", "heads");
    app.migrates(&command);
    app.does_nothing(&command);
    app.does_nothing(ALEMBIC);
    let version = |file: &str, text: &str| {
        app.with(&format!("myapp/migrations/versions/{file}.py"), text);
    };
    // Another branch, and one more revision on the first: either alone is pending.
    let label = "branch_labels = ('stock',)";
    version("s1", &revision("s1", "None", label, "create table stock (id int)"));
    app.migrates(&command);
    app.does_nothing(&command);
    version("0007", &revision("0007", "'0006'", "", "alter table people add nickname text"));
    app.migrates(&command);
    version("s2", &revision("s2", "'s1'", "", "alter table stock add colour text"));
    app.migrates(&command);
    app.does_nothing(&command);
    // A revision that depends on the other branch: its head is then implied by this one.
    let depends = "depends_on = ('s2',)";
    version("0008", &revision("0008", "'0007'", depends, "alter table people add colour text"));
    app.migrates(&command);
    assert_eq!(
        app.database.ask("select string_agg(version_num, ' ') from alembic_version"),
        "0008"
    );
    app.does_nothing(&command);
    // A word in the output that is not a revision does not hide one.
    let env = app.dir.path().join("myapp/migrations/env.py");
    let text = std::fs::read_to_string(&env).expect("env.py");
    std::fs::write(&env, format!("print('at the head of the line')\n{text}")).expect("a file");
    version("0009", &revision("0009", "'0008'", "", "alter table people add shade text"));
    app.migrates(&command);
}

#[test]
fn alembic_that_cannot_answer_is_treated_as_pending() {
    let app = Deployed::fixture("pyramid-shop", MAINTENANCE);
    let before = app.heroku.shown();
    app.with("myapp/migrations/versions/broken.py", "this is no python\n");
    let outcome = app.release(ALEMBIC).run().failed(1);
    let outcome = outcome.saying("cannot tell whether migrations are pending (alembic -c etc");
    outcome.saying("treating them as pending").saying("shop is restored");
    assert_eq!(app.heroku.shown(), before);
}

#[test]
fn django() {
    let app = Deployed::fixture("django", MAINTENANCE);
    let command = "python manage.py migrate --noinput";
    app.migrates(command);
    app.does_nothing(command);
    app.with(
        "shop/migrations/0002_nickname.py",
        "from django.db import migrations\n\
         class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    \
         operations = [migrations.RunSQL('alter table shop_customer add nickname text')]\n",
    );
    app.migrates("python ./manage.py migrate --no-input");
    app.does_nothing(command);
}

/// A command that does more than migrate is never skipped.
#[test]
fn a_command_that_does_more_is_run_each_time() {
    let app = Deployed::fixture("django", MAINTENANCE);
    let command = "python manage.py migrate --noinput && touch more";
    for _ in 0..2 {
        let outcome = app.release(command).run().succeeded();
        outcome.saying("none that we know a check for").saying("treating them as pending");
        std::fs::remove_file(app.dir.path().join("more")).expect("it ran");
    }
}
