//! Holds two contracts against each other: must an old file still load?

mod keys;
mod limits;
mod values;

use std::collections::{HashMap, HashSet, VecDeque};

use super::{
    contract::{Contract, Key, Object, ObjectId, Place, UnknownKeys, clip, listed},
    rules,
};
use crate::{Change, Rule, Source};

/// More pairs of objects are not compared.
const MOST_PAIRS: usize = 50_000;

/// Compares objects, and whatever their keys lead to.
pub(super) struct Judge<'a> {
    old: &'a Contract,
    new: &'a Contract,
    /// Which new object is which old one, where both have names.
    twins: HashMap<ObjectId, ObjectId>,
    twins_of_new: HashMap<ObjectId, ObjectId>,
    seen: HashSet<(ObjectId, ObjectId)>,
    queue: VecDeque<(ObjectId, ObjectId, String)>,
    changes: Vec<Change>,
}

/// What a change is about, with its places.
#[derive(Clone)]
struct Subject {
    text: String,
    new: Source,
    old: Source,
}

/// What the comparison of two contracts gave.
pub(super) struct Judged {
    pub(super) changes: Vec<Change>,
    /// Whether all of both was compared.
    pub(super) is_complete: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        old: &'a Contract,
        new: &'a Contract,
        twins: HashMap<ObjectId, ObjectId>,
    ) -> Self {
        let twins_of_new = twins.iter().map(|(old, new)| (*new, *old)).collect();
        Self {
            old,
            new,
            twins,
            twins_of_new,
            seen: HashSet::new(),
            queue: VecDeque::new(),
            changes: Vec::new(),
        }
    }

    /// Compares two objects later; `prefix` stands before the names of their keys.
    pub(super) fn compare(&mut self, old: ObjectId, new: ObjectId, prefix: String) {
        if self.seen.insert((old, new)) {
            self.queue.push_back((old, new, prefix));
        }
    }

    /// Tells objects that are on one side alone: each own key of new ones, and those that are gone as a whole.
    pub(super) fn tell(&mut self, removed: &[ObjectId], added: &[ObjectId]) {
        let kept = kept_by_children(self.old, self.new, &self.twins);
        for id in removed {
            self.tell_removed(*id, &kept);
        }
        let kept = kept_by_children(self.new, self.old, &self.twins_of_new);
        for id in added {
            self.tell_added(*id, &kept);
        }
    }

    fn tell_added(&mut self, id: ObjectId, kept: &Kept<'_>) {
        let Some(object) = self.new.object(id) else { return };
        let own = object.keys.iter().filter(|(_, key)| key.declared_in.is_none());
        for (name, key) in own.filter(|(name, _)| !kept.contains(&(id, name.as_str()))) {
            let subject = self.subject(&join(&object.label, name), None, Some(key.place));
            let change = if object.is_entry && key.is_required {
                Change::new(&rules::REQUIRED_KEY_ADDED, "", "was added and must be set")
            } else {
                Change::new(&rules::KEY_ADDED, "", added(key, &object.label))
            };
            self.push(&subject, change);
        }
    }

    fn tell_removed(&mut self, id: ObjectId, kept: &Kept<'_>) {
        let Some(object) = self.old.object(id) else { return };
        let own = object.keys.iter().filter(|(_, key)| key.declared_in.is_none());
        let own = own.map(|(name, _)| name).filter(|name| !kept.contains(&(id, name.as_str())));
        let own: Vec<_> = own.collect();
        if !own.is_empty() {
            let subject = self.subject(&object.label, Some(object.place), None);
            let sentence = format!("was removed with its keys {}", listed(own));
            self.push(&subject, Change::new(&rules::KEY_REMOVED, "", sentence));
        }
    }

    /// Compares everything that was asked for. *Order*: by file, line, subject and rule.
    pub(super) fn judged(mut self) -> Judged {
        let mut pairs = 0;
        while pairs < MOST_PAIRS
            && let Some((old, new, prefix)) = self.queue.pop_front()
        {
            pairs += 1;
            self.objects(old, new, &prefix);
        }
        let is_complete = self.queue.is_empty();
        let mut changes = self.changes;
        changes.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
        changes.dedup();
        Judged { changes, is_complete }
    }

    fn objects(&mut self, old_id: ObjectId, new_id: ObjectId, prefix: &str) {
        let (Some(old), Some(new)) = (self.old.object(old_id), self.new.object(new_id)) else {
            return;
        };
        let subject = self.subject(prefix, Some(old.place), Some(new.place));
        self.whole_objects(&subject, old, new);
        self.keys(old, new, prefix);
    }

    /// What holds for an object as a whole.
    fn whole_objects(&mut self, subject: &Subject, old: &Object, new: &Object) {
        match (&old.unknown_keys, &new.unknown_keys) {
            (UnknownKeys::Free, UnknownKeys::Free)
            | (UnknownKeys::Refused, UnknownKeys::Refused) => {}
            (UnknownKeys::Typed(old), UnknownKeys::Typed(new)) => {
                let items = Subject { text: join(&subject.text, "*"), ..subject.clone() };
                self.values(&items, old, new);
            }
            (_, UnknownKeys::Refused) => {
                self.say(subject, &rules::UNKNOWN_KEYS_REFUSED, "unknown keys are refused now");
            }
            (UnknownKeys::Refused, _) => self.say(
                subject,
                &rules::UNKNOWN_KEYS_ACCEPTED,
                "unknown keys are no longer refused",
            ),
            (UnknownKeys::Free, UnknownKeys::Typed(accepts)) => {
                if !accepts.is_any {
                    let sentence = format!("other keys must be {} now", accepts.describe());
                    self.say(subject, &rules::TYPE_NARROWED, sentence);
                }
            }
            (UnknownKeys::Typed(accepts), UnknownKeys::Free) => {
                if !accepts.is_any {
                    let sentence =
                        format!("other keys may be anything, not only {}", accepts.describe());
                    self.say(subject, &rules::TYPE_WIDENED, sentence);
                }
            }
        }
        let names: std::collections::BTreeSet<_> =
            old.naming.keys().chain(new.naming.keys()).collect();
        for name in names {
            let (before, after) = (old.naming.get(*name), new.naming.get(*name));
            if before != after {
                let text = |value: Option<&String>| {
                    value.map_or("nothing".to_owned(), |value| format!("`{}`", clip(value)))
                };
                let sentence = format!("{name} went from {} to {}", text(before), text(after));
                self.say(subject, &rules::NAMES_CHANGED, sentence);
            }
        }
        if old.notes != new.notes {
            self.say(subject, &rules::DESCRIPTION_CHANGED, "its description changed");
        }
    }

    /// Compares what is told of one key in both.
    fn key(&mut self, subject: &Subject, old: &Key, new: &Key) {
        self.requirement(subject, old, new);
        if old.default != new.default {
            self.default(subject, old, new);
        }
        match (old.is_deprecated, new.is_deprecated) {
            (false, true) => self.say(subject, &rules::KEY_DEPRECATED, "is deprecated now"),
            (true, false) => {
                self.say(subject, &rules::KEY_UNDEPRECATED, "is no longer deprecated");
            }
            _ => {}
        }
        self.values(subject, &old.accepts, &new.accepts);
        if old.notes != new.notes {
            self.say(subject, &rules::DESCRIPTION_CHANGED, "its description changed");
        }
    }

    fn requirement(&mut self, subject: &Subject, old: &Key, new: &Key) {
        match (old.is_required, new.is_required) {
            (false, true) => {
                self.say(
                    subject,
                    &rules::KEY_BECAME_REQUIRED,
                    "must be set, and could be left out",
                );
            }
            (true, false) => {
                let sentence = match &new.default {
                    Some(default) => format!("may be left out and is `{}` then", clip(default)),
                    None => "may be left out".to_owned(),
                };
                self.say(subject, &rules::KEY_BECAME_OPTIONAL, sentence);
            }
            _ => {}
        }
    }

    fn default(&mut self, subject: &Subject, old: &Key, new: &Key) {
        // A key that has to be set has no default that could matter.
        if old.is_required || new.is_required {
            return;
        }
        let sentence = match (&old.default, &new.default) {
            (Some(old), Some(new)) => {
                format!("its default went from `{}` to `{}`", clip(old), clip(new))
            }
            (None, Some(new)) => format!("has the default `{}` now", clip(new)),
            (Some(old), None) => format!("no longer has the default `{}`", clip(old)),
            (None, None) => return,
        };
        self.say(subject, &rules::DEFAULT_CHANGED, sentence);
    }

    fn subject(&self, text: &str, old: Option<Place>, new: Option<Place>) -> Subject {
        Subject {
            text: text.to_owned(),
            old: old.map_or_else(Source::default, |place| source(self.old, place)),
            new: new.map_or_else(Source::default, |place| source(self.new, place)),
        }
    }

    fn say(&mut self, subject: &Subject, rule: &Rule, sentence: impl Into<String>) {
        self.push(subject, Change::new(rule, "", sentence));
    }

    fn push(&mut self, subject: &Subject, change: Change) {
        let mut change = change.at(subject.new.clone());
        change.subject = match subject.text.as_str() {
            "" => "(root)".to_owned(),
            text => text.to_owned(),
        };
        if subject.old != Source::default() {
            change = change.was_at(subject.old.clone());
            if change.source == Source::default() {
                change.source = Source { line: None, ..subject.old.clone() };
            }
        }
        self.changes.push(change);
    }
}

/// Keys with the classes that declare them.
type Kept<'a> = HashSet<(ObjectId, &'a str)>;

/// The inherited keys that children have on the other side too: if a base comes or goes, those only moved.
fn kept_by_children<'a>(
    contract: &'a Contract,
    other: &Contract,
    twins: &HashMap<ObjectId, ObjectId>,
) -> Kept<'a> {
    let mut kept = Kept::new();
    for (place, object) in contract.objects.iter().enumerate() {
        let twin = twins.get(&ObjectId(place)).and_then(|twin| other.object(*twin));
        let Some(twin) = twin else { continue };
        for (name, key) in &object.keys {
            let declaring = key.declared_in.filter(|_| twin.keys.contains_key(name));
            kept.extend(declaring.map(|declaring| (declaring, name.as_str())));
        }
    }
    kept
}

/// What is said of a key that was added.
fn added(key: &Key, parent: &str) -> String {
    match &key.default {
        Some(default) => format!("was added with the default `{}`", clip(default)),
        None if key.is_required => {
            format!("was added, needed inside of the new `{}` alone", clip(parent))
        }
        None => "was added and may be left out".to_owned(),
    }
}

/// The names of a key but the one it is called by.
fn other_names(key: &Key, name: &str) -> String {
    listed(key.names.iter().filter(|other| *other != name))
}

fn source(contract: &Contract, place: Place) -> Source {
    match (contract.files.get(place.file), place.line) {
        (Some(path), Some(line)) => Source::line(path, line),
        (Some(path), None) => Source::file(path),
        (None, _) => Source::default(),
    }
}

fn order_of(change: &Change) -> impl Ord + '_ {
    (&change.source, &change.subject, &change.rule, &change.sentence)
}

/// A key's path; long ones lose their middle, so that circles cannot make them grow.
fn join(prefix: &str, name: &str) -> String {
    const LONGEST: usize = 300;
    let name = clip(name);
    if prefix.is_empty() {
        return name;
    }
    if prefix.len() < LONGEST {
        return format!("{prefix}.{name}");
    }
    let first = prefix.split('.').next().unwrap_or_default();
    format!("{}.….{name}", clip(first))
}
