//! Which key is which: the same, renamed, added or removed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Judge, Subject, added, join, other_names};
use crate::{
    Change,
    config::{
        contract::{Key, Object, ObjectId, UnknownKeys, clip, listed},
        rules,
    },
};

/// A key with its name.
type Named<'a> = (&'a str, &'a Key);

/// How the keys of two objects belong together.
struct Pairing<'a> {
    paired: Vec<(Named<'a>, Named<'a>)>,
    removed: Vec<Named<'a>>,
    added: Vec<Named<'a>>,
}

impl Judge<'_> {
    pub(super) fn keys(&mut self, old: &Object, new: &Object, prefix: &str) {
        let pairing = pair_keys(old, new);
        for ((old_name, before), (name, after)) in pairing.paired {
            if self.is_told_elsewhere(before.declared_in, after.declared_in) {
                continue;
            }
            let subject = self.subject(&join(prefix, name), Some(before.place), Some(after.place));
            if old_name == name {
                self.names(&subject, before, after);
            } else {
                self.renamed(&subject, (old_name, before), (name, after));
            }
            self.key(&subject, before, after);
        }
        for (name, key) in pairing.removed {
            let is_told =
                key.declared_in.is_some_and(|declaring| match self.twins.get(&declaring) {
                    Some(twin) => {
                        self.new.object(*twin).is_none_or(|twin| !twin.keys.contains_key(name))
                    }
                    None => true,
                });
            if !is_told {
                let subject = self.subject(&join(prefix, name), Some(key.place), Some(new.place));
                self.removed(&subject, name, key, new);
            }
        }
        for (name, key) in pairing.added {
            let is_told =
                key.declared_in.is_some_and(|declaring| match self.twins_of_new.get(&declaring) {
                    Some(twin) => {
                        self.old.object(*twin).is_none_or(|twin| !twin.keys.contains_key(name))
                    }
                    None => !key.is_required,
                });
            if !is_told {
                let subject = self.subject(&join(prefix, name), None, Some(key.place));
                self.added(&subject, key);
                // Until now it was one of the other keys.
                if let UnknownKeys::Typed(accepts) = &old.unknown_keys {
                    self.values(&subject, accepts, &key.accepts);
                }
            }
        }
    }

    /// Whether both inherit the key from one class, where it is compared already.
    fn is_told_elsewhere(&self, old: Option<ObjectId>, new: Option<ObjectId>) -> bool {
        old.zip(new).is_some_and(|(old, new)| self.twins.get(&old) == Some(&new))
    }

    fn names(&mut self, subject: &Subject, old: &Key, new: &Key) {
        let lost = old.names.difference(&new.names).collect::<Vec<_>>();
        if !lost.is_empty() {
            let sentence = format!("is no longer read as {}", listed(lost));
            self.say(subject, &rules::ALIAS_REMOVED, sentence);
        }
        let gained = new.names.difference(&old.names).collect::<Vec<_>>();
        if !gained.is_empty() {
            let sentence = format!("is read as {} too", listed(gained));
            self.say(subject, &rules::ALIAS_ADDED, sentence);
        }
    }

    fn renamed(&mut self, subject: &Subject, (old_name, old): Named<'_>, (name, new): Named<'_>) {
        let old_name = clip(old_name);
        if old.names.is_subset(&new.names) {
            let sentence =
                format!("was called `{old_name}`, and is still read as {}", other_names(new, name));
            self.say(subject, &rules::KEY_RENAMED_WITH_ALIAS, sentence);
        } else {
            let lost: Vec<_> = old.names.difference(&new.names).collect();
            let sentence =
                format!("was called `{old_name}`, and is no longer read as {}", listed(lost));
            self.say(subject, &rules::KEY_RENAMED, sentence);
        }
    }

    fn removed(&mut self, subject: &Subject, name: &str, key: &Key, new: &Object) {
        let refused: BTreeSet<_> = key.names.intersection(&new.refused_names).collect();
        let change = match &new.unknown_keys {
            _ if !refused.is_empty() || new.refused_names.contains(name) => {
                Change::new(&rules::KEY_REFUSED, "", "was removed, and a check refuses it")
            }
            UnknownKeys::Refused => {
                Change::new(&rules::KEY_REFUSED, "", "was removed, and unknown keys are refused")
            }
            UnknownKeys::Typed(accepts) => {
                self.values(subject, &key.accepts, accepts);
                Change::new(&rules::KEY_REMOVED, "", "was removed, and is taken as any other key")
            }
            UnknownKeys::Free => {
                Change::new(&rules::KEY_REMOVED, "", "was removed, and is ignored where it is set")
            }
        };
        self.push(subject, change);
    }

    fn added(&mut self, subject: &Subject, key: &Key) {
        if key.is_required {
            self.say(subject, &rules::REQUIRED_KEY_ADDED, "was added and must be set");
        } else {
            self.say(subject, &rules::KEY_ADDED, added(key, ""));
        }
    }
}

fn pair_keys<'a>(old: &'a Object, new: &'a Object) -> Pairing<'a> {
    let mut pairing = Pairing { paired: Vec::new(), removed: Vec::new(), added: Vec::new() };
    for (name, key) in &old.keys {
        match new.keys.get(name) {
            Some(after) => pairing.paired.push(((name, key), (name, after))),
            None => pairing.removed.push((name, key)),
        }
    }
    pairing.added.extend(
        new.keys
            .iter()
            .filter(|(name, _)| !old.keys.contains_key(*name))
            .map(|(name, key)| (name.as_str(), key)),
    );
    pair_by_names(&mut pairing);
    pair_by_likeness(&mut pairing);
    pairing
}

/// Pairs what is read under a common name.
fn pair_by_names(pairing: &mut Pairing<'_>) {
    let mut by_name: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, (_, key)) in pairing.added.iter().enumerate() {
        by_name.extend(key.names.iter().map(|name| (name.as_str(), place)));
    }
    let partner = |(_, key): &Named<'_>| {
        key.names.iter().find_map(|name| by_name.get(name.as_str())).copied()
    };
    let partners: Vec<_> = pairing.removed.iter().map(partner).collect();
    take_pairs(pairing, &partners);
}

/// Pairs what looks like a new name for the same thing: all but the name is equal, and the names are alike or the
/// description is the same. Several candidates are none.
fn pair_by_likeness(pairing: &mut Pairing<'_>) {
    let mut alike: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (place, (_, key)) in pairing.removed.iter().enumerate() {
        alike.entry(look(key)).or_default().0.push(place);
    }
    for (place, (_, key)) in pairing.added.iter().enumerate() {
        alike.entry(look(key)).or_default().1.push(place);
    }
    let mut partners = vec![None; pairing.removed.len()];
    for (removed, added) in alike.into_values() {
        // Beyond that it is a rewrite, and comparing each with each is dear.
        if removed.len() > 30 || added.len() > 30 {
            continue;
        }
        for place in &removed {
            let mut candidates = added.iter().filter(|candidate| {
                let (old, new) = (pairing.removed.get(*place), pairing.added.get(**candidate));
                old.zip(new).is_some_and(|(old, new)| is_renamed(*old, *new))
            });
            if let (Some(only), None) = (candidates.next(), candidates.next())
                && let Some(partner) = partners.get_mut(*place)
            {
                *partner = Some(*only);
            }
        }
    }
    take_pairs(pairing, &partners);
}

/// Moves pairs out of removed and added; of several that want one partner the first gets it.
fn take_pairs(pairing: &mut Pairing<'_>, partners: &[Option<usize>]) {
    let mut taken = BTreeSet::new();
    let mut removed = Vec::new();
    for (old, partner) in pairing.removed.iter().zip(partners) {
        match partner.and_then(|place| pairing.added.get(place).map(|new| (place, *new))) {
            Some((place, new)) if taken.insert(place) => pairing.paired.push((*old, new)),
            _ => removed.push(*old),
        }
    }
    let added = pairing.added.iter().enumerate();
    pairing.added =
        added.filter(|(place, _)| !taken.contains(place)).map(|(_, named)| *named).collect();
    pairing.removed = removed;
}

/// All of a key but its name and its description.
fn look(key: &Key) -> String {
    let default = key.default.as_deref().unwrap_or("-");
    format!("{} {} {}", key.accepts.describe(), key.is_required, clip(default))
}

fn is_renamed((old_name, old): Named<'_>, (new_name, new): Named<'_>) -> bool {
    let has_same_notes = !old.notes.is_empty() && old.notes == new.notes;
    has_same_notes || is_alike(old_name, new_name)
}

/// Whether two names are spellings of one: other separators, another order of words, or longer words.
fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    if one.concat() == other.concat() {
        return true;
    }
    let sorted = |words: &[String]| words.iter().cloned().collect::<BTreeSet<_>>();
    if one.len() > 1 && one.len() == other.len() && sorted(&one) == sorted(&other) {
        return true;
    }
    let is_longer = |(one, other): (&String, &String)| {
        one == other
            || (one.len().min(other.len()) >= 3
                && (one.starts_with(other.as_str()) || other.starts_with(one.as_str())))
    };
    one.len() == other.len() && one.iter().zip(&other).all(is_longer)
}

/// The words of a name in small letters: `maxSize`, `max_size` and `max-size` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars().take(200) {
        let is_start = !letter.is_alphanumeric() || (was_small && letter.is_uppercase());
        if is_start && words.last().is_some_and(|last| !last.is_empty()) {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            last.extend(letter.to_lowercase());
        }
        was_small = letter.is_lowercase();
    }
    words
}
