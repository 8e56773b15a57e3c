#![doc = include_str!("../README.md")]

mod answer;
mod beyond;
mod bits;
mod catalogue;
mod engine;
mod error;
mod order;
mod range;
mod request;
mod requirement;
mod settings;
mod validate;

pub use answer::{Abort, Answer, Beyond, ChosenPackage, Outcome, Resolution};
pub use catalogue::{Catalogue, PackageDefinition};
pub use error::{PackageError, RequirementError, UnpackError};
pub use request::{Options, Request, VariantSelection};
pub use requirement::{Kind, Requirement, merge};
pub use settings::{Settings, SettingsError};
pub use validate::{Violation, validate};

/// Resolves a request as Rez does; where Rez stops with an error or a cycle, or does not end, a search that learns says
/// what Rez could have found.
///
/// *Order*: the answer follows the request's order; the same request over the same packages has the same answer.
///
/// *Cost*: bounded by [`Options::steps`] and [`Options::work_beyond`].
pub fn resolve(catalogue: &Catalogue, request: &Request) -> Resolution {
    let engine::Run { outcome, steps, failures } = engine::run(catalogue, request);
    let finds_nothing = match &outcome {
        Outcome::Solved(_) => false,
        Outcome::Failed { is_cycle, .. } => *is_cycle,
        Outcome::Aborted(_) | Outcome::Unfinished => true,
    };
    let beyond_rez = finds_nothing.then(|| beyond::search(catalogue, request));
    Resolution { outcome, beyond_rez, steps, failures }
}
