//! A line of a Procfile, in the parts that an edit keeps.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A comment or an empty line, with its ending.
    Other(String),
    /// A line that classic Heroku ignores, with its ending.
    Ignored(String),
    Process(ProcessLine),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProcessLine {
    /// The name with the blanks around it, and the colon with the blanks after it.
    pub(super) lead: String,
    pub(super) name: String,
    /// Classic Heroku takes a line without a colon too.
    pub(super) colon: bool,
    /// Empty on classic Heroku, where nothing stands after the colon and a blank.
    pub(super) command: String,
    /// Trailing blanks and the line's ending.
    pub(super) tail: String,
}

impl Line {
    pub(super) fn tail(&self) -> &str {
        match self {
            Line::Other(text) | Line::Ignored(text) => text,
            Line::Process(process) => &process.tail,
        }
    }

    pub(super) fn tail_mut(&mut self) -> &mut String {
        match self {
            Line::Other(text) | Line::Ignored(text) => text,
            Line::Process(process) => &mut process.tail,
        }
    }
}
