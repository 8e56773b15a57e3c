//! Everything that is wrong with a bundle, at once.

mod apis;
mod catalogue;
mod cure;
mod cycles;
mod environment;
mod lockstep;
mod pins;
mod requirements;
mod seats;

use std::collections::BTreeMap;

use trainyard_policy::{Maturity, Policy};
use trainyard_report::{Finding, Severity};
use trainyard_version::Level;

use self::{cure::Cures, seats::Seats};
use crate::{Bundle, Catalogue};

pub use self::catalogue::check_catalogue;

/// What a policy expects of bundles.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// Components that share the front of their versions.
    pub groups: Vec<LockstepGroup>,
    /// How far components have come, where manifests do not say.
    pub maturities: BTreeMap<String, Maturity>,
}

/// Components that share the front of their versions.
#[derive(Clone, Debug)]
pub struct LockstepGroup {
    /// Its name.
    pub name: String,
    /// The names of its members.
    pub members: Vec<String>,
    /// The level from which members step together: [`Level::Minor`] shares `x.y`.
    pub lockstep: Level,
}

impl LockstepGroup {
    /// How many numbers of a version its members share.
    pub(crate) fn width(&self) -> usize {
        match self.lockstep {
            Level::Major => 1,
            Level::Minor => 2,
            Level::Patch | Level::None => 3,
        }
    }
}

impl Expectations {
    /// What a policy says.
    pub fn of(policy: &Policy) -> Self {
        let name = |index: &usize| Some(policy.components.get(*index)?.name.clone());
        let groups = policy.groups.iter().map(|group| LockstepGroup {
            name: group.name.clone(),
            members: group.members.iter().filter_map(name).collect(),
            lockstep: group.lockstep,
        });
        let components = policy.components.iter();
        Self {
            groups: groups.collect(),
            maturities: components.map(|it| (it.name.clone(), it.maturity)).collect(),
        }
    }
}

/// Everything that is wrong with a bundle.
///
/// *Order*: errors first, then by code and subject; the same for any order of pins. *Cost*: linear in the pins and
/// their requirements; a bundle that is right compares no versions, once the catalogue knows what its ranges admit.
pub fn check(bundle: &Bundle, catalogue: &Catalogue, expectations: &Expectations) -> Vec<Finding> {
    let seats = Seats::new(bundle, catalogue);
    // Made when the first thing is found that could be cured.
    let cures = Cures::new(&seats);
    let mut findings = Vec::new();
    pins::check(&seats, expectations, &mut findings);
    requirements::check(&seats, &cures, &mut findings);
    environment::check(&seats, &cures, &mut findings);
    lockstep::check(&seats, expectations, &mut findings);
    apis::check(&seats, &mut findings);
    cycles::check(&seats, &mut findings);
    sort(&mut findings);
    findings
}

/// Puts errors first, then orders by code, subject and message.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        let weight = |severity: Severity| std::cmp::Reverse(severity);
        (weight(left.severity), left.code, &left.subject, &left.message).cmp(&(
            weight(right.severity),
            right.code,
            &right.subject,
            &right.message,
        ))
    });
}
