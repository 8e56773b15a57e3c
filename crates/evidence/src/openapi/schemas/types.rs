//! Types, formats and `null`.

use super::{Place, Schemas, Step, same::Without, view::Schema};

/// What a change of types and formats comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Values that were right may be wrong now.
    Changed,
    /// The other types are written the same way.
    Compatible,
    /// More or fewer values, on the side where it does no harm.
    Harmless,
    /// More values, on the side where it does harm.
    Wider,
}

impl<'a> Schemas<'_, 'a> {
    /// Tells that types without `null`, or formats, differ.
    pub(super) fn compare_types(&mut self, step: Step<'a>) {
        let (old, new) = (step.old.concrete_types(), step.new.concrete_types());
        let formats = (step.old.text("format"), step.new.text("format"));
        if same_types(&old, &new) && formats.0 == formats.1 {
            return;
        }
        let text = format!(
            "changed its type from {} to {}",
            named(&old, formats.0),
            named(&new, formats.1)
        );
        let what = match step.context.place {
            Place::ParameterProperty => property_of_parameter(&old, &new, formats),
            Place::Parameter if self.is_list_of_the_same(step, &old, &new) => "type-generalized",
            place => {
                let verdict = if place.is_request() {
                    of_request(&old, &new, formats, step.context.is_text)
                } else {
                    of_response(&old, &new, formats, step.context.is_text)
                };
                match (verdict, place.is_request()) {
                    (Verdict::Changed, _) => "type-changed",
                    (Verdict::Compatible, _) if place != Place::Parameter => "type-compatible",
                    (_, true) | (Verdict::Wider, false) => "type-generalized",
                    (_, false) => "type-specialized",
                }
            }
        };
        self.tell(step, what, text);
    }

    /// Tells that `null` is let through on one side alone, whatever way it is written.
    pub(super) fn compare_nullability(&mut self, step: Step<'a>) {
        let (old, new) = (step.old, step.new);
        let has_flag = old.flag("nullable") || new.flag("nullable");
        let have_types = !old.types().is_empty() && !new.types().is_empty();
        if has_flag || have_types {
            self.tell_nullability(step, old.takes_null(), new.takes_null());
        }
    }

    /// Tells that `null` is let through on one side alone.
    pub(super) fn tell_nullability(&mut self, step: Step<'a>, was: bool, is: bool) {
        match (was, is) {
            (false, true) => self.tell(step, "became-nullable", "may be `null` now"),
            (true, false) => self.tell(step, "became-not-nullable", "may not be `null` any more"),
            _ => {}
        }
    }

    /// Whether a parameter became a list of what it was, in a form where one value is a list of one.
    fn is_list_of_the_same(&mut self, step: Step<'a>, old: &[&str], new: &[&str]) -> bool {
        let is_list = step.context.is_exploded && new == ["array"];
        if !is_list || old.is_empty() || old.contains(&"array") || old.contains(&"object") {
            return false;
        }
        let Some(items) = step.new.child("items").and_then(|items| self.new.resolve(items)) else {
            return false;
        };
        let types = Schema::new(items).concrete_types();
        let are_covered = types.is_empty() || types.contains(&"string") || are_within(old, &types);
        are_covered && self.are_same(step.old.spot, items, Without { types: true, null: true })
    }
}

fn of_request(
    old: &[&str],
    new: &[&str],
    formats: (Option<&str>, Option<&str>),
    is_text: bool,
) -> Verdict {
    let is_wider = new.is_empty() || (!old.is_empty() && are_within(old, new));
    let is_as_text = is_text && new == ["string"];
    let types_break = !same_types(old, new) && !is_wider && !is_as_text;
    let formats_break = formats.0 != formats.1 && !is_format_within(formats.0, formats.1, new);
    if types_break || (formats_break && (old.is_empty() || !new.is_empty())) {
        return Verdict::Changed;
    }
    if is_wider || old.is_empty() || new.is_empty() {
        Verdict::Harmless
    } else {
        Verdict::Compatible
    }
}

/// The mirror of [`of_request`]: what is returned may become less.
fn of_response(
    old: &[&str],
    new: &[&str],
    formats: (Option<&str>, Option<&str>),
    is_text: bool,
) -> Verdict {
    match of_request(new, old, (formats.1, formats.0), is_text) {
        Verdict::Changed if !old.is_empty() && !same_types(old, new) && are_within(old, new) => {
            if new.is_empty() {
                Verdict::Changed
            } else {
                Verdict::Wider
            }
        }
        verdict => verdict,
    }
}

/// Nobody knows how an object in a parameter is written: where text and typed forms disagree, it is doubtful.
fn property_of_parameter(
    old: &[&str],
    new: &[&str],
    formats: (Option<&str>, Option<&str>),
) -> &'static str {
    let breaks = |is_text| of_request(old, new, formats, is_text) == Verdict::Changed;
    match (breaks(false), breaks(true)) {
        (true, true) => "type-specialized",
        (false, false) => "type-generalized",
        _ => "type-changed",
    }
}

fn same_types(old: &[&str], new: &[&str]) -> bool {
    old.iter().all(|name| new.contains(name)) && new.iter().all(|name| old.contains(name))
}

/// Whether each type is one of the others, or a part of one.
fn are_within(types: &[&str], others: &[&str]) -> bool {
    types
        .iter()
        .all(|name| others.contains(name) || (*name == "integer" && others.contains(&"number")))
}

/// Whether all values of one format are values of the other.
fn is_format_within(format: Option<&str>, other: Option<&str>, types: &[&str]) -> bool {
    let Some(other) = other else { return true };
    let Some(format) = format else { return false };
    match types {
        ["number"] => (format, other) == ("float", "double"),
        ["integer"] => {
            matches!((format, other), ("int32", "int64" | "bigint") | ("int64", "bigint"))
        }
        ["string"] => other == "date-time" && matches!(format, "date" | "time"),
        _ => false,
    }
}

fn named(types: &[&str], format: Option<&str>) -> String {
    let types = if types.is_empty() { "any".to_owned() } else { types.join(" or ") };
    match format {
        None => format!("`{types}`"),
        Some(format) => format!("`{types}` ({format})"),
    }
}
