//! EF Core (.NET).
//!
//! `dotnet ef database update` needs the SDK, which is not there when a release runs. A bundle is:
//! a program that `dotnet ef migrations bundle` builds:
//! <https://learn.microsoft.com/ef/core/managing-schemas/migrations/applying#bundles>. It has no
//! option that lists what is pending.

use super::app_files::has_extension;
use super::near_root::files_near_root;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot};

pub(super) struct EfCore;

const PACKAGES: &[&str] = &["Microsoft.EntityFrameworkCore", "Npgsql.EntityFrameworkCore"];

impl Framework for EfCore {
    fn key(&self) -> &'static str {
        "ef-core"
    }

    fn name(&self) -> &'static str {
        "EF Core"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(project) = project(app)? else { return Ok(None) };
        if at_boot::migration_of(app, "EF Core").is_some() {
            return Ok(None);
        }
        let (evidence, command) = match bundle(app, &project.text) {
            Some(bundle) => (format!("EF Core in {}, and {bundle}", project.file), bundle),
            None => (format!("EF Core in {}", project.file), "efbundle".to_owned()),
        };
        let why = "a bundle has no option that lists what is pending";
        Ok(Some(Recognised {
            evidence,
            command: format!("./{command}"),
            pending: PendingCheck::Unknown { why },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        let Some(project) = project(app)? else { return Ok(None) };
        if bundle(app, &project.text).is_some() {
            return Ok(None);
        }
        Ok(Some(Remark::new(
            "EF Core has no bundle",
            "A release has no SDK for \"dotnet ef\".",
            format!(
                "Let {} make a bundle when it is published:\n\
                 dotnet ef migrations bundle -o efbundle",
                project.file
            ),
        )))
    }
}

/// A project file that refers to EF Core.
struct Project {
    file: String,
    text: String,
}

fn project(app: &AppFiles) -> Result<Option<Project>, FileProblem> {
    for file in files_near_root(app, |name| has_extension(name, "csproj")) {
        let Some(text) = app.rough_text(&file)? else { continue };
        if PACKAGES.iter().any(|package| text.contains(package)) {
            return Ok(Some(Project { file, text }));
        }
    }
    Ok(None)
}

/// The bundle's path: the file that is there, or the one that the project's build writes.
fn bundle(app: &AppFiles, project: &str) -> Option<String> {
    let there = ["efbundle", "bin/efbundle", "publish/efbundle"].into_iter();
    let there = there.map(str::to_owned).find(|file| app.has(file));
    there.or_else(|| {
        let (_, after) = project.split_once("migrations bundle")?;
        let mut words = after.lines().next()?.split([' ', '"']).filter(|word| !word.is_empty());
        words.find(|word| matches!(*word, "-o" | "--output"))?;
        let path = words.next()?.trim_start_matches("./");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        path.chars().all(is_plain).then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{obstacle, told};
    use super::*;

    const PROJECT: &str = "<PackageReference Include=\"Npgsql.EntityFrameworkCore.PostgreSQL\" />";

    #[test]
    fn by_a_bundle_that_is_there_or_that_the_build_makes() {
        assert_eq!(
            told(&EfCore, &[("Shop.csproj", PROJECT), ("efbundle", "")]),
            "EF Core in Shop.csproj, and efbundle: ./efbundle"
        );
        let built = format!(
            "{PROJECT}<Exec Command=\"dotnet ef migrations bundle -o bin/migrate --force\" />"
        );
        assert_eq!(
            told(&EfCore, &[("src/Shop/Shop.csproj", &built)]),
            "EF Core in src/Shop/Shop.csproj, and bin/migrate: ./bin/migrate"
        );
        assert_eq!(told(&EfCore, &[("Shop.csproj", "<Project />")]), "-");
    }

    #[test]
    fn without_a_bundle_nothing_can_run() {
        assert_eq!(obstacle(&EfCore, &[("Shop.csproj", PROJECT)]), "EF Core has no bundle");
        assert_eq!(obstacle(&EfCore, &[("Shop.csproj", PROJECT), ("efbundle", "")]), "-");
        let program = "app.Services.GetService<Db>().Database.Migrate();";
        assert_eq!(told(&EfCore, &[("Shop.csproj", PROJECT), ("Program.cs", program)]), "-");
    }
}
