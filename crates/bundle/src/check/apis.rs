//! Clients and servers of an interface: they agree on the lower of their highest versions, if both still know it.

use std::collections::BTreeMap;

use trainyard_report::{Code, Finding};

use super::seats::{Seat, Seats, at};
use crate::{ApiRange, Place};

pub(super) fn check(seats: &Seats<'_>, findings: &mut Vec<Finding>) {
    let mut servers: BTreeMap<&str, Vec<(&Seat<'_>, &ApiRange)>> = BTreeMap::new();
    for (seat, release) in seats.releases() {
        for api in &release.manifest.serves {
            servers.entry(&api.name).or_default().push((seat, api));
        }
    }
    if servers.is_empty() {
        return;
    }
    for (client, release) in seats.releases() {
        for spoken in &release.manifest.speaks {
            for (server, served) in servers.get(spoken.name.as_str()).into_iter().flatten() {
                if !overlap(spoken, served) {
                    findings.push(apart(client, spoken, server, served));
                }
            }
        }
    }
}

/// Whether two ranges of versions of one interface have a version in common.
pub(crate) fn overlap(one: &ApiRange, other: &ApiRange) -> bool {
    one.min.scheme() == other.min.scheme()
        && one.min.version().precedence(other.max.version()).is_le()
        && other.min.version().precedence(one.max.version()).is_le()
}

fn apart(client: &Seat<'_>, spoken: &ApiRange, server: &Seat<'_>, served: &ApiRange) -> Finding {
    let range = |api: &ApiRange| {
        if api.min == api.max { api.max.to_string() } else { format!("{} to {}", api.min, api.max) }
    };
    let message = format!(
        "it speaks {} {}, and {} serves {}",
        spoken.name,
        range(spoken),
        server.title(),
        range(served)
    );
    let is_old = spoken.max.version().precedence(served.min.version()).is_lt();
    let older = if is_old { client } else { server };
    let finding = Finding::new(Code::API_VERSIONS_APART, client.title(), message)
        .suggest(format!("pin a newer {}", older.pin.name));
    let places = [spoken, served].map(|api| api.place.as_ref().map(Place::location));
    places.into_iter().fold(finding, at)
}
