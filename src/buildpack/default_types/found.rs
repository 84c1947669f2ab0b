//! The default types of an app, and what they need.

use crate::buildpack::warning::Warning;

/// What becomes of the default types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DefaultTypes {
    /// For our `bin/release`: lines of YAML, `name: command`.
    pub(crate) release: Vec<String>,
    /// For the Procfile that we make: names and commands.
    pub(crate) procfile: Vec<(String, String)>,
    /// What the command of `procfile` starts: the script that finds the program.
    pub(crate) script: Option<String>,
    /// No Procfile should be made: it would take types away that we do not know.
    pub(crate) no_procfile: bool,
    pub(crate) told: Vec<String>,
    pub(crate) warnings: Vec<Warning>,
}

/// Where [`DefaultTypes::script`] is in the slug.
pub(crate) const SCRIPT_FILE: &str = ".review-data/default-web";

impl DefaultTypes {
    /// `web`, run by a script that the slug gets.
    pub(super) fn web_by_script(&mut self, language: &str, script: String) {
        self.told.push(format!("Default process type web of {language}'s buildpack stays"));
        self.procfile.push(("web".to_owned(), format!("bash {SCRIPT_FILE}")));
        self.script = Some(script);
    }

    pub(super) fn types(&mut self, language: &str, types: Vec<(String, String)>) {
        let names: Vec<&str> = types.iter().map(|(name, _)| name.as_str()).collect();
        self.told.push(format!(
            "Default process types of {language}'s buildpack stay: {}",
            names.join(", ")
        ));
        self.procfile.extend(types);
    }

    /// The language's buildpack comes after us, and nothing tells what it will name.
    pub(super) fn unknown(&mut self, language: &str) {
        self.no_procfile = true;
        self.warnings.push(Warning::new(
            "No Procfile: release is not review-data's unless this buildpack is the last",
            format!(
                "{language}'s buildpack names a web process only if there is no Procfile, so none\n\
                 is made here. Which process that is cannot be known before its compile.\n\
                 What to do: add a Procfile with your web process, such as\n\
                 web: bin/server\n\
                 Or put this buildpack after {language}'s: remove it, and add it again at the end\n\
                 heroku buildpacks:remove URL && heroku buildpacks:add URL"
            ),
        ));
    }
}
