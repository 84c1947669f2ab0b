//! Whether the image's `pg_dump` can read the servers that there are.

use super::warning::Warning;
use crate::schema::{self, ClientError, NEWEST};

/// Asks the `pg_dump` on PATH for its version.
#[must_use]
pub(super) fn check() -> Option<Warning> {
    judge(&schema::version())
}

fn judge(major: &Result<u32, ClientError>) -> Option<Warning> {
    let (title, why) = match major {
        Ok(major) if *major >= NEWEST => return None,
        Ok(major) => (
            format!("pg_dump {major} is older than PostgreSQL {NEWEST}"),
            format!("It reads servers up to version {major} only. A newer one stops the set-up."),
        ),
        Err(ClientError::Missing) => (
            "No pg_dump in the build image".to_owned(),
            "Without it in the image that the app runs in, no review app is set up.".to_owned(),
        ),
        Err(error) => {
            let title = "The pg_dump in the build image does not work".to_owned();
            let said = error.said().next().map(|said| format!(": {said}")).unwrap_or_default();
            (title, format!("{error}{said}"))
        }
    };
    let what_to_do = format!(
        "What to do: use pg_dump {NEWEST} of heroku-22, heroku-24 or heroku-26: remove whatever\n\
         puts another one before it on the PATH. Or install postgresql-client-{NEWEST} with the\n\
         apt buildpack (apt.postgresql.org has it), and add to the app's .profile:\n\
         export PATH=\"$HOME/.apt/usr/lib/postgresql/{NEWEST}/bin:$PATH\""
    );
    Some(Warning::new(title, format!("{why}\n{what_to_do}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_absent_or_broken_client_is_told_with_its_own_words() {
        assert_eq!(judge(&Ok(18)), None);
        assert_eq!(judge(&Ok(19)), None);
        let told = |major: Result<u32, ClientError>| {
            let warning = judge(&major).unwrap();
            format!("{}\n\n{}", warning.title, warning.body)
        };
        insta::assert_snapshot!(told(Ok(15)));
        insta::assert_snapshot!(told(Err(ClientError::Missing)));
        insta::assert_snapshot!(told(Err(ClientError::Broken {
            status: "exit status: 2".to_owned(),
            said: "Can't locate PgCommon.pm in @INC at /usr/bin/pg_dump line 22.".to_owned(),
        })));
    }
}
