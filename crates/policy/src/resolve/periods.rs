//! A component's periods: the rules that hold now, under each revision in turn.

use trainyard_report::Code;

use super::{
    begins_before,
    rules::{self, Scope},
};
use crate::{
    EffectiveFrom, Period,
    file::{Begin, RevisionFile},
    problem::{Problem, Problems},
    read::{At, Node, Place},
};

/// The periods of one component.
pub(crate) struct Folded {
    pub(crate) periods: Vec<Period>,
    pub(crate) schemes_are_sound: bool,
    /// Where the present tags are stated.
    pub(crate) tag_place: Option<Place>,
    /// Whether the present tags may be others than those read.
    pub(crate) tags_are_lost: bool,
}

/// Lays each revision over what holds now, for the component of that name.
pub(crate) fn fold(
    name: &str,
    root: &Node,
    revisions: &[At<RevisionFile>],
    problems: &mut Problems,
) -> Folded {
    let now = overlaid([root.get("rules"), at(root, &["components", name, "rules"])]);
    let mut folded = Folded {
        periods: Vec::new(),
        schemes_are_sound: true,
        tag_place: None,
        tags_are_lost: false,
    };
    let mut places: Vec<Option<Place>> = Vec::new();
    let scope = Scope { component: name, revision: None };
    for (index, file) in revisions.iter().enumerate() {
        if !applies(file, name) {
            continue;
        }
        let scope = Scope { revision: Some(&file.place.path), ..scope };
        let revision = root.get("revisions").and_then(|list| list.item(index));
        let layers = [
            Some(&now),
            revision.and_then(|revision| revision.get("rules")),
            revision.and_then(|revision| at(revision, &["components", name, "rules"])),
        ];
        let resolved = rules::resolve(scope, &overlaid(layers), problems);
        folded.schemes_are_sound &= resolved.scheme_is_sound;
        let begin = begin_of(file, name);
        let from = match begin {
            None => EffectiveFrom::Beginning,
            Some(begin) => match read_begin(begin, name, &resolved, problems) {
                Some(from) => from,
                None => continue,
            },
        };
        if let EffectiveFrom::Beginning = from {
            if !folded.periods.is_empty() {
                if problems.is_doubtful(&format!("{}.from", file.place.path)) {
                    continue;
                }
                let message =
                    format!("the revision `{}` does not say from when it holds", file.name());
                let place = file.name.as_ref().map_or(&file.place, |name| &name.place);
                let problem = Problem::at_key(Code::POLICY_REVISION_ORDER, place, message);
                problems.push(problem.help(
                    "add `from` with a version in quotes or a date; only the first may do without",
                ));
                continue;
            }
        } else if folded.periods.is_empty() {
            places.push(None);
            folded.periods.push(first_period(scope, &now, problems));
        }
        folded.tag_place.clone_from(&resolved.tag_place);
        folded.tags_are_lost = resolved.tags_are_lost;
        places.push(begin.map(|begin| begin.place.clone()));
        folded.periods.push(Period {
            revision: Some(file.name().to_owned()),
            reason: file.reason.clone(),
            from,
            rules: resolved.rules,
        });
    }
    check_order(&folded.periods, &places, folded.schemes_are_sound, problems);
    if folded.periods.is_empty() {
        let resolved = rules::resolve(scope, &now, problems);
        folded.schemes_are_sound &= resolved.scheme_is_sound;
        folded.tag_place = resolved.tag_place;
        folded.tags_are_lost = resolved.tags_are_lost;
        folded.periods.push(Period {
            revision: None,
            reason: None,
            from: EffectiveFrom::Beginning,
            rules: resolved.rules,
        });
    }
    folded
}

/// What held before the first revision, where that does not hold from the beginning.
fn first_period(scope: Scope<'_>, now: &Node, problems: &mut Problems) -> Period {
    let scope = Scope { revision: None, ..scope };
    let rules = rules::resolve(scope, now, problems).rules;
    Period { revision: None, reason: None, from: EffectiveFrom::Beginning, rules }
}

/// Looks at the rules of revisions that apply to none of the components there are, so that mending the names is not
/// followed by further errors.
pub(crate) fn check_idle(
    names: &[String],
    root: &Node,
    revisions: &[At<RevisionFile>],
    problems: &mut Problems,
) {
    for (index, file) in revisions.iter().enumerate() {
        if names.iter().any(|name| applies(file, name)) {
            continue;
        }
        let stated = root.get("revisions").and_then(|list| list.item(index));
        let node = overlaid([root.get("rules"), stated.and_then(|stated| stated.get("rules"))]);
        let scope = Scope { component: "", revision: Some(&file.place.path) };
        rules::resolve(scope, &node, problems);
    }
}

fn applies(file: &RevisionFile, name: &str) -> bool {
    file.applies_to.as_ref().is_none_or(|list| list.iter().any(|listed| listed.value == name))
}

/// The component's own beginning of a revision, else the revision's.
fn begin_of<'a>(file: &'a RevisionFile, name: &str) -> Option<&'a At<Begin>> {
    let own = file.components.as_ref().and_then(|components| components.get(name));
    own.and_then(|component| component.from.as_ref()).or(file.from.as_ref())
}

fn read_begin(
    begin: &At<Begin>,
    name: &str,
    resolved: &rules::Resolved,
    problems: &mut Problems,
) -> Option<EffectiveFrom> {
    let scheme = &resolved.rules.scheme;
    match &begin.value {
        Begin::Date(text) => text.parse().ok().map(EffectiveFrom::Date),
        // A version of a scheme that could not be read says nothing yet.
        Begin::Version(_) if !resolved.scheme_is_sound => None,
        Begin::Version(text) => match scheme.parse(text) {
            Ok(version) => Some(EffectiveFrom::Version(version)),
            Err(error) => {
                let message = format!(
                    "`{}` is no {} of `{name}`",
                    crate::read::node::shorten(text).escape_debug(),
                    error.what
                );
                let help = if text.parse::<jiff::civil::Date>().is_ok() {
                    format!("a date stands without quotes: {text}")
                } else {
                    "say from when with a date, or which components are meant with `applies-to`"
                        .to_owned()
                };
                let problem = Problem::at(Code::POLICY_BAD_VALUE, &begin.place, message);
                problems
                    .push_shared(problem.label(format!("expected {}", error.expected)).help(help));
                None
            }
        },
    }
}

/// Each period must begin after the one before it.
fn check_order(
    periods: &[Period],
    places: &[Option<Place>],
    schemes_are_sound: bool,
    problems: &mut Problems,
) {
    let pairs = periods.windows(2).zip(places.windows(2));
    for ([earlier, later], places) in pairs
        .filter_map(|(pair, places)| <&[Period; 2]>::try_from(pair).ok().map(|pair| (pair, places)))
    {
        let Some(place) = &places[1] else { continue };
        if begins_before(&earlier.from, &later.from) == Some(false) {
            let name = later.revision.as_deref().unwrap_or_default();
            let message = format!("the revision `{name}` begins no later than the one before it");
            let mut problem = Problem::at(Code::POLICY_REVISION_ORDER, place, message)
                .help("list revisions from the oldest to the newest");
            if let Some(before) = &places[0] {
                problem = problem.related(before, "the one before");
            }
            problems.push_shared(problem);
        }
        let changes_scheme = earlier.rules.scheme != later.rules.scheme;
        if let (true, EffectiveFrom::Version(_)) =
            (changes_scheme && schemes_are_sound, &later.from)
        {
            let message = "versions of two schemes cannot be compared, so a version cannot tell where a new scheme begins";
            let problem = Problem::at(Code::POLICY_CONTRADICTION, place, message);
            problems.push(
                problem
                    .label(format!("`{}` before, `{}` from here", earlier.rules.scheme, later.rules.scheme))
                    .help("say from which day the new scheme holds: `from = 2024-01-31`, without quotes"),
            );
        }
    }
}

/// The layers in one table, the last on top.
fn overlaid<'a>(layers: impl IntoIterator<Item = Option<&'a Node>>) -> Node {
    let mut layers = layers.into_iter().flatten();
    let Some(first) = layers.next() else { return Node::empty_table(Place::default()) };
    let mut node = first.clone();
    layers.for_each(|layer| node.overlay(layer));
    node
}

/// The node below some keys.
fn at<'a>(node: &'a Node, keys: &[&str]) -> Option<&'a Node> {
    keys.iter().try_fold(node, |node, key| node.get(key))
}
