//! Whether the image's `pg_dump` can read the servers that there are.

use super::warning::Warning;
use crate::schema::{ClientError, NEWEST, major_of};
use std::process::{Command, Stdio};

/// Asks the `pg_dump` on PATH for its version.
#[must_use]
pub(super) fn check() -> Option<Warning> {
    let output = Command::new("pg_dump").arg("--version").stdin(Stdio::null()).output();
    judge(major_of(output))
}

const STOPS: &str =
    "If the app runs with the same programs, the set-up of a review app will not start.";

fn judge(major: Result<u32, ClientError>) -> Option<Warning> {
    let (title, first, then) = match &major {
        Ok(major) if *major >= NEWEST => return None,
        Ok(major) => (
            format!("pg_dump {major} is older than PostgreSQL {NEWEST}"),
            format!("It reads servers up to version {major} only."),
            "If production's server is newer, the set-up of a review app will not start.",
        ),
        Err(ClientError::Missing) => (
            "No pg_dump in the build image".to_owned(),
            "review-data copies the schema with it, in the image that the app runs in.".to_owned(),
            STOPS,
        ),
        Err(error) => {
            let said: Vec<&str> = error.said().collect();
            let words = format!("{error}\n{}", said.join("\n"));
            let title = "The pg_dump in the build image does not work".to_owned();
            (title, words.trim().to_owned(), STOPS)
        }
    };
    let error = major.err().unwrap_or(ClientError::Missing);
    Some(Warning::new(title, format!("{first}\n{then}\nWhat to do: {}", error.remedy())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_absent_or_broken_client_is_told_with_its_own_words() {
        assert_eq!(judge(Ok(18)), None);
        assert_eq!(judge(Ok(19)), None);
        let told = |major| {
            let warning = judge(major).unwrap();
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
