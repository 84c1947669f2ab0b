//! Lines to standard error, where the commands tell what they do.

use std::io::Write;

/// A line that stands alone. Nobody may be listening any more: that is no reason to fail.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
