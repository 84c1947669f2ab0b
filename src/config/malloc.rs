//! How glibc allocates memory in this process.
//!
//! glibc returns large blocks to the system when they are freed. But each that is freed makes larger
//! blocks count as small, up to 32 MB, and these stay in the process. A load frees many, and keeps
//! about 14 MB more than it uses. The threshold stays where it is if the environment sets it, which
//! glibc reads when a process begins: so the tool begins a second time.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What glibc reads: <https://man7.org/linux/man-pages/man3/mallopt.3.html>
const VARIABLE: &str = "MALLOC_MMAP_THRESHOLD_";

/// The threshold that glibc begins with, and one: the value shows that we set it.
const OURS: &str = "131073";

/// Begins this program a second time, in the same process, unless the environment has a threshold.
pub fn settle() {
    if cfg!(target_env = "gnu") && env::var_os(VARIABLE).is_none() {
        let mut arguments = env::args_os();
        let (Some(name), Ok(program)) = (arguments.next(), env::current_exe()) else { return };
        // it returns only if it cannot
        let _ = Command::new(program).arg0(name).args(arguments).env(VARIABLE, OURS).exec();
    }
}

/// The variable that our commands do not inherit.
#[must_use]
pub fn not_inherited() -> Option<&'static str> {
    env::var_os(VARIABLE).is_some_and(|value| value == OURS).then_some(VARIABLE)
}
