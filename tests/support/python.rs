//! Python apps of the fixtures, with the packages that they need.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The programs of a virtual environment with these requirements of a fixture, made once and kept:
/// the demo's own way.
pub(crate) fn python(requirements: &str) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let script = "set -eu; . scripts/lib/say.sh; . scripts/lib/python.sh; \
                  exec 3>&1 >&2; python_env target/demo \"$1\"; echo \"$PYTHON_ENV/bin\" >&3";
    let requirements = Path::new(ROOT).join("tests/fixtures/apps").join(requirements);
    let mut bash = Command::new("bash");
    bash.args(["-c", script, "python"]).arg(requirements).current_dir(ROOT);
    let output = bash.output().expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("a path");
    Path::new(ROOT).join(printed.trim())
}
