//! Task runners that keep named recipes in a file: `just` and `task`. What is not plain in such a
//! file is left out, and a recipe that needs it is not followed.

use super::call::Call;
use super::part::Hidden;
use super::paths::joined;
use super::walk::{Context, Shell, Walker};
use super::{justfile, taskfile};

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
    /// A line, in a shell of its own; whether its failure is ignored.
    Line(String, bool),
    /// A whole script of the shell.
    Script(String),
    /// Something that is not understood.
    Unknown,
}

impl Recipes {
    fn get(&self, name: &str) -> Option<&Recipe> {
        let own = |name: &str| self.all.iter().find(|(own, _)| own == name).map(|(_, own)| own);
        let alias = || self.aliases.iter().find(|(alias, _)| alias == name);
        own(name).or_else(|| alias().and_then(|(_, of)| own(of)))
    }
}

/// A task runner: where its recipes stand, and the options that have a value.
struct Runner {
    files: &'static [&'static str],
    file_options: &'static [&'static str],
    directory_options: &'static [&'static str],
    parse: fn(&str) -> Option<Recipes>,
}

const JUST: Runner = Runner {
    files: &["justfile", "Justfile", "JUSTFILE", ".justfile"],
    file_options: &["-f", "--justfile"],
    directory_options: &["-d", "--working-directory"],
    parse: justfile::parse,
};

const TASK: Runner = Runner {
    files: &["Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml"],
    file_options: &["-t", "--taskfile"],
    directory_options: &["-d", "--dir"],
    parse: taskfile::parse,
};

impl Walker<'_> {
    /// `just migrate`, `task db:migrate`
    pub(super) fn recipes(&mut self, call: &Call, context: &Context, shell: &Shell) -> bool {
        let runner = if call.program == "just" { &JUST } else { &TASK };
        let mut words = Vec::new();
        let (mut own_file, mut own_directory) = (None, None);
        let mut arguments = call.arguments.iter();
        while let Some(word) = arguments.next() {
            let text = word.text.as_str();
            if word.dynamic {
                return false;
            } else if text == "--" {
                break;
            } else if runner.file_options.contains(&text) {
                own_file = arguments.next().map(|word| word.text.clone());
            } else if runner.directory_options.contains(&text) {
                own_directory = arguments.next().map(|word| word.text.clone());
            } else if text.starts_with('-') {
                // it may list recipes instead of running one
                if !["-v", "-q", "-y", "-s", "--verbose", "--quiet", "--yes", "--silent"]
                    .contains(&text)
                {
                    return false;
                }
            } else if !text.contains('=') {
                words.push(text.to_owned());
            }
        }
        let mut shell = shell.clone();
        if let Some(directory) = own_directory {
            shell.directory = joined(&shell.directory, &directory);
        }
        let usual = || runner.files.iter().map(|name| (*name).to_owned()).collect();
        let names: Vec<String> = own_file.map_or_else(usual, |own| vec![own]);
        let found = names.iter().map(|name| joined(&shell.directory, name)).find_map(|file| {
            let text = self.files.rough_text(&file).ok().flatten()?;
            Some((file, text))
        });
        let Some((file, text)) = found else { return false };
        let Some(recipes) = (runner.parse)(&text) else { return false };
        if words.is_empty() {
            words.extend(recipes.default.clone());
        }
        let mut wanted = Vec::new();
        let mut words = words.into_iter();
        while let Some(name) = words.next() {
            let Some(recipe) = recipes.get(&name) else { return false };
            words.by_ref().take(recipe.parameters).for_each(drop);
            wanted.push(name);
        }
        for name in &wanted {
            self.recipe(&recipes, &file, name, context, &shell);
        }
        !wanted.is_empty()
    }

    fn recipe(
        &mut self,
        recipes: &Recipes,
        file: &str,
        name: &str,
        context: &Context,
        shell: &Shell,
    ) {
        let Some(recipe) = recipes.get(name) else {
            self.reading.partial = true;
            return;
        };
        let context =
            Context { file: Some(file.to_owned()), name: Some(name.to_owned()), ..context.clone() };
        let directory = joined(&shell.directory, &recipe.directory);
        self.entering(format!("{file} {name}"), |walker| {
            for step in &recipe.steps {
                let inner = Shell { directory: directory.clone(), ..Shell::default() };
                match step {
                    Step::Recipe(other) => walker.recipe(recipes, file, other, &context, shell),
                    Step::Line(line, false) => walker.text(line, &context, inner),
                    Step::Line(line, true) => {
                        let hidden = Hidden::Or("ignored errors".to_owned());
                        walker.text(line, &context.clone().hide(hidden), inner);
                    }
                    Step::Script(text) => walker.text(text, &context, inner),
                    Step::Unknown => walker.reading.partial = true,
                }
            }
        });
    }
}
