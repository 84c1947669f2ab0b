//! Whether a shell command runs our tool: itself, or by a script of the app that it names.

use super::procfile::calls_us;
use crate::migrate::frameworks::AppFiles;

/// Whether a command runs `review-data SUB_COMMAND`.
#[must_use]
pub(super) fn runs_us(command: &str, sub_command: &str, app: &AppFiles) -> bool {
    text_calls_us(command, sub_command) || script_that_calls_us(command, sub_command, app).is_some()
}

/// The file of the app among the command's words in which we are called.
#[must_use]
pub(super) fn script_that_calls_us<'a>(
    command: &'a str,
    sub_command: &str,
    app: &AppFiles,
) -> Option<&'a str> {
    let words = command.split(|c: char| c.is_whitespace() || ";&|()<>\"'`".contains(c));
    words.filter(|word| !word.is_empty()).map(in_app).find(|path| {
        let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        // a script that cannot be read is not one that calls us
        let text = || app.rough_text(path).ok().flatten();
        inside && app.has(path) && text().is_some_and(|text| text_calls_us(&text, sub_command))
    })
}

/// A path in the app's directory, which is `/app` on classic Heroku and `/workspace` elsewhere.
fn in_app(word: &str) -> &str {
    ["/app/", "/workspace/", "$HOME/", "./"]
        .iter()
        .find_map(|root| word.strip_prefix(root))
        .unwrap_or(word)
}

fn text_calls_us(text: &str, sub_command: &str) -> bool {
    text.lines().any(|line| calls_us(line, sub_command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_looked_into_however_it_is_named() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("bin")).unwrap();
        let script = "#!/bin/sh\nset -e\n# before\nreview-data release\n";
        std::fs::write(home.path().join("bin/release"), script).unwrap();
        std::fs::write(home.path().join("bin/seed"), "echo review-data\n").unwrap();
        let app = AppFiles::new(home.path());
        for command in [
            "bin/release",
            "./bin/release",
            "bash -eu bin/release",
            "/app/bin/release --now",
            "/workspace/bin/release",
            "$HOME/bin/release",
            "bin/seed && bin/release",
        ] {
            assert!(runs_us(command, "release", &app), "{command}");
            assert!(!runs_us(command, "postdeploy", &app), "{command}");
        }
        for command in ["bin/seed", "bin/other", "../bin/release", "cat /etc/passwd"] {
            assert!(!runs_us(command, "release", &app), "{command}");
        }
    }
}
