//! The loop.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    crashes::{self, Crash},
    mutate::{Stretched, mutate, stretch},
    targets::Target,
    watch::{Outcome, Worker},
};
use crate::random::Random;

/// How many accepted inputs are kept as seeds.
const MOST_SEEDS: usize = 20_000;
/// One input in so many is a long one.
const LONG_EVERY: u64 = 200;
/// How long a long input is at first.
const LONG_BYTES: usize = 16 << 10;
/// A long input is doubled up to this.
const LONGEST_BYTES: usize = 256 << 10;
/// Shorter times say nothing about growth.
const MEASURABLE: Duration = Duration::from_millis(40);
/// An input of twice the length may take so many times as long; four times is quadratic.
const MOST_GROWTH: f64 = 3.2;
/// A short input that takes longer is told, whatever its growth.
const SHORT_LIMIT: Duration = Duration::from_secs(2);

/// What a run came to.
#[derive(Debug)]
pub(super) struct Stats {
    inputs: u64,
    accepted: u64,
    slowest: Duration,
}

impl fmt::Display for Stats {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inputs, accepted, slowest } = self;
        write!(formatter, "{inputs} inputs, {accepted} accepted, slowest {slowest:.1?}")
    }
}

/// Feeds one parser until its time is over or something breaks.
pub(super) fn feed(
    target: Target,
    strings: &[String],
    seed: u64,
    budget: Duration,
) -> Result<Stats, Crash> {
    let deadline = Instant::now() + budget;
    let target = Arc::new(target);
    let mut seeds: Vec<Vec<u8>> = target.seeds.clone();
    if target.takes_strings {
        seeds.extend(strings.iter().map(|text| text.clone().into_bytes()));
    }
    let mut feeder = Feeder {
        worker: Worker::start(Arc::clone(&target)),
        target,
        stats: Stats { inputs: 0, accepted: 0, slowest: Duration::ZERO },
    };
    for own in feeder.target.seeds.clone() {
        feeder.short(own)?;
    }
    for kept in crashes::kept(&feeder.target.name) {
        feeder.short(kept)?;
    }
    let mut random = Random::new(seed);
    while Instant::now() < deadline {
        let chosen = random.pick::<Vec<u8>>(&seeds).clone();
        if feeder.target.may_stretch && feeder.stats.inputs.is_multiple_of(LONG_EVERY) {
            feeder.long(&stretch(&chosen, LONG_BYTES, &mut random))?;
            continue;
        }
        let other = random.pick(&seeds).clone();
        let input = mutate(&chosen, &other, &mut random);
        if feeder.short(input.clone())? && seeds.len() < MOST_SEEDS {
            seeds.push(input);
        }
    }
    Ok(feeder.stats)
}

struct Feeder {
    worker: Worker,
    target: Arc<Target>,
    stats: Stats,
}

impl Feeder {
    /// Runs an ordinary input and tells whether the parser took it.
    fn short(&mut self, input: Vec<u8>) -> Result<bool, Crash> {
        let (accepted, elapsed) = self.run(&input)?;
        if elapsed > SHORT_LIMIT {
            return Err(self.crash(input, format!("takes {elapsed:.1?}")));
        }
        Ok(accepted)
    }

    /// Runs a long input, then one of twice the length as long as that takes long enough to compare.
    fn long(&mut self, stretched: &Stretched) -> Result<(), Crash> {
        let mut stretched = stretched.clone();
        let mut before = self.quickest(&stretched, 1)?;
        while stretched.bytes().len() < LONGEST_BYTES {
            stretched = stretched.doubled();
            let mut after = self.quickest(&stretched, 1)?;
            if after > MEASURABLE && growth(before, after) > MOST_GROWTH {
                // It may have been the machine: only the best of several runs counts.
                after = self.quickest(&stretched, 4)?;
                before = self.quickest(&stretched.halved(), 4)?;
                if after > MEASURABLE && growth(before, after) > MOST_GROWTH {
                    let input = stretched.bytes();
                    let what = format!(
                        "takes {after:.1?} for {} bytes, and {before:.1?} for half of them",
                        input.len()
                    );
                    return Err(self.crash(input, what));
                }
            }
            before = after;
        }
        Ok(())
    }

    /// The best time of some runs.
    fn quickest(&mut self, stretched: &Stretched, runs: usize) -> Result<Duration, Crash> {
        let input = stretched.bytes();
        let mut best = Duration::MAX;
        for _ in 0..runs {
            best = best.min(self.run(&input)?.1);
        }
        Ok(best)
    }

    fn run(&mut self, input: &[u8]) -> Result<(bool, Duration), Crash> {
        self.stats.inputs += 1;
        match self.worker.run(&input.into()) {
            Outcome::Returned { accepted, elapsed } => {
                self.stats.accepted += u64::from(accepted);
                self.stats.slowest = self.stats.slowest.max(elapsed);
                Ok((accepted, elapsed))
            }
            Outcome::Panicked(message) => {
                Err(self.crash(input.to_vec(), format!("panicked: {message}")))
            }
            Outcome::Stuck => Err(self.crash(input.to_vec(), "does not come back".to_owned())),
        }
    }

    fn crash(&self, input: Vec<u8>, what: String) -> Crash {
        Crash { target: self.target.name.clone(), input, what }
    }
}

fn growth(before: Duration, after: Duration) -> f64 {
    after.as_secs_f64() / before.as_secs_f64().max(f64::EPSILON)
}
