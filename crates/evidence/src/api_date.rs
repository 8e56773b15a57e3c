//! The API version that a component declares, `vN.yyyymmdd`, held against what really broke.
//!
//! Clients count on compatibility inside one declared version. It is read from Python modules by name, never run:
//! `API_VERSION = (9, "20250722")` and `MIN_API_VERSION` of a client; `LATEST_API_VERSION`, `LATEST_REV_DATES` and
//! `VALID_VERSIONS` of a server.

mod declared;

use std::{cmp::Ordering, collections::BTreeSet, sync::Arc};

use camino::Utf8Path;

use self::declared::{Declarations, Spec, Stated};
use crate::{
    Change, Class, Detector, FileEntry, Pair, Rule, Side, Source, Unreadable, learn, rule::rules,
};

rules! {
    RAISED = "api-date.raised", Additive, "the declared API has a later date inside its version, which is how compatible changes are announced";
    LOWERED = "api-date.lowered", Breaking, "the declared API is an older one, so what was announced since is taken back";
    VERSION_RAISED = "api-date.version-raised", Breaking, "the declared API has another version, which is how incompatible changes are announced";
    SUPPORT_ADDED = "api-date.support-added", Additive, "the other side may speak one more version of the API";
    SUPPORT_DROPPED = "api-date.support-dropped", Breaking, "the other side may no longer speak a version of the API that it could";
    GONE = "api-date.gone", Unknown, "the API's version is declared no more, so nothing can be held against it";
    BROKEN_INSIDE_ONE_SPEC = "api-date.broken-inside-one-spec", Dangerous, "the API changed incompatibly while its declared version stayed; documents may lag the code, so somebody has to look";
}

/// Families that tell what a client sees of an API.
const API_FAMILIES: [&str; 3] = ["openapi", "graphql", "endpoints"];

/// How many changes a finding names.
const MOST_EXAMPLES: usize = 3;

/// Larger modules are not read.
const LARGEST_BYTES: u64 = crate::python::LARGEST_BYTES;

/// The API version that a component declares.
#[derive(Clone, Copy, Debug)]
pub struct ApiDate;

impl Detector for ApiDate {
    fn family(&self) -> &'static str {
        "api-date"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        let names = ["config.py", "session.py", "versioning.py", "app.py", "server.py"];
        path.file_name().is_some_and(|name| names.contains(&name))
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let mut changes = unreadable(pair);
        let is_all_read = changes.is_empty();
        let (old, new) = (declarations(pair, &pair.old), declarations(pair, &pair.new));
        for (was, is) in [(&old.client, &new.client), (&old.server, &new.server)] {
            let Some(was) = was else { continue };
            match is {
                Some(is) => changes.extend(moved(was, is)),
                None if is_all_read => changes.push(gone(was)),
                None => {}
            }
        }
        if let (Some(was), Some(is)) = (&old.oldest, &new.oldest) {
            changes.extend(oldest_moved(was, is));
        }
        if let (Some(was), Some(is)) = (&old.accepted, &new.accepted) {
            changes.extend(accepted_changed(was, is));
        }
        changes
    }

    fn concludes_from(&self, found: &[Change]) -> bool {
        found.iter().any(breaks_an_api)
    }

    fn conclude(&self, pair: &Pair<'_>, found: &[Change]) -> Vec<Change> {
        let breaks: Vec<_> = found.iter().filter(|change| breaks_an_api(change)).collect();
        if breaks.is_empty() {
            return Vec::new();
        }
        let (old, new) = (declarations(pair, &pair.old), declarations(pair, &pair.new));
        // What a server says of itself counts more than what a client was written for.
        let (old, new) = (old.server.or(old.client), new.server.or(new.client));
        let stayed = old.zip(new).filter(|(was, is)| was.spec == is.spec);
        stayed.map(|(was, is)| broken_inside(&was, &is, &breaks)).into_iter().collect()
    }
}

fn breaks_an_api(change: &Change) -> bool {
    let family = change.rule.split('.').next().unwrap_or_default();
    change.class == Class::Breaking && API_FAMILIES.contains(&family)
}

fn broken_inside(was: &Stated, is: &Stated, breaks: &[&Change]) -> Change {
    let examples: Vec<_> = breaks
        .iter()
        .take(MOST_EXAMPLES)
        .map(|change| format!("`{}` ({})", change.subject, change.rule))
        .collect();
    let more = if breaks.len() > MOST_EXAMPLES { " and others" } else { "" };
    let sentence = format!(
        "{} incompatible changes while {} stayed {}: {}{more}; do the documents lag the code?",
        breaks.len(),
        is.name,
        is.spec,
        examples.join(", "),
    );
    Change::new(&BROKEN_INSIDE_ONE_SPEC, is.spec.to_string(), sentence)
        .at(is.place.clone())
        .was_at(was.place.clone())
}

/// Modules that changed and cannot be read, of which one state is known to declare something.
fn unreadable(pair: &Pair<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (old, new) in pair.differing() {
        let learned =
            |side, entry: Option<_>| entry.map(|entry| (entry, stated(pair, side, entry)));
        let sides = [learned(&pair.old, old), learned(&pair.new, new)];
        let sides: Vec<_> =
            sides.iter().flatten().map(|(entry, it)| (entry, it.as_ref())).collect();
        let declares = sides.iter().any(|(_, it)| it.as_ref().is_ok_and(Declarations::declare));
        let failed = sides.iter().find_map(|(entry, it)| {
            let why = it.as_ref().err()?;
            // What is malformed has one of the names, or nobody would have parsed it.
            (declares || matches!(why, Unreadable::Malformed { .. })).then_some((entry, why))
        });
        changes.extend(failed.map(|(entry, why)| pair.unreadable(entry, why)));
    }
    changes
}

fn gone(was: &Stated) -> Change {
    let place = Source { line: None, ..was.place.clone() };
    let sentence = format!("it was {}", was.spec);
    Change::new(&GONE, was.name, sentence).at(place).was_at(was.place.clone())
}

/// Another declared version.
fn moved(was: &Stated, is: &Stated) -> Option<Change> {
    let rule = match (is.spec.version.cmp(&was.spec.version), is.spec.date.cmp(&was.spec.date)) {
        (Ordering::Greater, _) => &VERSION_RAISED,
        (Ordering::Equal, Ordering::Equal) => return None,
        (Ordering::Equal, Ordering::Greater) => &RAISED,
        _ => &LOWERED,
    };
    Some(stated_change(rule, was, is))
}

/// The oldest version that a client still speaks.
fn oldest_moved(was: &Stated, is: &Stated) -> Option<Change> {
    let rule = match is.spec.cmp(&was.spec) {
        Ordering::Greater => &SUPPORT_DROPPED,
        Ordering::Equal => return None,
        Ordering::Less => &SUPPORT_ADDED,
    };
    Some(stated_change(rule, was, is))
}

fn stated_change(rule: &Rule, was: &Stated, is: &Stated) -> Change {
    Change::new(rule, is.name, format!("{} became {}", was.spec, is.spec))
        .at(is.place.clone())
        .was_at(was.place.clone())
}

/// The versions that a server lets clients speak.
fn accepted_changed(was: &Accepted, is: &Accepted) -> Vec<Change> {
    let difference = |rule, one: &Accepted, other: &Accepted, verb: &str| {
        let specs: Vec<_> = one.specs.difference(&other.specs).map(Spec::to_string).collect();
        let sentence = format!("{verb} {}", specs.join(", "));
        let change = Change::new(rule, is.name, sentence).at(is.place.clone());
        (!specs.is_empty()).then(|| change.was_at(was.place.clone()))
    };
    [
        difference(&SUPPORT_DROPPED, was, is, "no longer accepts"),
        difference(&SUPPORT_ADDED, is, was, "also accepts"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The versions that a server accepts, with the place.
#[derive(Clone, Debug)]
struct Accepted {
    name: &'static str,
    specs: BTreeSet<Spec>,
    place: Source,
}

/// What all files of a side declare; of several under one name the latest.
#[derive(Clone, Debug, Default)]
struct Declared {
    client: Option<Stated>,
    server: Option<Stated>,
    oldest: Option<Stated>,
    accepted: Option<Accepted>,
}

fn declarations(pair: &Pair<'_>, side: &Side<'_>) -> Declared {
    let mut declared = Declared::default();
    for entry in side.entries() {
        let learned = stated(pair, side, entry);
        // What cannot be read is told where it differs.
        let Ok(found) = learned.as_ref() else { continue };
        let place = |line: u32| Source::line(&entry.path, line);
        for (name, slot, spec) in [
            ("API_VERSION", &mut declared.client, found.client),
            (found.server_name(), &mut declared.server, found.server()),
            ("MIN_API_VERSION", &mut declared.oldest, found.oldest),
        ] {
            let Some((spec, line)) = spec else { continue };
            if slot.as_ref().is_none_or(|known| known.spec < spec) {
                *slot = Some(Stated { name, spec, place: place(line) });
            }
        }
        if let Some((specs, line)) = &found.accepted
            && declared.accepted.is_none()
        {
            let (name, specs) = ("VALID_VERSIONS", specs.clone());
            declared.accepted = Some(Accepted { name, specs, place: place(*line) });
        }
    }
    declared
}

fn stated(
    pair: &Pair<'_>,
    side: &Side<'_>,
    entry: &FileEntry,
) -> Arc<Result<Declarations, Unreadable>> {
    learn(side, pair.memo, "api-date", entry, LARGEST_BYTES, declared::read)
}
