#![doc = include_str!("../README.md")]

mod catalogue;
mod explanation;
mod nogoods;
mod problem;
mod ranks;
mod violation;

pub use catalogue::{Catalogue, Clause, Need, Origin, PackageId, Term};
pub use explanation::{Conflict, Detail, Explanation, Fix, Link, Relaxation, Side, explain};
pub use nogoods::{Choosable, Nogoods, choosable};
pub use problem::{
    Assignment, Budget, Change, Engine, Objective, Outcome, Problem, Solution, Weights,
};
pub use ranks::RankSet;
pub use violation::{Violation, validate};
