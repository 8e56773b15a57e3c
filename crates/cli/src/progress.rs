//! A sign of life on stderr for whatever takes longer than half a second.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long a step may take without a word.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs `work`; shows `what` with a spinner while it takes longer than half a second and stderr is a terminal.
pub(crate) fn while_doing<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    bar.set_style(ProgressStyle::default_spinner());
    bar.set_message(what.to_owned());
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let watched = bar.clone();
    let watcher = std::thread::spawn(move || {
        if wait.recv_timeout(PATIENCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            watched.set_draw_target(ProgressDrawTarget::stderr());
            watched.enable_steady_tick(Duration::from_millis(100));
        }
    });
    let result = work();
    drop(done);
    // The watcher only waits and draws; it has nothing to fail with.
    _ = watcher.join();
    bar.finish_and_clear();
    result
}
