//! How much work something was, whatever else the machine did.

use std::{fmt::Display, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of this process, all its threads, from a moment on.
///
/// Tests run in a process each (`nextest`), so it counts the work of one test.
#[derive(Debug)]
pub struct Effort {
    begun: Duration,
}

impl Effort {
    /// Counts from now.
    #[must_use]
    pub fn begin() -> Self {
        Self { begun: spent() }
    }

    /// Fails where more CPU time was spent than so many seconds.
    ///
    /// # Panics
    ///
    /// Where it was more.
    pub fn assert_below(&self, seconds: u64, what: impl Display) {
        let spent = spent().saturating_sub(self.begun);
        assert!(spent < Duration::from_secs(seconds), "{what} took {spent:?} of CPU time");
    }
}

fn spent() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}
