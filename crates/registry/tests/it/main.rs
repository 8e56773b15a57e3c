//! A registry as those see it who ask it: commands in, entries and answers out.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod bypasses;
mod channels;
mod imports;
mod model;
mod offers;
mod parties;
mod policies;
mod promotions;
mod quorum;
mod releases;
mod rollouts;
mod world;
