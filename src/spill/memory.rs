//! How much memory this process has in use.

use std::fs;
use std::sync::OnceLock;

/// Above this much, what is large goes to files.
const MUCH: u64 = 200 << 20;

/// The tool never uses more for the selection of rows.
pub const MOST: u64 = 400 << 20;

/// Names another limit than [`MUCH`], in MB. With 0, all that may go to files does so early: tests let
/// small loads spill with it.
const VARIABLE: &str = "REVIEW_DATA_SPILL_ABOVE";

/// Memory in use, in bytes; `None`: the system does not tell.
#[must_use]
pub fn in_use() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// Whether it is time to write to files what is large.
#[must_use]
pub fn is_short() -> bool {
    in_use().is_some_and(|bytes| bytes > much())
}

/// A number of rows or bytes that may be in memory: a thousandth of it if nothing is to be there.
#[must_use]
pub fn at_most(number: usize) -> usize {
    if much() == 0 { number >> 10 } else { number }
}

fn much() -> u64 {
    static MUCH_HERE: OnceLock<u64> = OnceLock::new();
    *MUCH_HERE.get_or_init(|| {
        let set = std::env::var(VARIABLE).ok().and_then(|value| value.parse::<u64>().ok());
        set.map_or(MUCH, |megabytes| megabytes << 20)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_how_much_memory_is_in_use() {
        let before = in_use().unwrap();
        let large = vec![1u8; 64 << 20];
        let after = in_use().unwrap();
        assert!(after > before + (32 << 20), "{before} {after} {}", large.len());
    }
}
