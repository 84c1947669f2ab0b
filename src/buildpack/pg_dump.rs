//! Whether the image's `pg_dump` can read the servers that there are.

use super::warning::Warning;
use std::process::{Command, Stdio};

/// The newest PostgreSQL that we know: `pg_dump` must be at least as new as the server it reads.
const NEWEST_SERVER: u32 = 18;

/// Asks the `pg_dump` on PATH for its version.
#[must_use]
pub(super) fn check() -> Option<Warning> {
    let output = Command::new("pg_dump")
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success());
    judge(output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).as_deref())
}

fn judge(version: Option<&str>) -> Option<Warning> {
    let Some(version) = version else {
        return Some(Warning::new(
            "No pg_dump in the build image",
            "review-data copies the schema with it. Heroku's images have it; for another\n\
             image, install the PostgreSQL client in the image that the app runs in.",
        ));
    };
    let major = version
        .split(|c: char| !c.is_ascii_digit())
        .find(|number| !number.is_empty())
        .and_then(|number| number.parse::<u32>().ok())?;
    (major < NEWEST_SERVER).then(|| {
        Warning::new(
            format!("pg_dump {major} is older than PostgreSQL {NEWEST_SERVER}"),
            format!(
                "It reads servers up to {major} only. If production's server is newer and the\n\
                 app runs in an image with this client, the set-up will refuse to start."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_or_absent_client_is_told() {
        assert_eq!(judge(Some("pg_dump (PostgreSQL) 18.1 (Ubuntu 18.1-1)\n")), None);
        assert_eq!(
            judge(Some("pg_dump (PostgreSQL) 15.18 (Debian)\n")).unwrap().title,
            "pg_dump 15 is older than PostgreSQL 18"
        );
        assert_eq!(judge(None).unwrap().title, "No pg_dump in the build image");
        assert_eq!(judge(Some("pg_dump (PostgreSQL) 19beta1\n")), None);
    }
}
