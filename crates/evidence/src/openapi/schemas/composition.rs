//! `allOf`, `anyOf` and `oneOf`.

use std::collections::{HashMap, VecDeque};

use super::{Schemas, Step, same::Without, transitions::Transition, view::Schema};
use crate::openapi::document::Spot;

/// Of more schemas than this, none are matched by anything but their text.
const MOST_MATCHED: usize = 64;

/// The keywords, with their names in rules.
const COMPOSITIONS: [(&str, &str); 3] =
    [("allOf", "all-of"), ("anyOf", "any-of"), ("oneOf", "one-of")];

/// Which schemas of two lists belong together.
#[derive(Debug, Default)]
struct Matching<'a> {
    pairs: Vec<(Spot<'a>, Spot<'a>)>,
    added: Vec<Spot<'a>>,
    removed: Vec<Spot<'a>>,
}

impl<'a> Schemas<'_, 'a> {
    /// Tells schemas that such a list gained or lost, and compares the others.
    pub(super) fn compare_compositions(&mut self, step: Step<'a>, transition: &Transition<'a>) {
        if !step.has(|key| matches!(key, "allOf" | "anyOf" | "oneOf")) {
            return;
        }
        for (key, name) in COMPOSITIONS {
            let (old, new) = (step.old.children(key), step.new.children(key));
            if old.is_empty() && new.is_empty() {
                continue;
            }
            let matching = self.matching(old, new);
            if !transition.explains_types() {
                self.tell_added(step, key, name, &matching.added);
                self.tell_removed(step, key, name, &matching.removed);
            }
            for (old, new) in matching.pairs {
                self.compare_inside(step, old, new);
            }
        }
    }

    pub(super) fn tell_added(&mut self, step: Step<'a>, key: &str, name: &str, added: &[Spot<'a>]) {
        let (only_described, added) =
            self.parted(key, added, |schemas, spot| schemas.new.resolve(spot));
        if !added.is_empty() {
            let text = format!("gained {} in `{key}`", named(&added));
            self.tell(step, &format!("{name}-added"), text);
        }
        if !only_described.is_empty() {
            let text = format!("gained words alone in `{key}`");
            self.tell(step, &format!("{name}-added-annotation-only"), text);
        }
    }

    pub(super) fn tell_removed(
        &mut self,
        step: Step<'a>,
        key: &str,
        name: &str,
        removed: &[Spot<'a>],
    ) {
        let (only_described, removed) =
            self.parted(key, removed, |schemas, spot| schemas.old.resolve(spot));
        if !removed.is_empty() {
            let text = format!("lost {} in `{key}`", named(&removed));
            self.tell(step, &format!("{name}-removed"), text);
        }
        if !only_described.is_empty() {
            let text = format!("lost words alone in `{key}`");
            self.tell(step, &format!("{name}-removed-annotation-only"), text);
        }
    }

    /// Parts schemas of `allOf` that hold for nothing from the others.
    fn parted(
        &self,
        key: &str,
        spots: &[Spot<'a>],
        resolve: impl Fn(&Self, Spot<'a>) -> Option<Spot<'a>>,
    ) -> (Vec<Spot<'a>>, Vec<Spot<'a>>) {
        spots.iter().copied().partition(|spot| {
            key == "allOf"
                && resolve(self, *spot).is_some_and(|spot| Schema::new(spot).only_describes())
        })
    }

    /// Matches references by the name they lead to, others by their text, by what they let through, by their title,
    /// and the last one with the last one.
    fn matching(&mut self, old: Vec<Spot<'a>>, new: Vec<Spot<'a>>) -> Matching<'a> {
        let mut matching = Matching::default();
        let are_alike =
            |(old, new): (&Spot<'a>, &Spot<'a>)| match (old.reference(), new.reference()) {
                (Some(old), Some(new)) => last_name(old) == last_name(new),
                (None, None) => old.value == new.value,
                _ => false,
            };
        if old.len() == new.len() && old.iter().zip(&new).all(are_alike) {
            matching.pairs = old.into_iter().zip(new).collect();
            return matching;
        }
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (at, spot) in new.iter().enumerate() {
            waiting.entry(key_of(*spot)).or_default().push_back(at);
        }
        let mut added: Vec<_> = new.into_iter().map(Some).collect();
        let mut removed = Vec::new();
        for old in old {
            let place = waiting.get_mut(&key_of(old)).and_then(VecDeque::pop_front);
            match place.and_then(|place| added.get_mut(place)?.take()) {
                Some(new) => matching.pairs.push((old, new)),
                None => removed.push(old),
            }
        }
        let mut added: Vec<_> = added.into_iter().flatten().collect();
        if removed.len() <= MOST_MATCHED && added.len() <= MOST_MATCHED {
            self.match_rest(&mut matching, &mut removed, &mut added);
        }
        Matching { added, removed, ..matching }
    }

    fn match_rest(
        &mut self,
        matching: &mut Matching<'a>,
        removed: &mut Vec<Spot<'a>>,
        added: &mut Vec<Spot<'a>>,
    ) {
        // A reference that leads to other words for the same is no change; another name for it is one, since it
        // names the types of generated clients.
        removed.retain(|old| {
            let same = added.iter().position(|new| {
                !(old.reference().is_some() && new.reference().is_some())
                    && self.are_same(*old, *new, Without::default())
            });
            matching.pairs.extend(same.map(|same| (*old, added.remove(same))));
            same.is_none()
        });
        removed.retain(|old| {
            let title = old.text("title").filter(|title| !title.is_empty());
            let same = title.and_then(|title| {
                added
                    .iter()
                    .position(|new| new.reference().is_none() && new.text("title") == Some(title))
            });
            let Some(same) = same.filter(|_| old.reference().is_none()) else { return true };
            matching.pairs.push((*old, added.remove(same)));
            false
        });
        let is_nameless =
            |spot: &Spot<'a>| spot.reference().is_none() && spot.text("title").is_none();
        let last = (
            removed.iter().filter(|spot| spot.reference().is_none()).count(),
            added.iter().filter(|spot| spot.reference().is_none()).count(),
        );
        if last == (1, 1)
            && let Some(old_at) = removed.iter().position(is_nameless)
            && let Some(new_at) = added.iter().position(is_nameless)
        {
            matching.pairs.push((removed.remove(old_at), added.remove(new_at)));
        }
    }
}

/// What makes two schemas of a list plainly the same one.
fn key_of(spot: Spot<'_>) -> String {
    match spot.reference() {
        Some(reference) => format!("#{}", last_name(reference)),
        None => spot.value.to_string(),
    }
}

/// The last name of a reference.
pub(super) fn last_name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// How people name schemas of such a list; those without a name are counted.
fn named(spots: &[Spot<'_>]) -> String {
    const MOST: usize = 3;
    let names = spots.iter().filter_map(|spot| {
        let name = spot.reference().map(last_name).or_else(|| spot.text("title"))?;
        Some(format!("`{name}`"))
    });
    let names: Vec<_> = names.take(MOST).collect();
    match (names.is_empty(), spots.len() - names.len()) {
        (_, 0) => names.join(", "),
        (true, 1) => "a schema".to_owned(),
        (true, count) => format!("{count} schemas"),
        (false, more) => format!("{} and {more} more", names.join(", ")),
    }
}
