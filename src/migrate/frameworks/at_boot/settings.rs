//! Settings by which a framework changes the database when the app starts.

use super::{AtBoot, Does};
use crate::migrate::frameworks::app_files::AppFiles;
use crate::migrate::frameworks::jvm_build::jvm_build;
use crate::migrate::frameworks::manifest;

/// A setting, written without blanks, and the tool that obeys it.
struct Setting {
    files: &'static [&'static str],
    any: &'static [&'static str],
    tool: &'static str,
    does: Does,
}

const APPLICATION: &[&str] = &[
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
    "src/main/resources/application-production.properties",
    "src/main/resources/application-prod.properties",
    "src/main/resources/application-prod.yml",
    "application.properties",
];
const PLAY: &[&str] =
    &["conf/application.conf", "conf/prod.conf", "conf/production.conf", "Procfile"];
const TYPEORM: &[&str] = &[
    "src/data-source.ts",
    "src/data-source.js",
    "src/app.module.ts",
    "src/app-data-source.ts",
    "src/config/typeorm.ts",
    "src/database/database.module.ts",
    "ormconfig.json",
    "ormconfig.js",
    "ormconfig.ts",
];

/// Play: <https://www.playframework.com/documentation/latest/Evolutions>; Quarkus:
/// <https://quarkus.io/guides/flyway>; Hibernate: Spring Boot's "Data Initialization"; `TypeORM`:
/// "Data Source Options".
const SETTINGS: &[Setting] = &[
    Setting {
        files: PLAY,
        any: &["autoApply=true", "autoApply:true"],
        tool: "Play",
        does: Does::Migrates,
    },
    Setting { files: PLAY, any: &["migration.auto=true"], tool: "Flyway", does: Does::Migrates },
    Setting {
        files: APPLICATION,
        any: &["migrate-at-start=true", "migrate-at-start:true"],
        tool: "Quarkus",
        does: Does::Migrates,
    },
    Setting {
        files: APPLICATION,
        any: &["ddl-auto=create", "ddl-auto:create"],
        tool: "Hibernate",
        does: Does::Recreates,
    },
    Setting {
        files: APPLICATION,
        any: &["ddl-auto=update", "ddl-auto:update"],
        tool: "Hibernate",
        does: Does::Changes,
    },
    Setting {
        files: TYPEORM,
        any: &["migrationsRun:true", "\"migrationsRun\":true"],
        tool: "TypeORM",
        does: Does::Migrates,
    },
    Setting {
        files: TYPEORM,
        any: &["synchronize:true", "\"synchronize\":true"],
        tool: "TypeORM",
        does: Does::Changes,
    },
];

pub(super) fn found(app: &AppFiles) -> Vec<AtBoot> {
    let mut found: Vec<AtBoot> = SETTINGS
        .iter()
        .filter_map(|setting| {
            let (place, text) = setting.files.iter().find_map(|file| {
                let (line, text) = line_with(app, file, setting.any)?;
                Some((format!("{file}:{line}"), text))
            })?;
            Some(AtBoot { tool: setting.tool, does: setting.does, place, text })
        })
        .collect();
    let has_play = found.iter().any(|found| found.tool == "Play");
    found.extend(evolutions(app).filter(|_| !has_play));
    found.extend(by_library(app));
    // https://docs.strapi.io/cms/database-migrations
    if manifest::npm(app, "@strapi/strapi").unwrap_or_default() {
        found.push(AtBoot {
            tool: "Strapi",
            does: Does::Migrates,
            place: "package.json".to_owned(),
            text: "@strapi/strapi".to_owned(),
        });
    }
    found
}

/// Play refuses to start, or migrates, where an evolution is pending: nothing else applies them.
fn evolutions(app: &AppFiles) -> Option<AtBoot> {
    let build = rough(app, "build.sbt");
    let is_off = rough(app, "conf/application.conf").lines().any(|line| {
        let line = squeezed(line);
        line.contains("evolutions") && line.ends_with("enabled=false")
    });
    let has_them = !app.names_in("conf/evolutions").is_empty();
    (has_them && build.contains("evolutions") && !is_off).then(|| AtBoot {
        tool: "Play",
        does: Does::Migrates,
        place: "conf/evolutions".to_owned(),
        text: "evolutions".to_owned(),
    })
}

/// Libraries that a framework runs at its start where they are on the class path, unless a setting
/// says otherwise: Spring Boot's "Use a Higher-level Database Migration Tool", Micronaut Flyway's and
/// Micronaut Liquibase's documentation.
fn by_library(app: &AppFiles) -> Option<AtBoot> {
    let (file, text) = jvm_build(app).ok().flatten()?;
    let build = without_comments(&text);
    let is_spring = build.contains("spring-boot") || build.contains("springframework.boot");
    for (tool, key) in [("Flyway", "flyway"), ("Liquibase", "liquibase")] {
        let spring = [
            format!("{key}-core"),
            format!("{key}-database-postgresql"),
            format!("spring-boot-starter-{key}"),
        ];
        let micronaut = [format!("micronaut-{key}")];
        let (libraries, framework) =
            if is_spring { (&spring[..], "Spring Boot") } else { (&micronaut[..], "Micronaut") };
        let line = build
            .lines()
            .position(|line| libraries.iter().any(|library| line.contains(library.as_str())));
        if let Some(line) = line.filter(|_| !is_switched_off(app, key)) {
            let library = libraries.iter().find(|library| build.contains(library.as_str()))?;
            return Some(AtBoot {
                tool,
                does: Does::Migrates,
                place: format!("{file}:{}", line + 1),
                text: format!("{library}, which {framework} runs"),
            });
        }
    }
    None
}

/// `spring.flyway.enabled=false`, in either format.
fn is_switched_off(app: &AppFiles, key: &str) -> bool {
    APPLICATION.iter().any(|file| {
        let text = rough(app, file);
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let squeezed: String = lines.map(squeezed).collect();
        squeezed.contains(&format!("{key}.enabled=false"))
            || squeezed.contains(&format!("{key}:enabled:false"))
            || squeezed.contains(&format!("{key}.enabled:false"))
    })
}

/// The first line that is not a comment and has one of the texts, with its number. Of a file of
/// several documents, those for one profile do not count.
fn line_with(app: &AppFiles, file: &str, any: &[&str]) -> Option<(usize, String)> {
    let text = rough(app, file);
    let mut first = 0;
    for document in documents(&text) {
        let lines: Vec<&str> = document.lines().collect();
        let of_a_profile = document.contains("on-profile") || document.contains("spring.profiles:");
        let found = lines.iter().position(|line| {
            let line = line.trim();
            let is_comment = ["//", "#", "*", "--", "/*"].iter().any(|sign| line.starts_with(sign));
            !is_comment && any.iter().any(|text| squeezed(line).contains(text))
        });
        if let Some(at) = found.filter(|_| !of_a_profile) {
            let shown = lines[at].trim().trim_end_matches(',');
            return Some((first + at + 1, shown.chars().take(60).collect()));
        }
        first += lines.len() + 1;
    }
    None
}

/// The parts of a file between lines of `---` or `#---`.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if matches!(line.trim_end(), "---" | "#---") {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    documents
}

fn rough(app: &AppFiles, file: &str) -> String {
    app.rough_text(file).ok().flatten().unwrap_or_default()
}

fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A build file without comments of XML and of Gradle; lines stay where they are.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        let (comment, later) = after.split_once("-->").unwrap_or((after, ""));
        kept.extend(comment.chars().filter(|c| *c == '\n'));
        rest = later;
    }
    kept.push_str(rest);
    let lines =
        kept.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
