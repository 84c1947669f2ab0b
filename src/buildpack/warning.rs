//! Something that a person should know; the build goes on.

use crate::migrate::frameworks::FileProblem;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Warning {
    pub(super) title: String,
    pub(super) body: String,
}

impl Warning {
    pub(super) fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Warning { title: title.into(), body: body.into() }
    }

    /// A file that cannot be read as it should be, and what follows from that.
    pub(super) fn of_file(problem: &FileProblem, consequence: &str) -> Self {
        let snippet = problem.snippet().map_or_else(String::new, |snippet| format!("{snippet}\n"));
        let body = format!("{snippet}What to do: {}.\n{consequence}", problem.remedy);
        Warning::new(problem.to_string(), body)
    }
}
