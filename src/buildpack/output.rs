//! What the build prints, in the style of the platform that runs it.

use super::decision::Decision;
use super::warning::Warning;
use crate::failure::Failure;
use crate::migrate::frameworks::star_passwords;
use libherokubuildpack::log;
use std::fmt::Write as _;
use std::time::Duration;

/// `[Title]` lines of Heroku's Cloud Native Buildpacks, or the arrows of classic ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    CloudNative,
    Classic,
}

const TITLE: &str = "Review data";
const YELLOW: &str = "\x1b[1;33m";
const RED: &str = "\x1b[1;31m";
const RESET: &str = "\x1b[0m";

impl Output {
    pub(super) fn title(self) {
        match self {
            Output::CloudNative => log::log_header(TITLE),
            Output::Classic => println!("-----> {TITLE}"),
        }
    }

    /// Passwords of URLs are starred, here and in all that follows: a command may hold one.
    pub(super) fn line(self, text: &str) {
        let text = star_passwords(text);
        match self {
            Output::CloudNative => log::log_info(text),
            Output::Classic => {
                for line in text.lines() {
                    println!("       {line}");
                }
            }
        }
    }

    /// The last line of a build, in the words of Heroku's buildpacks.
    pub(super) fn done(self, took: Duration) {
        let seconds = took.as_secs_f64();
        if seconds < 0.1 {
            self.line("Done (finished in < 0.1s)");
        } else {
            self.line(&format!("Done (finished in {seconds:.1}s)"));
        }
    }

    pub(super) fn decision(self, decision: &Decision) {
        for line in &decision.told {
            self.line(line);
        }
        for warning in &decision.warnings {
            self.warning(warning);
        }
    }

    pub(super) fn warning(self, warning: &Warning) {
        let (title, body) = (&warning.title, star_passwords(&warning.body));
        match self {
            Output::CloudNative => log::log_warning(title, body),
            Output::Classic => marked(YELLOW, &format!("{title}\n{body}")),
        }
    }

    pub(super) fn failures(self, failures: &[Failure]) {
        for failure in failures {
            let told = star_passwords(&failure.to_string());
            let body = told.strip_prefix(&format!("error: {}", failure.what)).unwrap_or(&told);
            let body = body.trim_start_matches('\n');
            match self {
                Output::CloudNative => log::log_error(&failure.what, body),
                Output::Classic => marked(RED, &format!("{}\n{body}", failure.what)),
            }
        }
    }
}

/// Lines of ` !     `, each with its own colour codes so that no colour runs into what the
/// platform prints before the next.
fn marked(colour: &str, text: &str) {
    let mut shown = String::new();
    for line in text.lines() {
        let _ = writeln!(shown, "{colour} !     {line}{RESET}");
    }
    eprintln!("{shown}{colour} !{RESET}");
}
