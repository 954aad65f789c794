//! A progress bar, for work that takes longer than half a second on a terminal.

use std::io::IsTerminal as _;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work shorter than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The stages of a command, one step each.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(stages: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(stages), ProgressDrawTarget::hidden());
        if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:20} {msg}").expect("the template is valid");
            bar.set_style(style);
            let late = bar.clone();
            thread::spawn(move || {
                thread::sleep(PATIENCE);
                if !late.is_finished() {
                    late.set_draw_target(ProgressDrawTarget::stderr());
                    late.enable_steady_tick(Duration::from_millis(100));
                }
            });
        }
        Self(bar)
    }

    /// Takes the bar off the screen, so that something can be printed. It stays away.
    pub(super) fn hide(&self) {
        self.0.finish_and_clear();
    }

    /// The next stage begins.
    pub(super) fn stage(&self, name: &'static str) {
        self.0.set_message(name);
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
