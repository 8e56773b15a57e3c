//! The way from role to role: whom a role leaves which files to, and where one file is found (5.6.7).

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use super::{
    envelope::Envelope,
    metadata::{Delegation, Delegations, TargetFile, Targets},
    pattern,
    refusal::Refusal,
};

/// So many roles are asked for one file.
const MAX_ROLES: usize = 32;

/// A role that is to be read, as whoever leads to it says.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    delegations: Arc<Delegations>,
    place: usize,
}

impl Visit {
    /// All roles that a role leads to, the most trusted first.
    pub(super) fn all(targets: &Targets) -> impl Iterator<Item = Self> {
        let delegations = Arc::new(targets.delegations.clone().unwrap_or_default());
        let places = 0..delegations.roles.len();
        places.map(move |place| Self { delegations: Arc::clone(&delegations), place })
    }

    pub(super) fn delegation(&self) -> &Delegation {
        &self.delegations.roles[self.place]
    }

    pub(super) fn role(&self) -> &str {
        &self.delegation().name
    }

    /// Demands the signatures that whoever leads to the role asks for.
    pub(super) fn demand(&self, envelope: &Envelope, file: &str) -> Result<(), Refusal> {
        let (keys, role) = (&self.delegations.keys, &self.delegation().role);
        if envelope.is_signed(keys, role) {
            return Ok(());
        }
        let (signed, threshold) = (envelope.count(keys, role), role.threshold);
        Err(Refusal::Signatures { file: file.to_owned(), signed, threshold })
    }
}

/// The search for one file.
#[derive(Clone, Debug)]
pub(super) struct Search {
    path: String,
    visited: BTreeSet<String>,
    found: Option<TargetFile>,
}

impl Search {
    pub(super) fn new(path: &str) -> Self {
        Self { path: path.to_owned(), visited: BTreeSet::new(), found: None }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn found(&self) -> Option<&TargetFile> {
        self.found.as_ref()
    }

    /// Looks for the file in a role. Where it is not there, those to whom the role leaves it come next, before all that
    /// waited, and instead of them behind one that ends the search. No role is asked twice.
    pub(super) fn look_into(
        &mut self,
        role: &str,
        targets: &Targets,
        waiting: &mut VecDeque<Visit>,
    ) {
        self.visited.insert(role.to_owned());
        if let Some(file) = targets.targets.get(&self.path) {
            self.found = Some(file.clone());
            waiting.clear();
            return;
        }
        let mut next = Vec::new();
        for visit in Visit::all(targets) {
            if !pattern::covers(visit.delegation(), &self.path) {
                continue;
            }
            let is_last = visit.delegation().terminating;
            next.push(visit);
            if is_last {
                waiting.clear();
                break;
            }
        }
        for visit in next.into_iter().rev() {
            waiting.push_front(visit);
        }
        waiting.retain(|visit| !self.visited.contains(visit.role()));
        if self.visited.len() >= MAX_ROLES {
            waiting.clear();
        }
    }
}
