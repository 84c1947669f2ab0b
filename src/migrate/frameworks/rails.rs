//! Ruby on Rails (Active Record).
//!
//! `bin/rails db:migrate`, `db:abort_if_pending_migrations` (exit 1 where some are pending), tables
//! `schema_migrations` and `ar_internal_metadata`: <https://guides.rubyonrails.org/active_record_migrations.html>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, SimpleCommand};

pub(super) struct Rails;

impl Framework for Rails {
    fn key(&self) -> &'static str {
        "rails"
    }

    fn name(&self) -> &'static str {
        "Rails"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let is_rails = app
            .rough_text("config/application.rb")?
            .is_some_and(|text| text.contains("Rails::Application"));
        if !is_rails {
            return Ok(None);
        }
        let rails = if app.has("bin/rails") { "bin/rails" } else { "bundle exec rails" };
        Ok(Some(Recognised {
            evidence: "Rails::Application in config/application.rb".to_owned(),
            command: format!("{rails} db:migrate"),
            pending: PendingCheck::ExitCode {
                command: format!("{rails} db:abort_if_pending_migrations"),
                pending: &[1],
            },
        }))
    }

    fn pending_check_of(&self, command: &SimpleCommand) -> Option<PendingCheck> {
        let before = |program| command.before("db:migrate", program);
        let rails = before("rails").or_else(|| before("rake"))?;
        Some(PendingCheck::ExitCode {
            command: format!("{rails} db:abort_if_pending_migrations"),
            pending: &[1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_application() {
        let application = ("config/application.rb", "class Application < Rails::Application\n");
        assert_eq!(
            told(&Rails, &[application, ("bin/rails", "#!/usr/bin/env ruby\n")]),
            "Rails::Application in config/application.rb: bin/rails db:migrate"
        );
        assert_eq!(
            told(&Rails, &[application]),
            "Rails::Application in config/application.rb: bundle exec rails db:migrate"
        );
    }

    #[test]
    fn not_by_another_ruby_app() {
        assert_eq!(told(&Rails, &[("Gemfile", "gem 'sinatra'\n")]), "-");
    }

    #[test]
    fn the_check_keeps_a_commands_own_options() {
        let check = |command| Rails.pending_check_of(&SimpleCommand::of(command)?);
        assert_eq!(
            check("bundle exec rake db:migrate"),
            Some(PendingCheck::ExitCode {
                command: "bundle exec rake db:abort_if_pending_migrations".to_owned(),
                pending: &[1],
            })
        );
        assert_eq!(check("bin/rails db:migrate db:seed"), None);
    }
}
