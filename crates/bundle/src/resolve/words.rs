//! Sets of releases in words.

use trainyard_solve::RankSet;

use super::space::Space;
use crate::NameId;

/// More runs of neighbouring releases are only counted.
const RUNS: usize = 3;

/// More versions are only counted when all are listed.
const LISTED: usize = 8;

/// The releases of a set as people say it: `any version`, `1.5.0`, `1.5.0 or newer`, `1.2.0 to 1.4.0`.
pub(super) fn releases(space: &Space<'_>, name: NameId, set: &RankSet) -> String {
    let versions: Vec<_> = space.candidates(name).collect();
    let text = |index: usize| {
        versions.get(index).map_or("?", |(_, release)| release.version().text()).to_owned()
    };
    let holds: Vec<_> = versions.iter().map(|(rank, _)| set.contains(*rank)).collect();
    if !holds.contains(&true) {
        return "no version".to_owned();
    }
    if !holds.contains(&false) {
        return if holds.len() == 1 { text(0) } else { "any version".to_owned() };
    }
    let runs = runs(&holds);
    let said = |&(newest, oldest): &(usize, usize)| {
        if newest == oldest {
            text(newest)
        } else if newest == 0 {
            format!("{} or newer", text(oldest))
        } else if oldest + 1 == holds.len() {
            format!("{} or older", text(newest))
        } else {
            format!("{} to {}", text(oldest), text(newest))
        }
    };
    let mut words: Vec<_> = runs.iter().take(RUNS).map(said).collect();
    let rest: usize = runs.iter().skip(RUNS).map(|(newest, oldest)| oldest - newest + 1).sum();
    if rest > 0 {
        words.push(format!("{rest} older"));
    }
    words.join(", ")
}

/// The versions of a component, oldest first; many are only counted.
pub(super) fn existing(space: &Space<'_>, name: NameId) -> String {
    let mut versions: Vec<_> =
        space.candidates(name).map(|(_, release)| release.version().text()).collect();
    versions.reverse();
    versions.dedup();
    match versions.as_slice() {
        [] => "nothing".to_owned(),
        few if few.len() <= LISTED => few.join(" "),
        [first, .., last] => format!("{} versions from {first} to {last}", versions.len()),
        [only] => (*only).to_owned(),
    }
}

/// The first and last place of each run of places where something holds.
fn runs(holds: &[bool]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (index, _) in holds.iter().enumerate().filter(|(_, holds)| **holds) {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == index => *end = index,
            _ => runs.push((index, index)),
        }
    }
    runs
}
