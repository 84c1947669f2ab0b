//! Sequel (Ruby), and other Ruby apps without Rails whose Rakefile has the task `db:migrate`.
//!
//! `rake db:migrate` is the app's own task (rom-sql's `ROM::SQL::RakeSupport`, sinatra-activerecord,
//! `standalone_migrations`); without one, `sequel -m DIRECTORY URL`:
//! <https://sequel.jeremyevans.net/rdoc/files/doc/migration_rdoc.html>. None of them has a command
//! that tells what is pending.

use super::app_files::has_extension;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct Sequel;

/// Gems whose users migrate by `rake db:migrate`.
const GEMS: &[&str] = &["sequel", "rom-sql", "sinatra-activerecord", "standalone_migrations"];

impl Framework for Sequel {
    fn key(&self) -> &'static str {
        "sequel"
    }

    fn name(&self) -> &'static str {
        "Sequel"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(gemfile) = app.rough_text("Gemfile")? else { return Ok(None) };
        let is_rails = app.has("config/application.rb");
        let gem = GEMS.iter().find(|gem| manifest::has_word(&gemfile, gem));
        let Some(gem) = gem.filter(|_| !is_rails) else { return Ok(None) };
        let rakefile = app.rough_text("Rakefile")?.unwrap_or_default();
        let has_task = has_migrate_task(&rakefile)
            || ["rom/sql/rake_task", "sinatra/activerecord/rake", "StandaloneMigrations"]
                .iter()
                .any(|bringing| rakefile.contains(bringing));
        let directory = ["db/migrations", "db/migrate", "migrations"]
            .into_iter()
            .find(|directory| app.names_in(directory).iter().any(|name| has_extension(name, "rb")));
        let (evidence, command) = match directory {
            _ if has_task => (
                format!("db:migrate in the Rakefile, and {gem} in the Gemfile"),
                "bundle exec rake db:migrate".to_owned(),
            ),
            Some(directory) if *gem == "sequel" => (
                format!("sequel in the Gemfile, and {directory}/"),
                format!("bundle exec sequel -m {directory} \"$DATABASE_URL\""),
            ),
            _ => return Ok(None),
        };
        let why = "Sequel has no command that lists what is pending";
        Ok(Some(Recognised { evidence, command, pending: PendingCheck::Unknown { why } }))
    }
}

/// `namespace :db do … task :migrate`, or `task "db:migrate"`.
fn has_migrate_task(rakefile: &str) -> bool {
    rakefile.contains("db:migrate\"")
        || rakefile.contains("db:migrate'")
        || rakefile
            .split("namespace :db")
            .skip(1)
            .any(|rest| rest.contains("task :migrate") || rest.contains("task migrate:"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    const GEMFILE: (&str, &str) = ("Gemfile", "gem 'sequel'\ngem 'pg'\n");

    #[test]
    fn by_its_task_or_its_directory() {
        let rakefile = "namespace :db do\n  task :migrate do\n  end\nend\n";
        assert_eq!(
            told(&Sequel, &[GEMFILE, ("Rakefile", rakefile)]),
            "db:migrate in the Rakefile, and sequel in the Gemfile: bundle exec rake db:migrate"
        );
        assert_eq!(
            told(&Sequel, &[GEMFILE, ("db/migrations/001_users.rb", "")]),
            "sequel in the Gemfile, and db/migrations/: \
             bundle exec sequel -m db/migrations \"$DATABASE_URL\""
        );
        let rom = [("Gemfile", "gem 'rom-sql'\n"), ("Rakefile", "require 'rom/sql/rake_task'\n")];
        assert_eq!(
            told(&Sequel, &rom),
            "db:migrate in the Rakefile, and rom-sql in the Gemfile: bundle exec rake db:migrate"
        );
        assert_eq!(told(&Sequel, &[GEMFILE]), "-");
        assert_eq!(
            told(&Sequel, &[GEMFILE, ("Rakefile", rakefile), ("config/application.rb", "")]),
            "-"
        );
    }
}
