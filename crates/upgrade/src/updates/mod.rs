//! Update graphs: which release may follow which.
//!
//! A graph keeps what is forbidden as well as what is allowed, so that an answer can say what speaks against a way.
//! Graphs come from [`cincinnati`] (`OpenShift`, Fedora `CoreOS`), [`openshift`]'s graph data, [`olm`]'s channels, from
//! [`rules`] over a list of versions (GitLab's stops among them), or from the [`lines`] of a repository. [`nextcloud`] answers single requests.

pub mod cincinnati;
mod feeders;
mod graph;
pub mod lines;
pub mod nextcloud;
pub mod olm;
pub mod openshift;
mod path;
mod reading;
mod rollout;
pub mod rules;
pub mod time;
mod whole;

pub use self::{
    graph::{Edge, Release, Risk, UpdateGraph},
    path::{Answer, NoPath, Path, Question, Update, along, path},
    reading::{Found, Loaded, load},
    rollout::{Installation, ROLLOUT, Rollout, bucket, offer},
    whole::{WholeGraph, WholeRelease, WholeUpdate},
};
