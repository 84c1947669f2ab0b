//! Named recipes, as task runners keep them in a file.

/// The recipes of a file.
#[derive(Default)]
pub(super) struct Recipes {
    pub(super) all: Vec<(String, Recipe)>,
    /// Other names.
    pub(super) aliases: Vec<(String, String)>,
    /// What runs without a name.
    pub(super) default: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Recipe {
    /// How many words after its name are arguments.
    pub(super) parameters: usize,
    /// Relative to the file's directory.
    pub(super) directory: String,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Another recipe.
    Recipe(String),
    /// A line in its own shell, and whether its failure is ignored.
    Line(String, bool),
    /// A whole script of the shell.
    Script(String),
    /// Something that is not understood.
    Unknown,
}

impl Recipes {
    pub(super) fn get(&self, name: &str) -> Option<&Recipe> {
        let own = |name: &str| self.all.iter().find(|(own, _)| own == name).map(|(_, own)| own);
        let alias = || self.aliases.iter().find(|(alias, _)| alias == name);
        own(name).or_else(|| alias().and_then(|(_, of)| own(of)))
    }
}
