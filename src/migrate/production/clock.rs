//! Each step one line with its time.

use crate::report::say;
use std::time::{Duration, Instant};

/// Silence lasts no longer than about this.
const HEARTBEAT: Duration = Duration::from_secs(20);

pub(super) struct Clock {
    begun: Instant,
    step: Instant,
    last_line: Instant,
}

impl Clock {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Clock { begun: now, step: now, last_line: now }
    }

    /// A step is done.
    pub(super) fn done(&mut self, step: &str) {
        say(&format!("{step} ({:.1} s)", self.step.elapsed().as_secs_f64()));
        self.step = Instant::now();
        self.last_line = self.step;
    }

    /// A step goes on: now and then a line.
    pub(super) fn goes_on(&mut self, step: impl FnOnce() -> String) {
        if self.last_line.elapsed() >= HEARTBEAT {
            self.last_line = Instant::now();
            say(&format!("{} ({:.0} s)", step(), self.step.elapsed().as_secs_f64()));
        }
    }

    /// Since the last step was done.
    pub(super) fn step(&self) -> Duration {
        self.step.elapsed()
    }

    /// Since the start, in seconds.
    pub(super) fn total(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}
