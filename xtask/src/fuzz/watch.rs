//! Runs a parser on a thread of its own, and knows when it does not come back.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

use super::targets::Target;

/// A run that takes longer counts as one that never ends.
const NEVER: Duration = Duration::from_secs(20);

/// Enough for parsers that go as deep as ours may; one that needs more for a long input has no limit to its depth.
const STACK_BYTES: usize = 8 << 20;

/// What became of one input.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The parser came back.
    Returned {
        /// Whether it took the input.
        accepted: bool,
        /// The CPU time that it took, which other work on the machine does not change.
        elapsed: Duration,
    },
    /// It panicked, with this message.
    Panicked(String),
    /// It did not come back.
    Stuck,
}

/// A parser at work.
pub(super) struct Worker {
    inputs: Sender<Arc<[u8]>>,
    outcomes: Receiver<Outcome>,
}

impl Worker {
    pub(super) fn start(target: Arc<Target>) -> Self {
        let (inputs, to_run) = channel::<Arc<[u8]>>();
        let (done, outcomes) = channel();
        let work = move || {
            for input in to_run {
                if done.send(run(&target, &input)).is_err() {
                    break;
                }
            }
        };
        // A thread that cannot start closes both channels, which shows as stuck.
        _ = thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
        Self { inputs, outcomes }
    }

    /// Runs one input. After [`Outcome::Stuck`] the worker is of no use any more.
    pub(super) fn run(&self, input: &Arc<[u8]>) -> Outcome {
        if self.inputs.send(Arc::clone(input)).is_err() {
            return Outcome::Stuck;
        }
        match self.outcomes.recv_timeout(NEVER) {
            Ok(outcome) => outcome,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Outcome::Stuck,
        }
    }
}

/// The CPU time of this process until now; one parser runs at a time.
fn spent() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

fn run(target: &Target, input: &[u8]) -> Outcome {
    let start = spent();
    match catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        Ok(accepted) => Outcome::Returned { accepted, elapsed: spent().saturating_sub(start) },
        Err(payload) => {
            let text = payload.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
            Outcome::Panicked(text.unwrap_or("a panic without words").to_owned())
        }
    }
}
