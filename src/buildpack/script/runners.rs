//! Task runners that keep named recipes in a file: `just` and `task`. What is not plain in a
//! file is left out, and a recipe that needs it is not followed.

use super::call::Call;
use super::part::Hidden;
use super::paths::joined;
use super::recipes::{Recipes, Step};
use super::walk::{Context, Shell, Walker};
use super::{justfile, taskfile};

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
