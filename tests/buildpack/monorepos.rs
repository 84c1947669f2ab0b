//! Repositories with several apps: a buildpack moves one of them, or its Procfile, to the root of the
//! build directory. Ours must come after it, and says so where it does not.

use crate::apps::App;
use crate::list::{Outcome, StandIn, Step, build};
use crate::package::Lifecycle;

/// Like `heroku/heroku-buildpack-multi-procfile` cd15c68: copies the Procfile that `PROCFILE` names.
const PROCFILE: StandIn =
    StandIn { compile: "cp \"$(cat \"$ENV_DIR/PROCFILE\")\" Procfile", release: "echo '--- {}'" };

/// Like `lstoll/heroku-buildpack-monorepo` 82e175c: only the directory that `APP_BASE` names stays.
const APP_BASE: StandIn = StandIn {
    compile: "stage=$(mktemp -d); mv \"$(cat \"$ENV_DIR/APP_BASE\")\" \"$stage/app\"
        find . -mindepth 1 -delete; cp -a \"$stage/app/.\" .",
    release: "echo '--- {}'",
};

/// Like `timanovsky/subdir-heroku-buildpack` 6d1c902: the same with `PROJECT_PATH`.
const PROJECT_PATH: StandIn = StandIn {
    compile: "stage=$(mktemp -d); cp -a \"$(cat \"$ENV_DIR/PROJECT_PATH\")/.\" \"$stage\"
        find . -mindepth 1 -delete; cp -a \"$stage/.\" .",
    release: "echo '--- {}'",
};

/// A repository with two apps.
fn repository() -> App {
    App::plain_without_language()
        .with("apps/shop/Procfile", "web: shop\nrelease: bin/migrate\n")
        .with("apps/shop/bin/migrate", "true\n")
        .with("apps/desk/Procfile", "web: desk\n")
        .with("README.md", "two apps\n")
}

const MOVERS: [(&str, &str, &StandIn); 3] = [
    ("PROCFILE", "apps/shop/Procfile", &PROCFILE),
    ("APP_BASE", "apps/shop", &APP_BASE),
    ("PROJECT_PATH", "apps/shop/", &PROJECT_PATH),
];

fn tool_is_there(outcome: &Outcome) -> bool {
    outcome.slug.path().join(".review-data/bin/review-data").exists()
}

#[test]
fn after_the_buildpack_that_moves_the_app_all_is_ours() {
    for (variable, value, mover) in MOVERS {
        let order = [Step::Theirs(mover), Step::Ours];
        let outcome = build(&repository(), &[(variable, value)], &order);
        assert_eq!(outcome.types["web"], "shop", "{variable}");
        assert_eq!(outcome.types["release"], "review-data release", "{variable}");
        assert!(tool_is_there(&outcome), "{variable}");
        assert!(outcome.said.contains("Migration command: bin/migrate"), "{}", outcome.said);
        assert!(!outcome.said.contains("must come after"), "{}", outcome.said);
    }
}

#[test]
fn before_it_the_build_says_what_will_be_lost() {
    for (variable, value, mover) in MOVERS {
        let order = [Step::Ours, Step::Theirs(mover)];
        let outcome = build(&repository(), &[(variable, value)], &order);
        // which is why the build warns
        assert_ne!(outcome.types["release"], "review-data release", "{variable}");
        assert_eq!(tool_is_there(&outcome), variable == "PROCFILE");
        for words in ["must come after", variable, value, "heroku buildpacks:add --index"] {
            assert!(outcome.said.contains(words), "{variable}: {words}\n{}", outcome.said);
        }
    }
    let outcome = build(&repository(), &[(MOVERS[1].0, MOVERS[1].1)], &[Step::Ours]);
    let told = outcome.said.split_once("Migration").map_or(&*outcome.said, |(before, _)| before);
    insta::assert_snapshot!("the_order_is_wrong", told.trim_end());
}

#[test]
fn on_cloud_native_buildpacks_too() {
    for (variable, value, _) in MOVERS {
        let built = Lifecycle::new().with_variable(variable, value).build(&repository());
        built.succeeded().run.saying("must come after").saying(variable);
    }
}

#[test]
fn a_value_that_names_nothing_here_is_not_warned_of() {
    for (variable, value) in [
        ("PROCFILE", "Procfile"),
        ("APP_BASE", "."),
        ("PROJECT_PATH", "/etc"),
        ("APP_BASE", "../x"),
    ] {
        let app = repository().with("Procfile", "web: w\n");
        let outcome = build(&app, &[(variable, value)], &[Step::Ours]);
        assert!(!outcome.said.contains("must come after"), "{}", outcome.said);
    }
}
