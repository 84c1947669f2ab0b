//! Default types that a language's `bin/release` prints whether there is a Procfile or not, and that
//! would be lost where ours is the last. Known once its compile has run.

use crate::migrate::frameworks::AppFiles;

pub(super) struct Found {
    pub(super) language: &'static str,
    /// Lines of YAML: `name: command`.
    pub(super) types: Vec<String>,
}

/// Of several languages, the one whose buildpack Heroku wants last: Node.js is there for the assets
/// of the others.
pub(super) fn find(files: &AppFiles) -> Option<Found> {
    let one = |language, line: &str| Found { language, types: vec![line.to_owned()] };
    let ran = |path: &str| files.path(path).exists();
    if let Some(types) = of_ruby(files) {
        return Some(Found { language: "Ruby", types });
    }
    if ran(".heroku/php") {
        return Some(one("PHP", "web: heroku-php-apache2"));
    }
    if ran(".profile.d/phoenix_static_buildpack_paths.sh") {
        return Some(one("Phoenix", "web: elixir --sname server -S mix phx.server"));
    }
    if ran(".platform_tools/elixir") {
        return Some(one("Elixir", "web: mix run --no-halt"));
    }
    // Python's names no type, and would have been the last.
    if ran(".heroku/python") || ran(".jdk") || ran(".heroku/cnb/dotnet") {
        return None;
    }
    if ran(".heroku/node") {
        return Some(one("Node.js", "web: npm start"));
    }
    (files.has("static.json") && files.has("bin/boot")).then(|| one("the static", "web: bin/boot"))
}

/// Ruby's compile writes what its release prints, as YAML: a list of types. A long one may go on over
/// several lines.
fn of_ruby(files: &AppFiles) -> Option<Vec<String>> {
    let text = files.rough_text("tmp/heroku-buildpack-release-step.yml").ok()??;
    let (_, after) = text.split_once("default_process_types:")?;
    let mut types: Vec<String> = Vec::new();
    for line in after.lines().skip(1) {
        match line.strip_prefix("  ") {
            Some(more) if more.starts_with(' ') => {
                let last = types.last_mut()?;
                last.push_str("\n    ");
                last.push_str(more.trim_start());
            }
            Some(named) => types.push(named.to_owned()),
            None => break,
        }
    }
    types.retain(|named| !["release:", "postdeploy:"].iter().any(|ours| named.starts_with(ours)));
    Some(types)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rubys_types_are_taken_as_they_are_written() {
        let app = tempfile::tempdir().unwrap();
        std::fs::create_dir(app.path().join("tmp")).unwrap();
        let yaml = "---\naddons:\n- heroku-postgresql\ndefault_process_types:\n  \
                    rake: bundle exec rake\n  web: bin/rails server -p ${PORT:-5000}\n    \
                    -e $RAILS_ENV\n  release: bin/old\nmore: {}\n";
        std::fs::write(app.path().join("tmp/heroku-buildpack-release-step.yml"), yaml).unwrap();
        let found = find(&AppFiles::new(app.path())).unwrap();
        assert_eq!(
            found.types,
            ["rake: bundle exec rake", "web: bin/rails server -p ${PORT:-5000}\n    -e $RAILS_ENV"]
        );
    }
}
