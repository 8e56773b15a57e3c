//! The engine, its optima and its explanations, held against brute force and against real catalogues.

#![expect(clippy::unwrap_used, reason = "where a test cannot go on, it has failed")]

mod adversarial;
mod agreement;
mod brute;
mod cases;
mod explanations;
mod permutations;
mod random;
mod rez;
mod rules;
