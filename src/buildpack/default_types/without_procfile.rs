//! Default types that a language's buildpack names only for an app without a Procfile.

use super::found::DefaultTypes;
use super::go;
use crate::migrate::frameworks::AppFiles;
use std::fmt::Write as _;

pub(super) fn is_known(files: &AppFiles) -> bool {
    is_maven(files)
        || is_gradle(files)
        || is_scala(files)
        || files.has("project.clj")
        || go::is_there(files)
        || is_dotnet(files)
}

pub(super) fn find(files: &AppFiles, defaults: &mut DefaultTypes) {
    let text = |file: &str| files.rough_text(file).ok().flatten().unwrap_or_default();
    if is_maven(files) {
        of_java(&text("pom.xml"), defaults);
    } else if is_gradle(files) {
        of_gradle(files, defaults);
    } else if is_scala(files) {
        of_scala(files, defaults);
    } else if files.has("project.clj") {
        of_clojure(&text("project.clj"), defaults);
    } else if go::is_there(files) {
        match go::types(files) {
            Some(types) if types.is_empty() => {}
            Some(types) => defaults.types("Go", types),
            None => defaults.unknown("Go"),
        }
    } else if is_dotnet(files) {
        of_dotnet(files, defaults);
    }
}

fn is_maven(files: &AppFiles) -> bool {
    ["xml", "atom", "clj", "groovy", "rb", "scala", "yaml", "yml"]
        .iter()
        .any(|extension| files.has(&format!("pom.{extension}")))
}

/// The largest jar of `target`, started as the framework of `pom.xml` wants it. Other projects have no
/// default type.
fn of_java(pom: &str, defaults: &mut DefaultTypes) {
    let group = |name: &str| pom.contains(&format!("<groupId>{name}"));
    let port = if group("io.quarkus") {
        let command =
            "java -Dquarkus.http.port=$PORT $JAVA_OPTS -jar target/quarkus-app/quarkus-run.jar";
        defaults.types("Java", vec![("web".to_owned(), command.to_owned())]);
        return;
    } else if group("org.springframework.boot") && pom.contains("<artifactId>spring-boot") {
        "server.port"
    } else if group("org.wildfly.swarm") {
        "swarm.http.port"
    } else if group("io.micronaut") {
        "micronaut.server.port"
    } else {
        return;
    };
    let find = "find target -maxdepth 1 -type f -name '*.jar' -exec ls -S {} + | head -n 1";
    let run = format!("exec java -D{port}=\"$PORT\" $JAVA_OPTS -jar \"$found\"");
    defaults.web_by_script("Java", script(find, "a jar in target", &run));
}

fn is_gradle(files: &AppFiles) -> bool {
    ["gradlew", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"]
        .iter()
        .any(|file| files.has(file))
}

/// Its compile asks Gradle for the dependencies and notes the framework in this file.
const GRADLE_NOTE: &str = ".heroku/gradle_buildpack_detected_app_framework";

fn of_gradle(files: &AppFiles, defaults: &mut DefaultTypes) {
    const KNOWN: &[&str] =
        &["org.springframework.boot", "io.micronaut", "io.quarkus", "io.ratpack"];
    let note = files.rough_text(GRADLE_NOTE).ok().flatten();
    if note.as_ref().is_some_and(|note| note.trim().is_empty()) {
        return;
    }
    let named =
        ["build.gradle", "build.gradle.kts", "gradle/libs.versions.toml"].iter().any(|file| {
            let text = files.rough_text(file).ok().flatten().unwrap_or_default();
            KNOWN.iter().any(|framework| text.contains(framework))
        });
    if note.is_none() && !named {
        defaults.unknown("Gradle");
        return;
    }
    let jar = "find ./build/libs -type f -name '*.jar' | grep -E -v '(plain|sources|javadoc)\\.jar$' | head -n 1";
    let missing = missing("the framework's program in build");
    let mut script = format!(
        "{HEADER}\n{PORT}\nframework=$(cat {GRADLE_NOTE} 2>/dev/null)\ncase $framework in\n"
    );
    for (framework, property) in
        [("spring-boot", "server.port"), ("micronaut", "micronaut.server.port")]
    {
        let _ = writeln!(
            script,
            "{framework}) found=$({jar}); [ -z \"$found\" ] || exec java -D{property}=\"$PORT\" $JAVA_OPTS -jar \"$found\" ;;"
        );
    }
    script.push_str(
        "spring-boot-webapp-runner) cd build && found=$(find . -type f -name 'webapp-runner-*.jar' | head -n 1)\n  \
         [ -z \"$found\" ] || exec java $JAVA_OPTS -jar \"$found\" --expand-war --port \"$PORT\" libs/*.war ;;\n\
         quarkus) exec java -Dquarkus.http.port=\"$PORT\" $JAVA_OPTS -jar build/quarkus-app/quarkus-run.jar ;;\n\
         ratpack) found=$(find . -path '*/build/install/*/bin/*' -type f -executable ! -name '*.bat' | head -n 1)\n  \
         [ -z \"$found\" ] || exec \"$found\" ;;\nesac\n",
    );
    let _ = writeln!(script, "{missing}");
    defaults.web_by_script("Gradle", script);
}

fn is_scala(files: &AppFiles) -> bool {
    let any = |directory: &str, end: &str| {
        files.names_in(directory).iter().any(|name| name.ends_with(end))
    };
    any("", ".sbt")
        || files.has(".sbtrc")
        || files.has("project/build.properties")
        || any("project", ".scala")
        || any(".sbt", ".scala")
}

/// The one program that sbt-native-packager stages; Play comes with it.
fn of_scala(files: &AppFiles, defaults: &mut DefaultTypes) {
    let sbt = |directory: &str| -> Vec<String> {
        let names = files.names_in(directory);
        names
            .iter()
            .filter(|name| [".sbt", ".scala"].iter().any(|end| name.ends_with(end)))
            .filter_map(|name| {
                let path =
                    if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
                files.rough_text(&path).ok()?
            })
            .collect()
    };
    let packaged = sbt("project").iter().chain(&sbt("")).any(|text| {
        ["sbt-native-packager", "com.typesafe.play", "org.playframework", "JavaAppPackaging"]
            .iter()
            .any(|sign| text.contains(sign))
    });
    if !packaged {
        defaults.unknown("Scala");
        return;
    }
    let find = "find . \\( -path '*/target/universal/stage/bin/*' -o -path '*/target/out/*/universal/stage/bin/*' \\) -type f -executable | head -n 1";
    let run = "exec \"$found\" -Dhttp.port=\"$PORT\"";
    defaults.web_by_script("Scala", script(find, "a staged program in target", run));
}

/// A jar of `target` where the project names one, else Leiningen.
fn of_clojure(project: &str, defaults: &mut DefaultTypes) {
    let code = project.lines().map(|line| line.split(';').next().unwrap_or_default());
    if code.into_iter().any(|line| line.contains(":uberjar-name")) {
        let find = "find target -maxdepth 1 -type f -name '*.jar' | head -n 1";
        let run = "exec java -jar \"$found\"";
        defaults.web_by_script("Clojure", script(find, "a jar in target", run));
    } else {
        let command = "lein with-profile production trampoline run";
        defaults.types("Clojure", vec![("web".to_owned(), command.to_owned())]);
    }
}

fn is_dotnet(files: &AppFiles) -> bool {
    let ends = [".sln", ".slnx", ".csproj", ".fsproj", ".vbproj", ".cs"];
    files.names_in("").iter().any(|name| ends.iter().any(|end| name.ends_with(end)))
}

/// Its compile notes the types of the projects that it has published.
fn of_dotnet(files: &AppFiles, defaults: &mut DefaultTypes) {
    const LAUNCH: &str = ".heroku/cnb/dotnet/layers/launch.toml";
    let Ok(Some(launch)) = files.toml(LAUNCH) else {
        if !files.path(".heroku/cnb/dotnet").exists() {
            defaults.unknown(".NET");
        }
        return;
    };
    let processes = launch.get("processes").and_then(toml::Value::as_array);
    let types = processes.into_iter().flatten().filter_map(|process| {
        let name = process.get("type")?.as_str()?;
        let words: Option<Vec<&str>> =
            process.get("command")?.as_array()?.iter().map(toml::Value::as_str).collect();
        let command = match words?.as_slice() {
            ["bash", "-c", command] => (*command).to_owned(),
            words => words.join(" "),
        };
        Some((name.to_owned(), command))
    });
    let types: Vec<(String, String)> = types.collect();
    if !types.is_empty() {
        defaults.types(".NET", types);
    }
}

const HEADER: &str = "\
# The default web process of the language's buildpack, which it names only where there is no Procfile.
# Name web in the app's Procfile to have another one.";

const PORT: &str = "PORT=${PORT:-5000} JAVA_OPTS=${JAVA_OPTS:-}";

fn missing(what: &str) -> String {
    format!(
        "echo \"review-data: {what} was looked for, to start web, and was not found.\" >&2\n\
         echo \"  what to do: name the web process in the app's Procfile\" >&2\n\
         exit 1"
    )
}

/// A script that looks for a program and becomes it.
fn script(find: &str, what: &str, run: &str) -> String {
    format!(
        "{HEADER}\n{PORT}\nfound=$({find})\nif [ -n \"$found\" ]; then {run}; fi\n{}\n",
        missing(what)
    )
}
