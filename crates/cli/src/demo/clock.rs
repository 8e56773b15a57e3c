//! A clock that is set while a story is told, and runs afterwards.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use trainyard_registry::Moment;
use trainyard_server::Clock;

/// A day, in microseconds.
pub(super) const DAY: i64 = 86_400_000_000;
/// An hour, in microseconds.
pub(super) const HOUR: i64 = DAY / 24;

/// While it is set, it stands; once it runs, it is the machine's clock, never earlier than where the story ended.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    /// Where it stands; `i64::MIN` once it runs.
    stands: Arc<AtomicI64>,
    ahead: Arc<AtomicI64>,
}

impl Watch {
    /// A clock that stands at a moment.
    pub(super) fn new(start: i64) -> Self {
        Self { stands: Arc::new(AtomicI64::new(start)), ahead: Arc::default() }
    }

    /// Sets it.
    pub(super) fn set(&self, moment: i64) {
        self.stands.store(moment, Ordering::Relaxed);
    }

    /// Lets it run from a moment on.
    pub(super) fn run_from(&self, moment: i64) {
        self.ahead.store(moment - machine(), Ordering::Relaxed);
        self.stands.store(i64::MIN, Ordering::Relaxed);
    }

    /// The clock that a server is given.
    pub(super) fn clock(&self) -> Clock {
        let watch = self.clone();
        Clock::new(move || {
            let stands = watch.stands.load(Ordering::Relaxed);
            let runs = || machine().saturating_add(watch.ahead.load(Ordering::Relaxed));
            Moment(if stands == i64::MIN { runs() } else { stands })
        })
    }
}

/// What the machine's clock says, in microseconds since 1970.
pub(super) fn machine() -> i64 {
    Clock::system().now().0
}

#[cfg(test)]
mod tests {
    use super::{DAY, Watch, machine};

    #[test]
    fn it_stands_and_then_runs() {
        let watch = Watch::new(DAY);
        let clock = watch.clock();
        assert_eq!(clock.now().0, DAY);
        watch.set(2 * DAY);
        assert_eq!(clock.now().0, 2 * DAY);
        let later = machine() + DAY;
        watch.run_from(later);
        let now = clock.now().0;
        assert!(now >= later && now < later + DAY, "{now}");
    }
}
