#![doc = include_str!("../README.md")]

mod carry;
mod journal;
mod run;

pub use carry::{Attendant, Outcome, Stop, carry_out};
pub use journal::{Journal, JournalError, Progress};
