//! The values that a key takes, then and now.

use super::{Judge, Subject};
use crate::{
    Change, Class,
    config::{
        contract::{Accepts, Alternative, Kind, ObjectId, listed},
        rules,
    },
};

/// Whether an older alternative goes with a newer one.
type Fits<'a> = &'a dyn Fn(&Alternative, &Alternative) -> bool;

/// How alternatives belong together.
struct Matched<'a> {
    pairs: Vec<(&'a Alternative, &'a Alternative)>,
    lost: Vec<&'a Alternative>,
    gained: Vec<&'a Alternative>,
}

impl Judge<'_> {
    pub(super) fn values(&mut self, subject: &Subject, old: &Accepts, new: &Accepts) {
        if old.conditions != new.conditions {
            let sentence = "a condition on its values changed, which is not judged";
            self.say(subject, &rules::CONDITION_CHANGED, sentence);
        }
        match (old.is_any, new.is_any) {
            (true, true) => return,
            (true, false) => {
                let sentence = format!("must be {} now, and could be anything", new.describe());
                return self.say(subject, &rules::TYPE_NARROWED, sentence);
            }
            (false, true) => {
                let sentence = format!("may be anything, not only {}", old.describe());
                return self.say(subject, &rules::TYPE_WIDENED, sentence);
            }
            (false, false) => {}
        }
        let matched = self.matched(old, new);
        self.kinds(subject, old, new, &matched);
        for (before, after) in matched.pairs {
            self.alternative(subject, before, after);
        }
    }

    /// Tells kinds that came or went.
    fn kinds(&mut self, subject: &Subject, old: &Accepts, new: &Accepts, matched: &Matched<'_>) {
        // A whole number is a number, and not the other way round.
        let is_number_to_integer = |(old, new): &(&Alternative, &Alternative)| {
            old.kind == Kind::Number && new.kind == Kind::Integer && old.values.is_none()
        };
        let is_integer_to_number = |(old, new): &(&Alternative, &Alternative)| {
            old.kind == Kind::Integer && new.kind == Kind::Number && new.values.is_none()
        };
        let has_lost = !matched.lost.is_empty() || matched.pairs.iter().any(is_number_to_integer);
        let has_gained =
            !matched.gained.is_empty() || matched.pairs.iter().any(is_integer_to_number);
        let (before, after) = (old.describe(), new.describe());
        let (rule, sentence) = match (has_lost, has_gained) {
            (false, false) => return,
            (false, true) => (&rules::TYPE_WIDENED, format!("takes {after}, and took {before}")),
            (true, false) => {
                (&rules::TYPE_NARROWED, format!("takes {after} alone, and took {before}"))
            }
            (true, true) => (&rules::TYPE_CHANGED, format!("went from {before} to {after}")),
        };
        let change = Change::new(rule, "", sentence);
        let is_named = |alternative: &&Alternative| matches!(alternative.kind, Kind::Named(_));
        // What a type from elsewhere takes is not known; one that is gone may be within one that came.
        let is_unknown =
            has_lost && has_gained && matched.lost.iter().chain(&matched.gained).any(is_named);
        self.push(subject, if is_unknown { change.in_class(Class::Unknown) } else { change });
    }

    /// Compares two alternatives of one kind.
    fn alternative(&mut self, subject: &Subject, old: &Alternative, new: &Alternative) {
        match (&old.values, &new.values) {
            (Some(before), Some(after)) => {
                let lost: Vec<_> = before.difference(after).collect();
                if !lost.is_empty() {
                    let sentence = format!("no longer takes {}", listed(lost));
                    self.say(subject, &rules::ENUM_VALUE_REMOVED, sentence);
                }
                let gained: Vec<_> = after.difference(before).collect();
                if !gained.is_empty() {
                    let sentence = format!("takes {} too", listed(gained));
                    self.say(subject, &rules::ENUM_VALUE_ADDED, sentence);
                }
            }
            (None, Some(after)) => {
                let sentence = format!("takes {} alone", listed(after));
                self.say(subject, &rules::TYPE_NARROWED, sentence);
            }
            (Some(before), None) => {
                let sentence = format!("takes any {}, not only {}", new.describe(), listed(before));
                self.say(subject, &rules::TYPE_WIDENED, sentence);
            }
            (None, None) => {}
        }
        self.limits(subject, &old.limits, &new.limits);
        match (&old.kind, &new.kind) {
            (Kind::List(before), Kind::List(after)) => {
                let items = Subject { text: format!("{}[]", subject.text), ..subject.clone() };
                self.values(&items, before, after);
            }
            (Kind::Object(before), Kind::Object(after)) => {
                self.compare(*before, *after, subject.text.clone());
            }
            _ => {}
        }
    }

    fn matched<'b>(&self, old: &'b Accepts, new: &'b Accepts) -> Matched<'b> {
        let mut matched = Matched { pairs: Vec::new(), lost: Vec::new(), gained: Vec::new() };
        let mut left: Vec<_> = new.alternatives.iter().map(Some).collect();
        let mut waiting: Vec<_> = old.alternatives.iter().collect();
        // The surest partner first: equal ones, then those of one name, then those of one kind.
        let fits: [Fits<'_>; 4] = [
            &|old, new| self.is_twin(old, new),
            &|old, new| self.is_of_one_name(old, new),
            &is_of_one_kind,
            &is_number_beside_integer,
        ];
        for fits in fits {
            waiting.retain(|alternative| {
                let partner = left
                    .iter_mut()
                    .find(|candidate| candidate.is_some_and(|other| fits(alternative, other)))
                    .and_then(Option::take);
                matched.pairs.extend(partner.map(|partner| (*alternative, partner)));
                partner.is_none()
            });
        }
        // Where both were taken before, a whole number is still a number.
        let has_number = new.alternatives.iter().any(|other| is_free(other, &Kind::Number));
        let had_number = old.alternatives.iter().any(|other| is_free(other, &Kind::Number));
        waiting.retain(|alternative| !(has_number && alternative.kind == Kind::Integer));
        matched.lost = waiting;
        matched.gained = left.into_iter().flatten().collect();
        matched.gained.retain(|alternative| !(had_number && alternative.kind == Kind::Integer));
        matched
    }

    fn is_twin(&self, old: &Alternative, new: &Alternative) -> bool {
        match (&old.kind, &new.kind) {
            (Kind::Object(before), Kind::Object(after)) => self.twins.get(before) == Some(after),
            (Kind::List(before), Kind::List(after)) => before == after,
            _ => old.kind == new.kind,
        }
    }

    fn is_of_one_name(&self, old: &Alternative, new: &Alternative) -> bool {
        let label = |is_old: bool, id: ObjectId| {
            let object = if is_old { self.old.object(id) } else { self.new.object(id) };
            object.map(|object| object.label.as_str()).filter(|label| !label.is_empty())
        };
        match (&old.kind, &new.kind) {
            (Kind::Object(before), Kind::Object(after)) => {
                label(true, *before).is_some_and(|name| label(false, *after) == Some(name))
            }
            _ => false,
        }
    }
}

fn is_of_one_kind(old: &Alternative, new: &Alternative) -> bool {
    matches!(
        (&old.kind, &new.kind),
        (Kind::Object(_), Kind::Object(_)) | (Kind::List(_), Kind::List(_))
    )
}

fn is_number_beside_integer(old: &Alternative, new: &Alternative) -> bool {
    matches!((&old.kind, &new.kind), (Kind::Integer, Kind::Number) | (Kind::Number, Kind::Integer))
}

/// Whether every value of a kind is taken.
fn is_free(alternative: &Alternative, kind: &Kind) -> bool {
    alternative.kind == *kind && alternative.is_free()
}
