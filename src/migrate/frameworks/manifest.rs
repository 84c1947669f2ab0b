//! What an app declares to depend on, in the manifests of its language.

use super::app_files::AppFiles;
use super::problem::FileProblem;
use serde_json::Value;

/// Whether `package.json` lists a package.
pub(super) fn npm(app: &AppFiles, package: &str) -> Result<bool, FileProblem> {
    Ok(app.json("package.json")?.is_some_and(|manifest| {
        ["dependencies", "devDependencies", "optionalDependencies"]
            .iter()
            .any(|section| has_key(manifest.get(section), package))
    }))
}

/// Whether `composer.json` lists a package.
pub(super) fn composer(app: &AppFiles, package: &str) -> Result<bool, FileProblem> {
    Ok(app.json("composer.json")?.is_some_and(|manifest| {
        ["require", "require-dev"].iter().any(|section| has_key(manifest.get(section), package))
    }))
}

fn has_key(section: Option<&Value>, key: &str) -> bool {
    section.and_then(Value::as_object).is_some_and(|packages| packages.contains_key(key))
}

/// Whether the root `Cargo.toml` (or its workspace) lists a crate.
pub(super) fn cargo(app: &AppFiles, name: &str) -> Result<bool, FileProblem> {
    Ok(app.toml("Cargo.toml")?.is_some_and(|manifest| {
        let lists = |table: Option<&toml::Value>, section: &str| {
            table
                .and_then(|table| table.get(section))
                .and_then(toml::Value::as_table)
                .is_some_and(|crates| crates.contains_key(name))
        };
        let root = toml::Value::Table(manifest);
        lists(Some(&root), "dependencies")
            || lists(Some(&root), "dev-dependencies")
            || lists(root.get("workspace"), "dependencies")
    }))
}

/// Whether `go.mod` requires a module, of any major version.
pub(super) fn go(app: &AppFiles, module: &str) -> Result<bool, FileProblem> {
    Ok(app.rough_text("go.mod")?.is_some_and(|text| text.contains(module)))
}

/// Whether a line that is not a comment names a word: not as a part of a longer one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let belongs = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    text.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| {
        line.match_indices(word).any(|(at, _)| {
            !line[..at].chars().next_back().is_some_and(belongs)
                && !line[at + word.len()..].chars().next().is_some_and(belongs)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_a_part_of_another() {
        assert!(has_word("psycopg2-binary==2.9", "psycopg2-binary"));
        assert!(has_word("  \"flask-migrate>=4\",", "flask-migrate"));
        assert!(!has_word("flask-migrate-extra", "flask-migrate"));
        assert!(!has_word("# flask-migrate", "flask-migrate"));
    }
}
