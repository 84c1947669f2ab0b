use super::*;
use std::fmt::Write as _;

/// Parts, a line each: the effect's letter, the command, its place, condition and what hides it.
fn told(line: &str, files: &[(&str, &str)]) -> String {
    let app = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = app.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let reading = read(line, &AppFiles::new(app.path()));
    let mut told = String::new();
    for part in &reading.parts {
        let letter = match &part.effect {
            Effect::Ours(_) => 'O',
            Effect::Migrates => 'M',
            Effect::Pushes => 'P',
            Effect::Creates => 'T',
            Effect::Fills => 'F',
            Effect::CreatesUser => 'U',
            Effect::Empties(_) => 'E',
            Effect::Copies => 'C',
            Effect::Loses(_) => 'L',
            Effect::Nothing => '-',
            Effect::Unknown => '?',
        };
        let _ = write!(told, "{letter} {}", part.shown());
        for condition in &part.conditions {
            let _ = write!(told, " if[{} {:?}]", condition.text, condition.in_review);
        }
        if let Some(hidden) = &part.hidden {
            let _ = write!(told, " hidden:{hidden:?}");
        }
        told.push('\n');
    }
    if reading.partial {
        told.push_str("partial\n");
    }
    told
}

/// The letters alone.
fn letters(line: &str) -> String {
    let told = told(line, &[]);
    told.lines().filter_map(|line| line.chars().next()).collect()
}

#[test]
fn commands_are_told_by_what_they_do() {
    for (line, expected) in [
        ("rake db:migrate && rake db:seed", "MF"),
        ("bundle exec rake db:schema:load db:seed search:reindex", "EF?"),
        ("bin/rails db:setup", "EF"),
        ("php artisan migrate:fresh --seed --force", "EF"),
        ("php artisan migrate --force", "M"),
        ("pg_dump $SOURCE | psql $DATABASE_URL", "C"),
        ("curl -s https://example.com/dump.sql | psql $DATABASE_URL", "C"),
        ("heroku pg:backups:restore x DATABASE_URL --app y", "C"),
        ("python manage.py migrate && python manage.py createsuperuser --noinput", "MU"),
        ("python manage.py migrate --check", "-"),
        ("./manage.py populate_demo", "F"),
        ("python manage.py rebuild_index --noinput", "?"),
        ("python manage.py createcachetable", "-"),
        ("mix ecto.drop && mix ecto.migrate && mix run priv/repo/seeds.exs", "EMF"),
        ("bin/shop eval 'Shop.Release.migrate'", "M"),
        ("npx prisma migrate deploy && npx prisma db seed", "MF"),
        ("npx prisma migrate reset --force", "EF"),
        ("yarn knex migrate:latest", "M"),
        ("node ace migration:fresh --force", "E"),
        ("./mvnw flyway:clean flyway:migrate", "EM"),
        ("flyway -url=$JDBC_DATABASE_URL clean migrate", "EM"),
        ("alembic -c etc/production.ini -n app:myapp upgrade head", "M"),
        ("alembic downgrade base", "E"),
        ("goose -dir db/migrations postgres \"$DATABASE_URL\" up", "M"),
        ("psql $DATABASE_URL -c 'drop schema public cascade; create schema public'", "E"),
        ("psql $DATABASE_URL <<< 'truncate users'", "E"),
        ("psql $DATABASE_URL -c 'vacuum'", "?"),
        ("review-data postdeploy && echo done", "O-"),
        ("bash -lc 'rake db:migrate; rake db:seed'", "MF"),
        ("eval $SCRIPT", "p"),
        ("$COMMAND", "?"),
        ("if true; then", "?"),
        ("rails runner 'User.delete_all'", "?"),
    ] {
        assert_eq!(letters(line), expected, "{line}");
    }
}

#[test]
fn hidden_failures() {
    insta::assert_snapshot!(told("rake db:migrate || true", &[]));
    insta::assert_snapshot!(told("rake db:migrate; rake db:seed", &[]));
    insta::assert_snapshot!(told("set -e; rake db:migrate; rake db:seed", &[]));
    insta::assert_snapshot!(told("rake db:migrate | tee log", &[]));
    insta::assert_snapshot!(told("rake db:migrate || exit 1; rake db:seed", &[]));
    insta::assert_snapshot!(told("set -e\nrake db:migrate && rake x\nrake db:seed\n", &[]));
    insta::assert_snapshot!(told("rake db:migrate; code=$?; rake x; exit $code", &[]));
    insta::assert_snapshot!(told(
        "bin/release",
        &[("bin/release", "#!/bin/bash\nrake db:migrate\nrake db:seed\n")]
    ));
    insta::assert_snapshot!(told(
        "bin/release",
        &[("bin/release", "#!/bin/bash -e\nrake db:migrate\nrake db:seed\n")]
    ));
    insta::assert_snapshot!(told(
        "bash bin/release",
        &[("bin/release", "set -euo pipefail\nrake db:migrate | tee log\nrake db:seed\n")]
    ));
    insta::assert_snapshot!(told("(rake db:migrate; exit 0)", &[]));
    insta::assert_snapshot!(told("rake db:migrate; exit", &[]));
    insta::assert_snapshot!(told(
        "make -C ops -f heroku.mk rel",
        &[("ops/heroku.mk", "rel:\n\t-rake db:migrate\n")]
    ));
    insta::assert_snapshot!(told(
        "bin/release",
        &[("bin/release", "#!/bin/bash\nrake db:migrate\nexit 0\n")]
    ));
}

#[test]
fn conditions() {
    insta::assert_snapshot!(told(
        "if [[ $HEROKU_APP_NAME != *-pr-* ]]; then rake db:migrate; fi",
        &[]
    ));
    insta::assert_snapshot!(told("[ -n \"$HEROKU_PARENT_APP_NAME\" ] || rake db:migrate", &[]));
    insta::assert_snapshot!(told(
        "test -z \"$HEROKU_PR_NUMBER\" && rake db:migrate && rake x",
        &[]
    ));
    insta::assert_snapshot!(told(
        "case $HEROKU_APP_NAME in *-pr-*) rake db:seed;; *) rake db:migrate;; esac",
        &[]
    ));
    insta::assert_snapshot!(told("rake db:migrate || rake db:setup", &[]));
    insta::assert_snapshot!(told(
        "if [ \"$SEED\" = 1 ]; then rake db:seed; elif [ -z \"$X\" ]; then rake db:migrate; else rake db:reset; fi",
        &[]
    ));
}

#[test]
fn what_a_command_line_leads_to() {
    let package = r#"{"scripts": {"postbuild": "npm run db", "db": "knex --knexfile db/knexfile.js migrate:latest",
        "knex": "knex", "loop": "npm run loop", "build": "tsc", "setup": "run-s db seed", "seed": "ts-node db/seed.ts"}}"#;
    insta::assert_snapshot!(told("npm run build", &[("package.json", package)]));
    insta::assert_snapshot!(told("npm run knex -- migrate:latest", &[("package.json", package)]));
    insta::assert_snapshot!(told("yarn setup", &[("package.json", package)]));
    insta::assert_snapshot!(told("npm run loop", &[("package.json", package)]));
    insta::assert_snapshot!(told("cd web && npm run build", &[("web/package.json", package)]));
    insta::assert_snapshot!(told(
        "make setup",
        &[(
            "Makefile",
            "PY = python manage.py\nsetup: migrate\n\t-$(PY) loaddata demo\nmigrate:\n\t$(PY) migrate\n"
        )]
    ));
    insta::assert_snapshot!(told(
        "composer review",
        &[(
            "composer.json",
            r#"{"scripts": {"review": ["@php artisan migrate --force", "@fill", "App\\X::y"], "fill": "php artisan db:seed"}}"#
        )]
    ));
    insta::assert_snapshot!(told(
        "bundle exec rake review:setup",
        &[(
            "lib/tasks/review.rake",
            "namespace :review do\n  task setup: %w[db:schema:load db:seed] do\n    User.create!\n  end\nend\n"
        )]
    ));
    insta::assert_snapshot!(told(
        "mix ecto.reset",
        &[(
            "mix.exs",
            "\"ecto.setup\": [\"ecto.create\", \"ecto.migrate\", \"run priv/repo/seeds.exs\"],\n\"ecto.reset\": [\"ecto.drop\", \"ecto.setup\"]"
        )]
    ));
    insta::assert_snapshot!(told(
        "bin/setup",
        &[("bin/setup", "#!/usr/bin/env ruby\nsystem! \"bin/rails db:prepare\"\n")]
    ));
    insta::assert_snapshot!(told(
        "sh setup.sh",
        &[("setup.sh", ". ./lib.sh\nmigrate\n"), ("lib.sh", "migrate() { rake db:migrate; }\n")]
    ));
    insta::assert_snapshot!(told(
        "psql $DATABASE_URL -f db/drop.sql",
        &[("db/drop.sql", "drop table users;")]
    ));
    insta::assert_snapshot!(told("cd packages/prisma && npx prisma migrate deploy", &[]));
    insta::assert_snapshot!(told("a.sh", &[("a.sh", "sh a.sh\n")]));
}

#[test]
fn an_exit_under_a_condition_ends_the_script_for_what_follows() {
    const SKIP: &str = "if [ -n \"$HEROKU_PR_NUMBER\" ]; then\n  echo skipped\n  exit 0\nfi\n";
    let script = |text: &str| {
        let told = told("bash release.sh", &[("release.sh", text)]);
        told.lines().find(|line| line.starts_with('M')).map_or("-".to_owned(), |line| {
            line.split_once(" if").map_or("always", |(_, condition)| condition).to_owned()
        })
    };
    for (text, expected) in [
        (format!("set -e\n{SKIP}rake db:migrate\n"), "[not ([ -n \"$HEROKU_PR_NUMBER\" ]) No]"),
        (
            "set -e\n[ -n \"$HEROKU_PR_NUMBER\" ] && exit 0\nrake db:migrate\n".to_owned(),
            "[not ([ -n \"$HEROKU_PR_NUMBER\" ]) No]",
        ),
        (
            "set -e\n[ -z \"$HEROKU_PR_NUMBER\" ] || { echo no; exit; }\nrake db:migrate"
                .to_owned(),
            "[not (not ([ -z \"$HEROKU_PR_NUMBER\" ])) No]",
        ),
        ("set -e\n[ -z \"$DATABASE_URL\" ] && exit 1\nrake db:migrate".to_owned(), "always"),
        ("set -e\nbin/ready && exit 0\nrake db:migrate".to_owned(), "[not (bin/ready) Unknown]"),
        ("(exit 0)\nset -e\nrake db:migrate".to_owned(), "always"),
        ("exit 0\nrake db:migrate".to_owned(), "-"),
    ] {
        assert_eq!(script(&text), expected, "{text}");
    }
}

#[test]
fn a_loop_that_tries_again_hides_failures_or_not() {
    let hidden = |line: &str| {
        let told = told(line, &[]);
        let part = told.lines().find(|line| line.starts_with('M')).unwrap_or_default().to_owned();
        part.split_once("hidden:").map_or("-".to_owned(), |(_, hidden)| hidden.to_owned())
    };
    for (line, expected) in [
        ("for i in 1 2 3; do rake db:migrate && break; done", "-"),
        ("for i in 1 2 3; do rake db:migrate && break; sleep 5; done", "Retried"),
        ("for i in 1 2 3; do rake db:migrate && break || sleep 5; done", "Retried"),
        ("for i in 1 2 3; do rake db:migrate && exit 0; sleep 5; done; exit 1", "-"),
        ("for i in 1 2 3; do rake db:migrate && exit; sleep 5; done", "Retried"),
        ("for i in 1 2 3; do rake db:migrate && { echo ok; break; }; done", "-"),
        ("for i in 1 2 3; do if rake db:migrate; then break; fi; sleep 5; done", "Retried"),
        ("for i in 1 2 3; do if rake db:migrate; then exit 0; fi; done; exit 1", "-"),
        ("set -e; for i in 1 2 3; do rake db:migrate && break; done; rake x", "Retried"),
        ("for i in 1 2 3; do rake db:migrate && break; done; rake db:migrate", "Retried"),
        ("for i in 1 2 3; do rake db:migrate && break; done || exit 1", "-"),
        ("n=0; until [ $n -ge 5 ]; do rake db:migrate && break; n=$((n+1)); done", "Retried"),
        ("until rake db:migrate; do sleep 1; done", "Endless"),
        ("while ! rake db:migrate; do sleep 1; done; echo done", "Endless"),
        ("until rake db:migrate; do n=$((n+1)); [ $n -ge 5 ] && exit 1; sleep 1; done", "-"),
        ("timeout 60 bash -c 'until rake db:migrate; do sleep 1; done'", "-"),
        ("for db in a b; do DB=$db rake db:migrate; done", "-"),
        ("while read db; do rake db:migrate || true; done", "Or(\"true\")"),
    ] {
        assert_eq!(hidden(line), expected, "{line}");
    }
}

#[test]
fn task_runners_and_scripts_of_node_are_followed() {
    let justfile = "manage := 'python manage.py'\n\nrelease: migrate\n    {{manage}} loaddata demo\n\nmigrate:\n    -{{manage}} migrate\n";
    insta::assert_snapshot!(told("just release", &[("justfile", justfile)]));
    insta::assert_snapshot!(told("just other", &[("justfile", justfile)]));
    insta::assert_snapshot!(told("just --list", &[("justfile", justfile)]));
    let taskfile = "version: '3'\ntasks:\n  release:\n    dir: api\n    deps: [wait]\n    cmds:\n      - task: migrate\n      - rake db:seed\n  migrate: rake db:migrate\n  wait: sleep 1\n";
    insta::assert_snapshot!(told("task release", &[("Taskfile.yml", taskfile)]));
    let script = "const { execSync } = require('node:child_process');\nif (process.env.RESET) {\n  execSync('prisma migrate reset --force');\n}\nexecSync('prisma migrate deploy', { stdio: 'inherit' });\n";
    insta::assert_snapshot!(told("node scripts/release.js", &[("scripts/release.js", script)]));
    insta::assert_snapshot!(told("node release", &[("release.js", script)]));
    insta::assert_snapshot!(told("honcho run -e .env just migrate", &[("justfile", justfile)]));
    insta::assert_snapshot!(told("npx -y prisma@5 db push --accept-data-loss", &[]));
}
