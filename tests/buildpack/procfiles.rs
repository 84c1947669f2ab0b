//! Procfiles as people write them: each gives the right result on both ways in, twice in a row.

use crate::apps::App;
use crate::package::{Lifecycle, Slug};

/// A Procfile, and what becomes of it. The app migrates by alembic where its Procfile says nothing.
#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    /// `None`: no such file.
    text: Option<&'static str>,
    /// The Procfile after the classic compile.
    classic: &'static str,
    /// The migration command; by alembic's framework where not said.
    command: &'static str,
    /// Where classic Heroku reads another one out of the same text.
    classic_command: Option<&'static str>,
    /// Commands of the processes of the Cloud Native build, where they are not ours.
    release: Option<&'static str>,
    postdeploy: Postdeploy,
}

#[derive(Clone, Copy)]
enum Postdeploy {
    Ours,
    Kept(&'static str),
    LeftAlone,
}

const ALEMBIC: &str = "alembic upgrade head";
const OURS: &str = "release: review-data release\npostdeploy: review-data postdeploy\n";

const fn shape(name: &'static str, text: &'static str, classic: &'static str) -> Shape {
    Shape {
        name,
        text: Some(text),
        classic,
        command: ALEMBIC,
        classic_command: None,
        release: None,
        postdeploy: Postdeploy::Ours,
    }
}

impl Shape {
    const fn wraps(self, command: &'static str) -> Self {
        Shape { command, ..self }
    }

    const fn classic_wraps(self, command: &'static str) -> Self {
        Shape { classic_command: Some(command), ..self }
    }

    const fn keeps_release(self, line: &'static str) -> Self {
        Shape { release: Some(line), ..self }
    }

    const fn postdeploy(self, postdeploy: Postdeploy) -> Self {
        Shape { postdeploy, ..self }
    }
}

const SHAPES: &[Shape] = &[
    Shape { text: None, ..shape("no file", "", OURS) },
    shape("an empty file", "", OURS),
    shape("only blank lines", "\n  \n\t\n", "\n  \n\t\nrelease: review-data release\npostdeploy: review-data postdeploy\n"),
    shape("only comments", "# nothing yet\n", "# nothing yet\nrelease: review-data release\npostdeploy: review-data postdeploy\n"),
    shape(
        "only web",
        "web: gunicorn app\n",
        "web: gunicorn app\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    ),
    shape(
        "web without a last newline",
        "web: gunicorn app",
        "web: gunicorn app\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    ),
    shape(
        "its own release",
        "web: w\nrelease: bin/migrate\n",
        "web: w\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "release first",
        "release: bin/migrate\nweb: w\n",
        "release: review-data release\nweb: w\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "release without a last newline",
        "web: w\nrelease: bin/migrate",
        "web: w\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "line endings of Windows",
        "web: w\r\nrelease: bin/migrate\r\n",
        "web: w\r\nrelease: review-data release\r\npostdeploy: review-data postdeploy\r\n",
    )
    .wraps("bin/migrate"),
    shape(
        "line endings of Windows without a last one",
        "web: w\r\nworker: x",
        "web: w\r\nworker: x\r\nrelease: review-data release\r\npostdeploy: review-data postdeploy\r\n",
    ),
    shape(
        "comments around",
        "# processes\n\nweb: w # the site\n  # before it\nrelease: bin/migrate\n# the end\n",
        "# processes\n\nweb: w # the site\n  # before it\nrelease: review-data release\n# the end\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "a comment after the command",
        "release: bin/migrate # each time\n",
        OURS,
    )
    .wraps("bin/migrate # each time"),
    shape("pipes", "release: bin/migrate | tee log | sed 's/a/b/'\n", OURS)
        .wraps("bin/migrate | tee log | sed 's/a/b/'"),
    shape("several commands", "release: bin/migrate && bin/seed; bin/clean || true\n", OURS)
        .wraps("bin/migrate && bin/seed; bin/clean || true"),
    shape(
        "quotes, dollars and backslashes",
        "release: VAR='it'\"'\"'s' sh -c \"echo \\\"$VAR\\\" $(date) `id`\" \\\\ %s\n",
        OURS,
    )
    .wraps("VAR='it'\"'\"'s' sh -c \"echo \\\"$VAR\\\" $(date) `id`\" \\\\ %s"),
    shape("colons in the command", "release: rake db:migrate VERSION=2:3\n", OURS)
        .wraps("rake db:migrate VERSION=2:3"),
    shape("a tab after the colon", "release:\tbin/migrate\n", "release:\treview-data release\npostdeploy: review-data postdeploy\n")
        .wraps("bin/migrate"),
    shape("tabs and blanks around", "\trelease:  bin/migrate\t \n", "\trelease:  review-data release\t \npostdeploy: review-data postdeploy\n")
        .wraps("bin/migrate"),
    shape(
        "no blank after the colon, which classic Heroku ignores",
        "release:bin/migrate\n",
        "release:bin/migrate\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate")
    .classic_wraps(ALEMBIC),
    shape(
        "an upper-case name, which is another type on classic Heroku",
        "Release: bin/migrate\nweb: w\n",
        "Release: bin/migrate\nweb: w\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate")
    .classic_wraps(ALEMBIC),
    shape(
        "a duplicate, where the last counts",
        "release: bin/old\nweb: w\nrelease: bin/new\n",
        "release: review-data release\nweb: w\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/new"),
    shape(
        "duplicates of other types",
        "web: a\nweb: b\n",
        "web: a\nweb: b\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    ),
    shape("edited by us already", OURS, OURS),
    shape("our release only", "release: review-data release\n", OURS),
    shape(
        "a release that calls us among others",
        "release: bin/prepare && review-data release\n",
        "release: bin/prepare && review-data release\npostdeploy: review-data postdeploy\n",
    )
    .keeps_release("bin/prepare && review-data release"),
    shape(
        "a release that only mentions us",
        "release: bin/migrate # not review-data release\n",
        OURS,
    )
    .wraps("bin/migrate # not review-data release"),
    shape(
        "a postdeploy that calls us among others",
        "postdeploy: review-data postdeploy && bin/seed\nweb: w\n",
        "postdeploy: review-data postdeploy && bin/seed\nweb: w\nrelease: review-data release\n",
    )
    .postdeploy(Postdeploy::Kept("review-data postdeploy && bin/seed")),
    shape(
        "its own postdeploy",
        "postdeploy: bin/seed\nweb: w\n",
        "postdeploy: bin/seed\nweb: w\nrelease: review-data release\n",
    )
    .postdeploy(Postdeploy::LeftAlone),
    shape(
        "names with digits, dashes and underscores",
        "worker-2: a\nworker_3: b\nrelease: bin/migrate\n",
        "worker-2: a\nworker_3: b\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "a byte order mark",
        "\u{feff}web: w\nrelease: bin/migrate\n",
        "\u{feff}web: w\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate"),
    shape(
        "text that is not ASCII",
        "# für Österreich\nrelease: bin/migrate --név='Žluťoučký'\n",
        "# für Österreich\nrelease: review-data release\npostdeploy: review-data postdeploy\n",
    )
    .wraps("bin/migrate --név='Žluťoučký'"),
];

#[test]
fn there_are_enough_of_them() {
    assert!(SHAPES.len() >= 30, "{}", SHAPES.len());
}

fn app(shape: &Shape) -> App {
    let app = App::plain();
    match shape.text {
        Some(text) => app.with("Procfile", text),
        None => app,
    }
}

#[test]
fn cloud_native_builds_wrap_them_twice_alike() {
    for shape in SHAPES {
        let app = app(shape);
        let ours = |command: &str| vec!["review-data".to_owned(), command.to_owned()];
        let by_bash = |line: &str| vec!["bash".to_owned(), "-c".to_owned(), line.to_owned()];
        let mut built = Lifecycle::new().build(&app);
        for time in ["first", "second"] {
            built = built.succeeded();
            let name = shape.name;
            assert_eq!(built.default_command().as_deref(), Some(shape.command), "{name}, {time}");
            let release = shape.release.map_or_else(|| ours("release"), by_bash);
            assert_eq!(built.process("release"), Some(release), "{name}, {time}");
            let postdeploy = match shape.postdeploy {
                Postdeploy::Ours => Some(ours("postdeploy")),
                Postdeploy::Kept(line) => Some(by_bash(line)),
                Postdeploy::LeftAlone => None,
            };
            assert_eq!(built.process("postdeploy"), postdeploy, "{name}, {time}");
            built = built.again(&app);
        }
        let text = std::fs::read_to_string(app.path().join("Procfile")).ok();
        assert_eq!(text.as_deref(), shape.text, "{}: the app's file is not touched", shape.name);
    }
}

#[test]
fn classic_builds_edit_them_twice_alike() {
    for shape in SHAPES {
        let slug = Slug::of(&app(shape));
        for time in ["first", "second"] {
            let name = shape.name;
            slug.compile().succeeded();
            assert_eq!(slug.read("Procfile").as_deref(), Some(shape.classic), "{name}, {time}");
            // as a dyno would read it
            let shown =
                slug.dyno_running("printf %s \"$REVIEW_DATA_MIGRATE_COMMAND\"", "/usr/bin:/bin");
            let command = crate::package::Run::of(&mut { shown }).succeeded().output;
            assert_eq!(command, shape.classic_command.unwrap_or(shape.command), "{name}, {time}");
        }
    }
}

/// A script that runs the release, as a Procfile's line may name it.
const RELEASES: &str = "#!/bin/sh\nset -e\nbin/prepare\nexec review-data release\n";

#[test]
fn a_release_line_whose_script_calls_us_is_kept_and_not_wrapped() {
    for line in ["bin/release", "bash ./bin/release", "/app/bin/release"] {
        let app = || {
            App::plain()
                .with("Procfile", format!("release: {line}\n"))
                .with("bin/release", RELEASES)
        };
        let built = Lifecycle::new().build(&app()).succeeded();
        assert_eq!(built.process("release").unwrap(), ["bash", "-c", line]);
        assert_eq!(built.default_command().as_deref(), Some("alembic upgrade head"), "{line}");
        let slug = Slug::of(&app());
        slug.compile().succeeded().saying("Migration command: alembic upgrade head");
        assert!(slug.read("Procfile").unwrap().contains(&format!("release: {line}\n")));
    }
}

#[test]
fn a_migration_command_that_runs_us_fails_the_build() {
    let itself =
        App::plain().with("review-data.toml", "[migrate]\ncommand = \"review-data release\"\n");
    let built = Lifecycle::new().build(&itself);
    assert_eq!(built.run.code, 1);
    insta::assert_snapshot!(built.run.output.trim());
    Slug::of(&itself).compile().failed(1).saying("runs review-data, which runs it");
    let variable = Lifecycle::new()
        .with_variable("REVIEW_DATA_MIGRATE_COMMAND", "sleep 1; review-data postdeploy");
    assert_eq!(variable.build(&App::plain()).run.code, 1);
}

#[test]
fn a_migration_command_whose_script_seems_to_run_us_is_warned_of() {
    let script = App::plain()
        .with("review-data.toml", "[migrate]\ncommand = \"bin/migrate\"\n")
        .with("bin/migrate", RELEASES);
    insta::assert_snapshot!(Lifecycle::new().build(&script).succeeded().run.output.trim());
}
