#![doc = include_str!("../README.md")]

mod address;
mod carry;
mod journal;
mod run;
mod standing;

pub use carry::{Attendant, Outcome, Stop, carry_out};
pub use journal::{Journal, JournalError, Progress};
pub use standing::{Standing, StandingError, standing};
