//! Frameworks that migrate when the app starts, by their configuration or by a line of code.

use crate::migrate::frameworks::AppFiles;

/// Files to look into; texts of which a line has one, blanks left out; what the line means.
struct Sign {
    files: &'static [&'static str],
    any: &'static [&'static str],
    told: &'static str,
}

const SPRING: &[&str] = &[
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
    "src/main/resources/application-production.properties",
    "src/main/resources/application-prod.properties",
    "application.properties",
];
const PLAY: &[&str] = &["conf/application.conf", "conf/prod.conf", "conf/production.conf"];
const DOTNET: &[&str] = &["Program.cs", "Startup.cs"];
const TYPEORM: &[&str] =
    &["src/data-source.ts", "src/app.module.ts", "ormconfig.json", "ormconfig.js", "ormconfig.ts"];
const GO: &[&str] = &["main.go", "cmd/server/main.go", "cmd/web/main.go", "cmd/api/main.go"];

const SIGNS: &[Sign] = &[
    Sign {
        files: PLAY,
        any: &["autoApply=true", "autoApply:true"],
        told: "Play applies evolutions",
    },
    Sign { files: PLAY, any: &["migration.auto=true"], told: "flyway-play migrates" },
    Sign {
        files: SPRING,
        any: &["migrate-at-start=true", "migrate-at-start:true"],
        told: "Quarkus migrates",
    },
    Sign {
        files: SPRING,
        any: &["ddl-auto=create", "ddl-auto:create"],
        told: "Hibernate drops and creates the tables",
    },
    Sign {
        files: SPRING,
        any: &["ddl-auto=update", "ddl-auto:update"],
        told: "Hibernate changes the tables",
    },
    Sign { files: DOTNET, any: &["Database.Migrate"], told: "Entity Framework migrates" },
    Sign {
        files: DOTNET,
        any: &["Database.EnsureCreated"],
        told: "Entity Framework creates the tables",
    },
    Sign { files: &["src/main.rs"], any: &["sqlx::migrate!("], told: "sqlx migrates" },
    Sign { files: &["src/main.rs"], any: &[".run_pending_migrations("], told: "Diesel migrates" },
    Sign { files: GO, any: &[".AutoMigrate("], told: "GORM migrates" },
    Sign {
        files: TYPEORM,
        any: &["migrationsRun:true", "\"migrationsRun\":true"],
        told: "TypeORM migrates",
    },
    Sign {
        files: TYPEORM,
        any: &["synchronize:true", "\"synchronize\":true"],
        told: "TypeORM changes the tables",
    },
];

/// Libraries that Spring Boot runs at its start where they are on the class path, with the property
/// that switches each off: Spring Boot's reference, "Use a Higher-level Database Migration Tool".
const SPRING_LIBRARIES: &[(&str, &str, &str)] = &[
    ("flyway", "Flyway", "spring.flyway.enabled"),
    ("liquibase", "Liquibase", "spring.liquibase.enabled"),
];

/// The places, and what happens there.
pub(super) fn migrates_at_boot(files: &AppFiles) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for sign in SIGNS {
        let candidates = sign.files.iter().map(|file| (*file).to_owned());
        let below = sign.files.iter().filter(|file| DOTNET.contains(file)).flat_map(|file| {
            files.names_in("").into_iter().map(move |directory| format!("{directory}/{file}"))
        });
        for file in candidates.chain(below) {
            if let Some((line, text)) = line_with(files, &file, sign.any) {
                found.push((format!("{file}:{line}"), format!("{} ({text})", sign.told)));
                break;
            }
        }
    }
    let ecto = files.names_in("lib").into_iter().map(|name| format!("lib/{name}/application.ex"));
    for file in ecto {
        if let Some((line, _)) = line_with(files, &file, &["{Ecto.Migrator"]) {
            found.push((format!("{file}:{line}"), "Ecto.Migrator migrates".to_owned()));
        }
    }
    found.extend(by_spring(files));
    found
}

fn by_spring(files: &AppFiles) -> Option<(String, String)> {
    let manifests = ["pom.xml", "build.gradle", "build.gradle.kts"];
    let manifest = *manifests.iter().find(|file| files.has(file))?;
    let text = files.rough_text(manifest).ok().flatten()?;
    if !text.contains("spring-boot") && !text.contains("org.springframework.boot") {
        return None;
    }
    SPRING_LIBRARIES.iter().find_map(|(library, name, switch)| {
        let core = [format!("{library}-core"), format!("{library}-database-postgresql")];
        let (index, _) = text
            .lines()
            .enumerate()
            .find(|(_, line)| core.iter().any(|core| line.contains(core.as_str())))?;
        let switched_off = SPRING.iter().any(|file| {
            let text = files.rough_text(file).ok().flatten().unwrap_or_default();
            let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            squeezed.contains(&format!("{switch}=false"))
                || squeezed.contains(&format!("{library}:enabled:false"))
        });
        (!switched_off).then(|| {
            (
                format!("{manifest}:{}", index + 1),
                format!("Spring Boot runs {name} ({core})", core = core[0]),
            )
        })
    })
}

/// The first line that is not a comment and has one of the texts, with its number.
fn line_with(files: &AppFiles, file: &str, any: &[&str]) -> Option<(usize, String)> {
    let text = files.rough_text(file).ok().flatten()?;
    text.lines().enumerate().find_map(|(index, line)| {
        let line = line.trim();
        let is_comment = ["//", "#", "*", "--", "/*"].iter().any(|sign| line.starts_with(sign));
        let squeezed: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        (!is_comment && any.iter().any(|text| squeezed.contains(text)))
            .then(|| (index + 1, line.chars().take(60).collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)]) -> String {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = migrates_at_boot(&AppFiles::new(app.path()));
        found.iter().map(|(place, told)| format!("{place}: {told}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn configurations_and_code_that_migrate_at_boot() {
        const POM: &str = "<project>\n<artifactId>spring-boot-starter</artifactId>\n<artifactId>flyway-core</artifactId>\n</project>";
        for (files, expected) in [
            (
                &[(
                    "conf/application.conf",
                    "# autoApply = true\nplay.evolutions.db.default.autoApply = true\n",
                )][..],
                "conf/application.conf:2: Play applies evolutions (play.evolutions.db.default.autoApply = true)",
            ),
            (&[("conf/application.conf", "play.evolutions.autoApply=false\n")], ""),
            (&[("pom.xml", POM)], "pom.xml:3: Spring Boot runs Flyway (flyway-core)"),
            (
                &[
                    ("pom.xml", POM),
                    (
                        "src/main/resources/application.yml",
                        "spring:\n  flyway:\n    enabled: false\n",
                    ),
                ],
                "",
            ),
            (&[("pom.xml", "<artifactId>flyway-core</artifactId>")], ""),
            (
                &[("Shop/Program.cs", "db.Database.Migrate();\n")],
                "Shop/Program.cs:1: Entity Framework migrates (db.Database.Migrate();)",
            ),
            (
                &[("lib/shop/application.ex", "{Ecto.Migrator, repos: repos}\n")],
                "lib/shop/application.ex:1: Ecto.Migrator migrates",
            ),
        ] {
            assert_eq!(told(files), expected);
        }
    }
}
