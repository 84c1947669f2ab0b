//! PRODUCT.md's story, from a build to the last push, for apps of three kinds and both ways in: the
//! processes are started as the platforms start them, on real servers.

use crate::apps::App;
use crate::package::{Lifecycle, Run, Slug};
use crate::support::{OWNER, Source, Target, python, servers};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a story is about.
struct Plot {
    fixture: &'static str,
    /// Python packages that the app needs.
    requirements: Option<&'static str>,
    /// Production's rows, put into the tables that its own migrations make.
    rows: &'static str,
    /// A table, and how many rows of it the review app has.
    table: (&'static str, std::ops::RangeInclusive<u64>),
    /// The number of migrations that have run.
    migrations: &'static str,
    /// The pull request's migrations, a file each: one that is there when the review app is made,
    /// one of a later push, and one that fails.
    pull_request: [(&'static str, &'static str); 3],
    /// Whether the column of the first and of the second is there.
    columns: [&'static str; 2],
}

/// A built app on either platform.
enum Deployed {
    CloudNative(Box<crate::package::Built>, App),
    Classic(Slug),
}

impl Deployed {
    fn cloud_native(app: App) -> Self {
        let built = Lifecycle::new().with_group(&["heroku/procfile", "review-data/review-data"]);
        Deployed::CloudNative(Box::new(built.build(&app).succeeded()), app)
    }

    fn classic(app: &App) -> Self {
        let slug = Slug::of(app);
        slug.compile().succeeded();
        Deployed::Classic(slug)
    }

    /// A process type, with what the platform sets.
    fn start(&self, process_type: &str, path: &str) -> Command {
        let mut command = match self {
            Deployed::CloudNative(built, app) => built.launch(process_type, app, path),
            Deployed::Classic(slug) => slug.dyno(process_type, path),
        };
        command.env("LANG", "C.UTF-8");
        command
    }
}

impl Plot {
    fn app(&self, migrations: usize) -> App {
        self.pull_request[..migrations]
            .iter()
            .fold(App::fixture(self.fixture), |app, (file, text)| app.with(file, text))
    }

    /// Plays it, building each push by `deploy`.
    fn play(&self, deploy: impl Fn(App) -> Deployed) {
        let python = self.requirements.map(python);
        let path = [python, Some(clients())];
        let path: Vec<String> =
            path.iter().flatten().map(|directory| directory.display().to_string()).collect();
        let path = format!("{}:/usr/bin:/bin", path.join(":"));

        // Production: the first release makes the tables, then life fills them.
        let production = Target::empty();
        let main = deploy(self.app(0));
        Run::of(main.start("release", &path).env("DATABASE_URL", production.url())).succeeded();
        assert_eq!(production.ask(self.migrations), "0", "{}: only main's", self.fixture);
        production.run(self.rows);
        let follower = Source::from_sql(&dump(&production));

        // The pull request's review app.
        let review = Target::empty();
        let in_review = |deployed: &Deployed, process_type: &str| {
            let mut command = deployed.start(process_type, &path);
            command.env("DATABASE_URL", review.url()).env("HEROKU_APP_NAME", "shop-pr-7");
            command.env("REVIEWAPP", "true").env("HEROKU_PR_NUMBER", "7");
            command.env("REVIEW_DATA_SOURCE_URL", follower.url());
            command.env("HEROKU_POSTGRESQL_PINK_URL", follower.url());
            Run::of(&mut command)
        };
        let pushed = deploy(self.app(1));
        in_review(&pushed, "release").succeeded();
        let app = review.contents().into_iter().filter(|object| !object.contains("review_data"));
        assert_eq!(app.collect::<Vec<_>>(), Vec::<String>::new(), "postdeploy has yet to come");
        assert_eq!(review.ask("select awaited_empty from review_data.setup"), "t");
        in_review(&pushed, "postdeploy").succeeded();
        let (table, rows) = &self.table;
        let subset = review.superuser().count(&format!("select count(*) from {table}"));
        assert!(rows.contains(&subset), "{subset} rows of {table}, not {rows:?}");
        assert_eq!(review.ask(self.migrations), "1");
        assert_eq!(review.ask(self.columns[0]), "1");

        // A second push only migrates, and the data stays.
        in_review(&deploy(self.app(2)), "release").succeeded();
        assert_eq!(review.ask(self.migrations), "2");
        assert_eq!(review.ask(self.columns[1]), "1");
        let after = review.superuser().count(&format!("select count(*) from {table}"));
        assert_eq!(after, subset);

        // A push whose migration fails is refused.
        let refused = in_review(&deploy(self.app(3)), "release");
        refused.failed(1).saying("Database migrations failed in shop-pr-7");
        assert_eq!(review.ask(self.migrations), "2");

        // And production's next release takes the pull request's migrations.
        let merged = deploy(self.app(2));
        Run::of(merged.start("release", &path).env("DATABASE_URL", production.url())).succeeded();
        assert_eq!(production.ask(self.migrations), "2");
        follower.drop();
        review.drop();
        production.drop();
    }
}

/// Where PostgreSQL's own client programs are.
pub(crate) fn clients() -> PathBuf {
    let psql = servers().target.client("psql", "postgres");
    Path::new(psql.get_program()).parent().unwrap().to_path_buf()
}

/// A database as SQL.
pub(crate) fn dump(database: &Target) -> String {
    let mut pg_dump = servers().target.client("pg_dump", &database.name);
    let output = pg_dump.args(["--no-owner", "--no-privileges"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // What newer clients write for psql alone is left out by none: psql reads it.
    String::from_utf8(output.stdout).unwrap()
}

const PYRAMID: Plot = Plot {
    fixture: "pyramid-shop",
    requirements: Some("pyramid-shop/requirements.txt"),
    rows: include_str!("pyramid-rows.sql"),
    table: ("people", 1..=399),
    migrations:
        "select case version_num when '0006' then 0 when '0007' then 1 when '0008' then 2 end
        from alembic_version",
    pull_request: [
        (
            "myapp/migrations/versions/0007_nickname.py",
            "from alembic import op\nrevision = '0007'\ndown_revision = '0006'\n\
             def upgrade():\n    op.execute('alter table people add nickname text')\n",
        ),
        (
            "myapp/migrations/versions/0008_shade.py",
            "from alembic import op\nrevision = '0008'\ndown_revision = '0007'\n\
             def upgrade():\n    op.execute('alter table people add shade text')\n",
        ),
        (
            "myapp/migrations/versions/0009_impossible.py",
            "from alembic import op\nrevision = '0009'\ndown_revision = '0008'\n\
             def upgrade():\n    op.execute('alter table people add constraint no check (false)')\n",
        ),
    ],
    columns: [
        "select count(*) from pg_attribute where attrelid = 'people'::regclass and attname = 'nickname'",
        "select count(*) from pg_attribute where attrelid = 'people'::regclass and attname = 'shade'",
    ],
};

const DJANGO: Plot = Plot {
    fixture: "django",
    requirements: Some("django/requirements.txt"),
    rows: "insert into shop_customer (id, name) overriding system value
               select i, 'customer ' || i from generate_series(1, 400) i;
           insert into shop_order (customer_id, placed)
               select 1 + i % 400, now() from generate_series(1, 2000) i;",
    // it has no configuration, and all of it fits the default budget
    table: ("shop_order", 2000..=2000),
    migrations: "select count(*) - 1 from django_migrations",
    pull_request: [
        (
            "shop/migrations/0002_nickname.py",
            "from django.db import migrations\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    \
             operations = [migrations.RunSQL('alter table shop_customer add nickname text')]\n",
        ),
        (
            "shop/migrations/0003_shade.py",
            "from django.db import migrations\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '0002_nickname')]\n    \
             operations = [migrations.RunSQL('alter table shop_customer add shade text')]\n",
        ),
        (
            "shop/migrations/0004_impossible.py",
            "from django.db import migrations\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '0003_shade')]\n    \
             operations = [migrations.RunSQL('alter table shop_customer add check (false)')]\n",
        ),
    ],
    columns: [
        "select count(*) from pg_attribute where attrelid = 'shop_customer'::regclass and attname = 'nickname'",
        "select count(*) from pg_attribute where attrelid = 'shop_customer'::regclass and attname = 'shade'",
    ],
};

const PLAIN_SQL: Plot = Plot {
    fixture: "plain-sql",
    requirements: None,
    rows: "insert into customers select i, 'customer ' || i from generate_series(1, 400) i;
           insert into orders select i, 1 + i % 400 from generate_series(1, 2000) i;",
    table: ("orders", 1..=1999),
    migrations: "select count(*) - 1 from schema_migrations",
    pull_request: [
        (
            "db/migrations/20240202000000_nickname.sql",
            "-- migrate:up\nalter table customers add nickname text;\n-- migrate:down\n",
        ),
        (
            "db/migrations/20240303000000_shade.sql",
            "-- migrate:up\nalter table customers add shade text;\n-- migrate:down\n",
        ),
        (
            "db/migrations/20240404000000_impossible.sql",
            "-- migrate:up\nalter table customers add check (false);\n-- migrate:down\n",
        ),
    ],
    columns: [
        "select count(*) from pg_attribute where attrelid = 'customers'::regclass and attname = 'nickname'",
        "select count(*) from pg_attribute where attrelid = 'customers'::regclass and attname = 'shade'",
    ],
};

#[test]
fn a_pyramid_app_on_cloud_native_buildpacks() {
    PYRAMID.play(Deployed::cloud_native);
}

#[test]
fn a_pyramid_app_on_classic_heroku() {
    PYRAMID.play(|app| Deployed::classic(&app));
}

#[test]
fn a_django_app_on_cloud_native_buildpacks() {
    DJANGO.play(Deployed::cloud_native);
}

#[test]
fn a_django_app_on_classic_heroku() {
    DJANGO.play(|app| Deployed::classic(&app));
}

#[test]
fn a_plain_sql_app_on_cloud_native_buildpacks() {
    PLAIN_SQL.play(Deployed::cloud_native);
}

#[test]
fn a_plain_sql_app_on_classic_heroku() {
    PLAIN_SQL.play(|app| Deployed::classic(&app));
}

#[test]
fn a_passwords_role_is_the_ordinary_owner() {
    // The stories would prove little as superuser.
    let target = Target::empty();
    assert_eq!(target.as_owner().ask("select current_user"), OWNER.name);
    assert_eq!(
        target.as_owner().ask("select usesuper from pg_user where usename = current_user"),
        "f"
    );
    target.drop();
}
