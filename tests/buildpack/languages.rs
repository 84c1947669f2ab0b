//! On classic Heroku, the default process types of a language's buildpack stay, wherever ours is in
//! the list. The table of what Heroku's buildpacks do, with the commit at which each was read, is in
//! `src/buildpack/default_types/mod.rs`; here are stand-ins that do the same.

use crate::apps::App;
use crate::list::{Outcome, StandIn, Step, build};
use crate::package::{Run, script};
use std::process::Command;

/// An app of a language, and its buildpack.
struct Language {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    buildpack: StandIn,
    /// Nothing tells before its compile which types it names.
    unknown_before: bool,
}

const NOTHING: &str = "true";

const fn language(
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    compile: &'static str,
    release: &'static str,
) -> Language {
    Language { name, files, buildpack: StandIn { compile, release }, unknown_before: false }
}

/// `web`, only for an app without a Procfile.
const JAVA: &str = "[ -f Procfile ] || [ ! -d target ] || {
    jar=$(ls -S target/*.jar | head -n 1); echo 'default_process_types:'
    if grep -q '<groupId>io.quarkus' pom.xml; then
        echo '  web: java -Dquarkus.http.port=$PORT $JAVA_OPTS -jar target/quarkus-app/quarkus-run.jar'
    elif grep -q '<groupId>org.springframework.boot' pom.xml; then
        echo \"  web: java -Dserver.port=\\$PORT \\$JAVA_OPTS -jar $jar\"
    elif grep -q '<groupId>org.wildfly.swarm' pom.xml; then
        echo \"  web: java -Dswarm.http.port=\\$PORT \\$JAVA_OPTS -jar $jar\"
    elif grep -q '<groupId>io.micronaut' pom.xml; then
        echo \"  web: java -Dmicronaut.server.port=\\$PORT \\$JAVA_OPTS -jar $jar\"
    fi; }";
const MAVEN: &str = "mkdir -p .jdk target/quarkus-app; echo tiny >target/shop-plain.jar
    printf '%01000d' 0 >target/shop.jar; echo x >target/quarkus-app/quarkus-run.jar";

const GRADLE: &str = "[ -f Procfile ] || case $(cat .heroku/gradle_buildpack_detected_app_framework) in
    spring-boot) echo '  web: java -Dserver.port=$PORT $JAVA_OPTS -jar ./build/libs/shop.jar' ;;
    quarkus) echo '  web: java -Dquarkus.http.port=$PORT $JAVA_OPTS -jar build/quarkus-app/quarkus-run.jar' ;;
    ratpack) echo '  web: ./build/install/shop/bin/shop' ;; esac";

const LANGUAGES: &[Language] = &[
    language(
        "Rails",
        &[("Gemfile", "gem 'rails'\n")],
        "mkdir -p tmp; printf '%s\\n' --- default_process_types: \
         '  rake: bundle exec rake' '  console: bin/rails console' \
         '  web: bin/rails server -p ${PORT:-5000} -e $RAILS_ENV' >tmp/heroku-buildpack-release-step.yml",
        "cat tmp/heroku-buildpack-release-step.yml",
    ),
    language(
        "plain Ruby",
        &[("Gemfile", "gem 'sequel'\n")],
        "mkdir -p tmp; printf '%s\\n' --- default_process_types: '  rake: bundle exec rake' \
         '  console: bundle exec irb' >tmp/heroku-buildpack-release-step.yml",
        "cat tmp/heroku-buildpack-release-step.yml",
    ),
    language(
        "Node.js",
        &[("package.json", "{\"scripts\": {\"start\": \"node .\"}}\n")],
        "mkdir -p .heroku/node",
        "grep -q '^ *mcp.*:' Procfile 2>/dev/null || printf '%s\\n' default_process_types: '  web: npm start'",
    ),
    language(
        "PHP",
        &[("composer.json", "{}\n")],
        "mkdir -p .heroku/php; [ -f Procfile ] || echo 'web: heroku-php-apache2' >Procfile",
        "printf '%s\\n' default_process_types: '  web: heroku-php-apache2'",
    ),
    language(
        "static files",
        &[("static.json", "{}\n")],
        "mkdir -p bin; echo true >bin/boot",
        "printf '%s\\n' default_process_types: '  web: bin/boot'",
    ),
    language(
        "Elixir",
        &[("mix.exs", "")],
        "mkdir -p .platform_tools/elixir",
        "printf '%s\\n' default_process_types: '  web: mix run --no-halt'",
    ),
    language(
        "Phoenix, which comes after Elixir",
        &[("mix.exs", "")],
        "mkdir -p .platform_tools/elixir .profile.d; echo true >.profile.d/phoenix_static_buildpack_paths.sh",
        "printf '%s\\n' default_process_types: '  web: elixir --sname server -S mix phx.server'",
    ),
    language("Python", &[("requirements.txt", "flask\n")], "mkdir -p .heroku/python", NOTHING),
    language("nginx", &[("config/nginx.conf.erb", "")], NOTHING, "echo '--- {}'"),
    language("Quarkus", &[("pom.xml", "<groupId>io.quarkus</groupId>")], MAVEN, JAVA),
    language(
        "Spring Boot",
        &[("pom.xml", "<groupId>org.springframework.boot</groupId>\n<artifactId>spring-boot-starter-web</artifactId>\n")],
        MAVEN,
        JAVA,
    ),
    language("WildFly Swarm", &[("pom.xml", "<groupId>org.wildfly.swarm</groupId>")], MAVEN, JAVA),
    language("Micronaut", &[("pom.xml", "<groupId>io.micronaut</groupId>")], MAVEN, JAVA),
    language("plain Java", &[("pom.xml", "<groupId>org.example</groupId>")], MAVEN, JAVA),
    language(
        "Spring Boot with Gradle",
        &[("build.gradle", "plugins { id 'org.springframework.boot' version '3.5.0' }\n")],
        "mkdir -p .heroku build/libs; echo spring-boot >.heroku/gradle_buildpack_detected_app_framework
         touch build/libs/shop.jar build/libs/shop-plain.jar",
        GRADLE,
    ),
    language(
        "Quarkus with Gradle",
        &[("gradle/libs.versions.toml", "quarkus = { id = \"io.quarkus\" }\n"), ("gradlew", "")],
        "mkdir -p .heroku; echo quarkus >.heroku/gradle_buildpack_detected_app_framework",
        GRADLE,
    ),
    language(
        "Ratpack",
        &[("build.gradle", "classpath 'io.ratpack:ratpack-gradle:2.0'\n")],
        "mkdir -p .heroku build/install/shop/bin
         echo ratpack >.heroku/gradle_buildpack_detected_app_framework
         printf '#!/bin/sh\\necho ratpack \"$@\"\\n' >build/install/shop/bin/shop
         chmod +x build/install/shop/bin/shop",
        GRADLE,
    ),
    Language {
        unknown_before: true,
        ..language(
            "Gradle with a framework of a parent project",
            &[("settings.gradle.kts", "")],
            "mkdir -p .heroku build/libs; echo spring-boot >.heroku/gradle_buildpack_detected_app_framework
             touch build/libs/shop.jar",
            GRADLE,
        )
    },
    language(
        "Play",
        &[("build.sbt", "enablePlugins(PlayScala)\n"), ("project/plugins.sbt", "addSbtPlugin(\"org.playframework\" % \"sbt-plugin\" % \"3.0\")\n")],
        "mkdir -p .jdk target/universal/stage/bin
         printf '#!/bin/sh\\necho play \"$@\"\\n' >target/universal/stage/bin/shop
         chmod +x target/universal/stage/bin/shop",
        "[ -f Procfile ] || echo '  web: target/universal/stage/bin/shop -Dhttp.port=$PORT'",
    ),
    language(
        "Clojure",
        &[("project.clj", "(defproject shop \"1.0\"\n ; :uberjar-name \"old.jar\"\n )\n")],
        "mkdir -p .jdk",
        "[ -f Procfile ] || echo '  web: lein with-profile production trampoline run'",
    ),
    language(
        "Clojure with an uberjar",
        &[("project.clj", "(defproject shop \"1.0\"\n  :uberjar-name \"shop.jar\")\n")],
        "mkdir -p .jdk target; touch target/shop.jar",
        "[ -f Procfile ] || echo '  web: java -jar target/shop.jar'",
    ),
    language(
        "Go",
        &[("go.mod", "module example.com/shop\n"), ("main.go", "package main\n")],
        "mkdir -p bin; [ -f Procfile ] || echo 'web: bin/shop' >Procfile",
        "echo '--- {}'",
    ),
    language(
        "Go with several programs",
        &[("go.mod", "module example.com/shop\n"), ("cmd/web/main.go", "package main\n"), ("cmd/mail/main.go", "package main\n")],
        "mkdir -p bin; [ -f Procfile ] || printf '%s\\n' 'mail: bin/mail' 'web: bin/web' >Procfile",
        "echo '--- {}'",
    ),
    Language {
        unknown_before: true,
        ..language(
            ".NET",
            &[("Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\"/>")],
            "mkdir -p .heroku/cnb/dotnet/layers; : >.heroku/cnb/dotnet/layers/launch.toml; [ -f Procfile ] ||
             printf '%s\\n' '[[processes]]' 'type = \"web\"' 'command = [\"bash\", \"-c\", \"cd bin/publish; ./Shop --urls http://*:$PORT\"]' \
             >.heroku/cnb/dotnet/layers/launch.toml",
            "grep -q processes .heroku/cnb/dotnet/layers/launch.toml && printf '%s\\n' default_process_types: '  web: cd bin/publish; ./Shop --urls http://*:$PORT' || true",
        )
    },
];

impl Language {
    fn app(&self) -> App {
        self.files
            .iter()
            .fold(App::plain_without_language(), |app, (file, text)| app.with(file, text))
    }
}

/// What a process type starts, by programs that only tell their arguments.
fn started(outcome: &Outcome, process_type: &str) -> String {
    let programs = tempfile::tempdir().unwrap();
    for name in ["java", "bundle", "npm", "mix", "lein", "heroku-php-apache2"] {
        script(&programs.path().join(name), "echo \"$(basename \"$0\") $*\"");
    }
    let command = &outcome.types[process_type];
    let mut bash = Command::new("bash");
    bash.args(["-c", command]).current_dir(outcome.slug.path()).env_clear();
    bash.env("PATH", format!("{}:/usr/bin:/bin", programs.path().display()));
    bash.env("PORT", "5123").env("JAVA_OPTS", "-Xmx300m -Xss512k").env("RAILS_ENV", "production");
    let run = Run::of(&mut bash);
    // a program that does not exist here counts by its command
    if run.code == 0 { run.output } else { command.clone() }
}

#[test]
fn the_default_types_of_each_language_stay_wherever_we_are_in_the_list() {
    let mut wrong = Vec::new();
    for language in LANGUAGES {
        let theirs = Step::Theirs(&language.buildpack);
        for procfile in [None, Some("worker: bin/work\n")] {
            let app = || match procfile {
                Some(text) => language.app().with("Procfile", text),
                None => language.app(),
            };
            let alone = build(&app(), &[], &[theirs]);
            for (place, order) in [("first", [Step::Ours, theirs]), ("last", [theirs, Step::Ours])]
            {
                let outcome = build(&app(), &[], &order);
                let case = format!("{} with ours {place}, Procfile {procfile:?}", language.name);
                for name in alone.types.keys() {
                    match outcome.types.get(name) {
                        Some(_) if started(&outcome, name) == started(&alone, name) => {}
                        Some(command) => wrong.push(format!(
                            "{case}: {name} is {command}: {} instead of {}",
                            started(&outcome, name),
                            started(&alone, name)
                        )),
                        None => wrong.push(format!("{case}: {name} is lost")),
                    }
                }
                let more = outcome.types.keys().filter(|name| {
                    !alone.types.contains_key(*name)
                        && !["release", "postdeploy"].contains(&name.as_str())
                });
                wrong.extend(more.map(|name| format!("{case}: {name} is new")));
                let unknown = language.unknown_before && place == "first" && procfile.is_none();
                let ours = outcome.types.get("release").map(String::as_str);
                if unknown {
                    if ours.is_some() || !outcome.said.contains("add a Procfile") {
                        wrong.push(format!("{case}: {ours:?}, and it says\n{}", outcome.said));
                    }
                } else if ours != Some("review-data release") {
                    wrong.push(format!("{case}: release is {ours:?}\n{}", outcome.said));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn of_two_languages_the_one_that_would_be_last_counts() {
    let find = |name: &str| LANGUAGES.iter().find(|language| language.name == name).unwrap();
    let (node, rails, python) = (find("Node.js"), find("Rails"), find("Python"));
    let web = |languages: &[&Language]| {
        let app = languages.iter().fold(App::plain_without_language(), |app, language| {
            language.files.iter().fold(app, |app, (file, text)| app.with(file, text))
        });
        let mut order: Vec<Step> =
            languages.iter().map(|language| Step::Theirs(&language.buildpack)).collect();
        order.push(Step::Ours);
        build(&app, &[], &order).types.get("web").cloned()
    };
    let server = "bin/rails server -p ${PORT:-5000} -e $RAILS_ENV";
    assert_eq!(web(&[node, rails]).as_deref(), Some(server));
    assert_eq!(web(&[node, python]), None, "Python's buildpack names no web");
}

#[test]
fn a_default_web_that_finds_nothing_says_so() {
    let find = |name: &str| LANGUAGES.iter().find(|language| language.name == name).unwrap();
    for name in ["Spring Boot", "Play", "Clojure with an uberjar", "Spring Boot with Gradle"] {
        let outcome = build(&find(name).app(), &[], &[Step::Ours]);
        let mut bash = Command::new("bash");
        bash.args(["-c", &outcome.types["web"]]).current_dir(outcome.slug.path());
        Run::of(&mut bash).failed(1).saying("name the web process in the app's Procfile");
    }
}

#[test]
fn of_a_language_that_is_not_known_the_build_says_what_to_do() {
    let crystal = StandIn { compile: NOTHING, release: "echo '  web: bin/shop'" };
    let app = || App::plain_without_language().with("shard.yml", "name: shop\n");
    let words = "put review-data before it, or add a Procfile";
    let first = build(&app(), &[], &[Step::Ours, Step::Theirs(&crystal)]);
    assert_eq!(first.types["web"], "bin/shop");
    assert_eq!(first.types["release"], "review-data release");
    let last = build(&app(), &[], &[Step::Theirs(&crystal), Step::Ours]);
    assert!(last.said.contains(words), "{}", last.said);
    let with_procfile = app().with("Procfile", "web: bin/shop\n");
    let own = build(&with_procfile, &[], &[Step::Theirs(&crystal), Step::Ours]);
    assert!(!own.said.contains(words), "{}", own.said);
    for language in LANGUAGES.iter().filter(|language| language.name != "nginx") {
        let outcome = build(&language.app(), &[], &[Step::Ours]);
        assert!(!outcome.said.contains(words), "{}: {}", language.name, outcome.said);
    }
}
