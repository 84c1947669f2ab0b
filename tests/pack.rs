//! The buildpack in `pack build`, and its processes in containers, with a real database.
//!
//! These need `pack` and a running Docker, so they are ignored unless asked for:
//!
//! ```sh
//! cargo test --test pack -- --ignored
//! ```
//!
//! - `REVIEW_DATA_BUILDER`: the builder; `heroku/builder:24` where not set. `scripts/builder` makes
//!   one on a machine that can pull no image.
//! - `REVIEW_DATA_PROCFILE_BUILDPACK`: the Procfile buildpack to put into the order, an id of the
//!   builder's or a directory; `heroku/procfile` with Heroku's builders, else a stand-in.
//! - `REVIEW_DATA_TARGET`: the target that the buildpack is compiled for;
//!   `x86_64-unknown-linux-musl` where not set.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should end there")]
#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

#[path = "support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the harness serves the promises; here are its servers"
)]
mod support;

use libcnb_test::{
    BuildConfig, BuildpackReference, ContainerConfig, PackResult, TestContext, TestRunner,
};
use std::path::Path;
use std::time::Duration;
use support::{OWNER, READER, Role, Source, Target, servers};

const APP: &str = "tests/fixtures/apps/plain-sql";

/// Where the servers' sockets are in the containers.
const SOCKETS: &str = "/sockets";

/// A build phase of ours takes at most this long.
const LIMIT: Duration = Duration::from_millis(500);

fn builder() -> String {
    variable("REVIEW_DATA_BUILDER", "heroku/builder:24")
}

fn target() -> String {
    variable("REVIEW_DATA_TARGET", "x86_64-unknown-linux-musl")
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or(default.to_owned())
}

fn procfile_buildpack() -> BuildpackReference {
    let stand_in = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/buildpacks/procfile");
    let default = if builder().starts_with("heroku/") { "heroku/procfile" } else { stand_in };
    BuildpackReference::Other(variable("REVIEW_DATA_PROCFILE_BUILDPACK", default))
}

/// The app, with these buildpacks; `change` is made to a copy of it.
fn build_of(buildpacks: Vec<BuildpackReference>, change: impl Fn(&Path) + 'static) -> BuildConfig {
    let mut config = BuildConfig::new(builder(), APP);
    config
        .buildpacks(buildpacks)
        .target_triple(target())
        .app_dir_preprocessor(move |app| change(&app));
    config
}

/// libcnb-test names a container's platform for the musl targets only; by then the build is over.
fn containers_can_start(context: &mut TestContext) {
    let machine = if target().starts_with("aarch64") { "aarch64" } else { "x86_64" };
    context.config.target_triple(format!("{machine}-unknown-linux-musl"));
}

/// A server's address as a container sees it: through the mounted socket.
fn socket_url(role: &Role, port: u16, database: &str) -> String {
    let host = SOCKETS.replace('/', "%2F");
    format!("postgres://{}:{}@{host}:{port}/{database}", role.name, role.encoded_password())
}

/// Production as the app's first migration makes it, and a review app's empty database.
struct Databases {
    follower: Source,
    review: Target,
}

impl Databases {
    fn new() -> Self {
        let follower = Source::from_sql(
            "create table customers (id bigint primary key, name text not null);
             create table orders (
                 id bigint primary key, customer_id bigint not null references customers (id));
             create table schema_migrations (version varchar(128) primary key);
             insert into schema_migrations values ('20240101000000');
             insert into customers select i, 'customer ' || i from generate_series(1, 400) i;
             insert into orders select i, 1 + i % 400 from generate_series(1, 2000) i;",
        );
        Databases { follower, review: Target::empty() }
    }

    /// Starts a process type in a container and returns what it says.
    fn run(&self, context: &TestContext, process_type: &str) -> String {
        let servers = servers();
        let mut config = ContainerConfig::new();
        config
            .entrypoint(process_type)
            .bind_mount(&servers.target.socket_dir, SOCKETS)
            .env("DATABASE_URL", socket_url(&OWNER, servers.target.port, &self.review.name))
            .env(
                "REVIEW_DATA_SOURCE_URL",
                socket_url(&READER, servers.standby.port, &self.follower.name),
            )
            .env("REVIEWAPP", "true")
            .env("HEROKU_APP_NAME", "shop-pr-7");
        let mut said = String::new();
        context.start_container(&config, |container| {
            let logs = container.logs_wait();
            said = format!("{}{}", logs.stdout, logs.stderr);
        });
        said
    }

    /// The first release notes that it ran, and loads nothing.
    fn waits_for_postdeploy(&self, context: &TestContext) {
        let said = self.run(context, "release");
        assert!(said.contains("postdeploy will set up the database"), "{said}");
        let tables = self.review.ask(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.oid >= 16384 and c.relkind = 'r' and n.nspname <> 'review_data'",
        );
        assert_eq!(tables, "0", "{said}");
    }

    fn migrations(&self) -> String {
        self.review.ask("select string_agg(version, ' ' order by version) from schema_migrations")
    }
}

/// The pull request's migration.
fn with_a_pull_request(app: &Path) {
    std::fs::write(
        app.join("db/migrations/20240202000000_nickname.sql"),
        "-- migrate:up\nalter table customers add nickname text;\n-- migrate:down\n",
    )
    .unwrap();
}

/// `Done (finished in < 0.1s)`, as a time.
fn time_of_ours(pack_output: &str) -> Duration {
    let after = pack_output.split("Done (finished in ").nth(1).expect("our build's last line");
    let seconds = after.trim_start_matches("< ").split('s').next().unwrap();
    Duration::from_secs_f64(seconds.parse().unwrap())
}

#[test]
#[ignore = "needs pack and Docker: see scripts/builder, then cargo test --test pack -- --ignored"]
fn a_review_app_is_set_up_by_its_image() {
    let order = vec![procfile_buildpack(), BuildpackReference::CurrentCrate];
    TestRunner::default().build(build_of(order, with_a_pull_request), |mut context| {
        containers_can_start(&mut context);
        assert!(context.pack_stdout.contains("Migration command: bin/migrate |"));
        assert!(!context.pack_stdout.contains("replaces ours"), "{}", context.pack_stdout);
        assert!(time_of_ours(&context.pack_stdout) <= LIMIT, "{}", context.pack_stdout);
        let processes = context.run_shell_command("ls /cnb/process").stdout;
        let processes: Vec<&str> = processes.split_whitespace().collect();
        assert_eq!(processes, ["postdeploy", "release", "web"]);

        let databases = Databases::new();
        databases.waits_for_postdeploy(&context);
        let said = databases.run(&context, "postdeploy");
        let orders = databases.review.superuser().try_rows("select 1 from orders");
        let orders = orders.unwrap_or_else(|error| panic!("{error}\n{said}")).len();
        assert!(orders > 0 && orders < 2000, "{orders} orders\n{said}");
        assert_eq!(databases.migrations(), "20240101000000 20240202000000", "{said}");
        let said = databases.run(&context, "release");
        assert_eq!(databases.migrations(), "20240101000000 20240202000000", "{said}");
    });
}

#[test]
#[ignore = "needs pack and Docker: see scripts/builder, then cargo test --test pack -- --ignored"]
fn a_procfile_buildpack_after_us_is_told_and_the_mended_app_works() {
    let order = || vec![BuildpackReference::CurrentCrate, procfile_buildpack()];
    TestRunner::default().build(build_of(order(), |_| {}), |context| {
        let said = format!("{}{}", context.pack_stdout, context.pack_stderr);
        assert!(said.contains("The Procfile's release replaces ours"), "{said}");
    });
    let mended = |app: &Path| {
        std::fs::write(app.join("Procfile"), "web: true\nrelease: review-data release\n").unwrap();
        let config = "[migrate]\ncommand = \"bin/migrate\"\n";
        std::fs::write(app.join("review-data.toml"), config).unwrap();
    };
    TestRunner::default().build(build_of(order(), mended), |mut context| {
        containers_can_start(&mut context);
        let said = format!("{}{}", context.pack_stdout, context.pack_stderr);
        assert!(!said.contains("replaces ours"), "{said}");
        let databases = Databases::new();
        databases.waits_for_postdeploy(&context);
        let said = databases.run(&context, "postdeploy");
        assert_eq!(databases.migrations(), "20240101000000", "{said}");
    });
}

#[test]
#[ignore = "needs pack and Docker: see scripts/builder, then cargo test --test pack -- --ignored"]
fn a_rebuild_reuses_our_layer() {
    let order = vec![procfile_buildpack(), BuildpackReference::CurrentCrate];
    let config = build_of(order, |_| {});
    TestRunner::default().build(&config, |context| {
        context.rebuild(&config, |context| {
            let reused = "Reusing layer 'review-data/review-data:review-data'";
            assert!(context.pack_stdout.contains(reused), "{}", context.pack_stdout);
        });
    });
}

#[test]
#[ignore = "needs pack and Docker: see scripts/builder, then cargo test --test pack -- --ignored"]
fn a_broken_configuration_fails_the_build_with_our_message() {
    let broken = |app: &Path| {
        std::fs::write(app.join("review-data.toml"), "[migrate]\ncomand = \"x\"\n").unwrap();
    };
    let mut config = build_of(vec![BuildpackReference::CurrentCrate], broken);
    config.expected_pack_result(PackResult::Failure);
    TestRunner::default().build(config, |context| {
        // the message fits 80 columns
        let said = format!("{}{}", context.pack_stdout, context.pack_stderr);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("review-data.toml:2:1: unknown key \"comand\""), "{said}");
        assert!(said.contains("did you mean \"command\"?"), "{said}");
    });
}

#[test]
#[ignore = "needs pack and Docker: see scripts/builder, then cargo test --test pack -- --ignored"]
fn the_cnb_file_that_is_released_builds_an_app() {
    let root = env!("CARGO_MANIFEST_DIR");
    let machine = if target().starts_with("aarch64") { "arm64" } else { "amd64" };
    let file =
        format!("{root}/packaged/dist/review-data-{}-{machine}.cnb", env!("CARGO_PKG_VERSION"));
    // with pack on PATH, scripts/package makes it
    let mut package = std::process::Command::new(format!("{root}/scripts/package"));
    assert!(package.args(["--target", &target()]).status().unwrap().success(), "scripts/package");
    let order = vec![procfile_buildpack(), BuildpackReference::Other(file)];
    TestRunner::default().build(build_of(order, |_| {}), |context| {
        assert!(context.pack_stdout.contains("Migration command: bin/migrate |"));
        let processes = context.pack_stdout.contains("postdeploy");
        assert!(processes, "{}", context.pack_stdout);
    });
}
