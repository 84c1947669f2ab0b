//! Progress: a line that moves on a terminal; in a log a line a table, and a heartbeat.

use super::numbers::{bytes, counted};
use super::outlet::say;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// In a log, silence never lasts longer than about this.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// Where the load tells what it does. All of it goes to standard error.
#[derive(Debug)]
pub struct Progress {
    state: Arc<(Mutex<State>, Condvar)>,
    bar: Option<ProgressBar>,
}

#[derive(Debug)]
struct State {
    doing: String,
    since: Instant,
    last_line: Instant,
    over: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Progress::new()
    }
}

impl Progress {
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        let state = State { doing: String::new(), since: now, last_line: now, over: false };
        let state = Arc::new((Mutex::new(state), Condvar::new()));
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if bar.is_none() {
            let state = Arc::clone(&state);
            std::thread::spawn(move || beat(&state));
        }
        Progress { state, bar }
    }

    /// A line that stands alone.
    pub fn line(&self, text: &str) {
        let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.last_line = Instant::now();
        match &self.bar {
            // the bar's own way fills the row up to a width that a terminal need not have
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }

    /// The next step: one line in a log.
    pub fn begin(&self, doing: &str) {
        {
            let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
            doing.clone_into(&mut state.doing);
            state.since = Instant::now();
        }
        match &self.bar {
            Some(bar) => bar.set_message(doing.to_owned()),
            None => self.line(doing),
        }
    }

    /// A table has arrived. The result gives the reason and the number of its rows in the source.
    pub fn table(&self, name: &str, rows: u64, size: u64) {
        self.line(&format!("  {name}: {}, {}", counted(rows, "row"), bytes(size)));
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner).over = true;
        self.state.1.notify_all();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

fn beat(state: &(Mutex<State>, Condvar)) {
    let (state, condition) = state;
    let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
    while !now.over {
        let quiet = now.last_line.elapsed();
        if quiet >= HEARTBEAT {
            now.last_line = Instant::now();
            if !now.doing.is_empty() {
                say(&format!("still {} ({} s)", now.doing, now.since.elapsed().as_secs()));
            }
            continue;
        }
        now = condition
            .wait_timeout(now, HEARTBEAT.saturating_sub(quiet))
            .unwrap_or_else(PoisonError::into_inner)
            .0;
    }
}
