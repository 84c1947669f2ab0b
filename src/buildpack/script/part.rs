//! What is known of one command of a command line.

use std::fmt;

/// What a command does to the app's database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `review-data release`, `postdeploy` or another command of ours.
    Ours(String),
    /// Runs the migrations that are pending.
    Migrates,
    /// Brings the schema to its definition, without a history of migrations.
    Pushes,
    /// Creates or changes tables by its own statements.
    Creates,
    /// Inserts rows that the app needs or that are made up.
    Fills,
    /// Adds somebody who can log in.
    CreatesUser,
    /// Takes away what the load has brought: with what it does.
    Empties(&'static str),
    /// Copies another database or a dump into this one.
    Copies,
    /// Drops what the schema no longer has, with its rows: by this option.
    Loses(&'static str),
    /// Known not to touch the database.
    Nothing,
    /// Nothing is claimed.
    Unknown,
}

impl Effect {
    /// Whether it changes the schema and leaves the rows.
    #[must_use]
    pub fn changes_schema(&self) -> bool {
        matches!(self, Effect::Migrates | Effect::Pushes | Effect::Creates)
    }
}

/// One command, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The command as it is written, with the directory that it runs in.
    pub command: String,
    pub effect: Effect,
    /// The file that it stands in, where the command line only leads to it.
    pub place: Option<FilePlace>,
    pub conditions: Vec<Condition>,
    /// Why its failure does not make the command line fail.
    pub hidden: Option<Hidden>,
}

/// A place in a file of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    pub file: String,
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    Line(usize),
    /// A script of package.json, a target of a Makefile, a task.
    Name(String),
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::Line(line) => write!(f, "{}:{line}", self.file),
            At::Name(name) => write!(f, "{}, {name}", self.file),
        }
    }
}

/// Something that decides whether a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// As it is written.
    pub text: String,
    /// The variables in it that tell a review app from its parent.
    pub identity: Vec<String>,
    /// Whether it holds in a review app, as far as that is certain.
    pub in_review: Truth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Yes,
    No,
    Unknown,
}

impl Truth {
    #[must_use]
    pub fn not(self) -> Self {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        }
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Truth::Yes } else { Truth::No }
    }
}

/// What hides a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// `|| true`
    Or(String),
    /// `;` or a new line: a later command's result counts. With the file, where it is one.
    Then { next: String, file: Option<String> },
    /// `|`: the last command's result counts.
    Pipe(String),
    /// `&`
    Background,
    /// `if COMMAND; then`
    Condition,
    /// A loop tries it a few times, and succeeds whatever comes of it.
    Retried,
    /// A loop tries it until it succeeds.
    Endless,
}

impl Part {
    /// Whether this runs in a review app, as far as that is certain.
    #[must_use]
    pub fn in_review(&self) -> Truth {
        self.conditions.iter().fold(Truth::Yes, |all, condition| all.and(condition.in_review))
    }

    /// The first condition on the app's identity.
    #[must_use]
    pub fn identity_condition(&self) -> Option<&Condition> {
        self.conditions.iter().find(|condition| !condition.identity.is_empty())
    }

    /// The command, fit for one line, with its place.
    #[must_use]
    pub fn shown(&self) -> String {
        let command = shortened(&self.command);
        match &self.place {
            Some(place) => format!("{command} ({place})"),
            None => command,
        }
    }
}

/// A text, fit for a part of one line.
#[must_use]
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}

/// All that is known of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// In the order in which they run.
    pub parts: Vec<Part>,
    /// Scripts of the app that the command line leads to.
    pub files: Vec<String>,
    /// Whether something runs besides that was not looked into.
    pub partial: bool,
    /// Whether the command line itself is not understood at all.
    pub is_not_shell: bool,
}

impl Reading {
    /// The parts of an effect.
    pub fn with(&self, wanted: impl Fn(&Effect) -> bool) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| wanted(&part.effect))
    }

    /// Whether every part is known.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        !self.partial && self.with(|effect| *effect == Effect::Unknown).next().is_none()
    }
}
