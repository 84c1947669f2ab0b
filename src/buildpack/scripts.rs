//! Whether a shell command runs our tool: itself, or by a script of the app that it leads to.

use super::procfile::calls_us;
use super::script::{Effect, Part, Reading, read};
use crate::migrate::frameworks::AppFiles;

/// Whether a command runs `review-data SUB_COMMAND`.
#[must_use]
pub(super) fn runs_us(command: &str, sub_command: &str, app: &AppFiles) -> bool {
    call_of_us(&read(command, app), sub_command).is_some()
}

/// The part of a command line that runs `review-data SUB_COMMAND`. Of what the reader does not
/// understand, such as a program that starts another, the words are looked at.
#[must_use]
pub(super) fn call_of_us<'a>(reading: &'a Reading, sub_command: &str) -> Option<&'a Part> {
    reading.parts.iter().find(|part| match &part.effect {
        Effect::Ours(ours) => ours == sub_command,
        Effect::Unknown => part.command.lines().any(|line| calls_us(line, sub_command)),
        _ => false,
    })
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
        for command in [
            "foreman run review-data release",
            "if true; then\n  review-data release\nfi",
            "echo 'unclosed; review-data release",
        ] {
            assert!(runs_us(command, "release", &app), "{command}");
        }
        for command in [
            "bin/seed",
            "bin/other",
            "../bin/release",
            "cat /etc/passwd",
            "echo review-data release",
            "alembic upgrade head # not review-data release",
        ] {
            assert!(!runs_us(command, "release", &app), "{command}");
        }
    }
}
