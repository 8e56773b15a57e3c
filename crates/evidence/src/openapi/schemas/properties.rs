//! Properties of objects: which there are, which must be there, and what is marked on them.

use std::collections::HashSet;

use super::{Place, Schemas, Step, keywords::shortened, transitions::Transition, view::Schema};
use crate::openapi::{
    document::Spot,
    stability,
    sunset::{self, Sunset},
};

/// The names of properties that must be there.
enum Required<'a> {
    Few(Vec<&'a str>),
    Many(HashSet<&'a str>),
}

impl<'a> Required<'a> {
    fn new(names: Vec<&'a str>) -> Self {
        const FEW: usize = 8;
        if names.len() <= FEW { Self::Few(names) } else { Self::Many(names.into_iter().collect()) }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Few(names) => names.contains(&name),
            Self::Many(names) => names.contains(name),
        }
    }
}

/// A property on one or both sides.
#[derive(Clone, Copy)]
struct Property<'a> {
    /// As it stands there, perhaps a reference.
    spot: Spot<'a>,
    /// What the reference leads to.
    schema: Schema<'a>,
    is_required: bool,
}

impl<'a> Schemas<'_, 'a> {
    /// Tells properties that appeared, disappeared, or must be there or not; compares those on both sides.
    pub(super) fn compare_properties(&mut self, step: Step<'a>, transition: &Transition<'a>) {
        let old_members = step.old.child("properties");
        let new_members = step.new.child("properties");
        if old_members.is_none() && new_members.is_none() {
            return;
        }
        let (old_required, new_required) = (step.old.names("required"), step.new.names("required"));
        let (old_required, new_required) =
            (Required::new(old_required), Required::new(new_required));
        for (name, spot) in step.old.members("properties") {
            let schema = Schema::new(self.old.resolve(spot).unwrap_or(spot));
            let old = Property { spot, schema, is_required: old_required.has(name) };
            match new_members.and_then(|members| members.get(name)) {
                Some(spot) => {
                    let schema = Schema::new(self.new.resolve(spot).unwrap_or(spot));
                    let is_required = new_required.has(name);
                    let new = Property { spot, schema, is_required };
                    self.compare_property(step, old, new);
                }
                None if transition.moved(name) => {}
                None => self.tell_removed_property(step, old),
            }
        }
        for (name, spot) in step.new.members("properties") {
            if old_members.and_then(|members| members.get(name)).is_none() {
                let schema = Schema::new(self.new.resolve(spot).unwrap_or(spot));
                let is_required = new_required.has(name);
                self.tell_added_property(step, Property { spot, schema, is_required });
            }
        }
    }

    fn compare_property(&mut self, step: Step<'a>, old: Property<'a>, new: Property<'a>) {
        if old.is_required != new.is_required {
            self.tell_requirement(step, old, new);
        }
        self.tell_direction(step, old, new);
        self.compare_inside(step, old.spot, new.spot);
    }

    fn tell_requirement(&mut self, step: Step<'a>, old: Property<'a>, new: Property<'a>) {
        let place = step.context.place.inside();
        let rule = match (place, new.is_required) {
            (Place::RequestProperty, _) if new.schema.flag("readOnly") => return,
            (Place::RequestProperty, true) if new.schema.get("default").is_some() => {
                "request-property-became-required-with-default"
            }
            (Place::RequestProperty, true) => "request-property-became-required",
            (Place::RequestProperty, false) => "request-property-became-optional",
            (Place::ResponseProperty, true) if new.schema.flag("writeOnly") => {
                "response-write-only-property-became-required"
            }
            (Place::ResponseProperty, true) => "response-property-became-required",
            (Place::ResponseProperty, false) if new.schema.flag("writeOnly") => {
                "response-write-only-property-became-optional"
            }
            (Place::ResponseProperty, false) => "response-property-became-optional",
            (_, true) if step.context.is_in_header && !new.schema.flag("readOnly") => {
                "request-header-property-became-required"
            }
            _ => return,
        };
        let text = if new.is_required { "became required" } else { "became optional" };
        self.tell_rule(rule, step, Some(old.spot), Some(new.spot), text);
    }

    /// Tells that a property is sent or returned alone now, or no longer alone.
    fn tell_direction(&mut self, step: Step<'a>, old: Property<'a>, new: Property<'a>) {
        let place = step.context.place.inside();
        if !matches!(place, Place::RequestProperty | Place::ResponseProperty) {
            return;
        }
        let side = if place.is_request() { "request" } else { "response" };
        let kind = if old.is_required { "required" } else { "optional" };
        for (key, name) in [("readOnly", "read-only"), ("writeOnly", "write-only")] {
            let (was, is) = (old.schema.flag(key), new.schema.flag(key));
            if was != is {
                let not = if is { "" } else { "not-" };
                let rule = format!("{side}-{kind}-property-became-{not}{name}");
                let text =
                    if is { format!("became {name}") } else { format!("is {name} no longer") };
                self.tell_rule(&rule, step, Some(old.spot), Some(new.spot), text);
            }
        }
    }

    fn tell_removed_property(&mut self, step: Step<'a>, old: Property<'a>) {
        let is_write_only = old.schema.flag("writeOnly");
        let rule = match (step.context.place.inside(), old.is_required) {
            (Place::RequestProperty, _) if old.schema.flag("readOnly") => return,
            (Place::RequestProperty, _) => "request-property-removed",
            (Place::ResponseProperty, true) if is_write_only => {
                "response-required-write-only-property-removed"
            }
            (Place::ResponseProperty, false) if is_write_only => {
                "response-optional-write-only-property-removed"
            }
            (Place::ResponseProperty, true) => "response-required-property-removed",
            (Place::ResponseProperty, false) => "response-optional-property-removed",
            _ => return,
        };
        self.tell_rule(rule, step, Some(old.spot), Some(step.new.spot), "disappeared");
        if let Some(last) = self.found.last_mut() {
            last.is_gone = true;
        }
    }

    fn tell_added_property(&mut self, step: Step<'a>, new: Property<'a>) {
        let is_write_only = new.schema.flag("writeOnly");
        let rule = match (step.context.place.inside(), new.is_required) {
            (Place::RequestProperty, _) if new.schema.flag("readOnly") => return,
            (Place::RequestProperty, true) if new.schema.get("default").is_some() => {
                "new-required-request-property-with-default"
            }
            (Place::RequestProperty, true) => "new-required-request-property",
            (Place::RequestProperty, false) => "new-optional-request-property",
            (Place::ResponseProperty, true) if is_write_only => {
                "response-required-write-only-property-added"
            }
            (Place::ResponseProperty, false) if is_write_only => {
                "response-optional-write-only-property-added"
            }
            (Place::ResponseProperty, true) => "response-required-property-added",
            (Place::ResponseProperty, false) => "response-optional-property-added",
            (_, true) if step.context.is_in_header && !new.schema.flag("readOnly") => {
                "new-required-request-header-property"
            }
            _ => return,
        };
        let text = if new.is_required { "is new and required" } else { "is new and optional" };
        self.tell_rule(rule, step, None, Some(new.spot), text);
    }

    /// Tells that a schema inside a body is deprecated, or more or less settled, than it was.
    pub(super) fn compare_marks(&mut self, step: Step<'a>) {
        let is_property =
            matches!(step.context.place, Place::RequestProperty | Place::ResponseProperty);
        if !is_property {
            return;
        }
        self.compare_deprecation(step);
        let (old, new) = (stability::of(step.old.spot), stability::of(step.new.spot));
        match (old, new) {
            (Some(old), Some(new)) if old != new && old.is_promised() => {
                let what = if new < old { "stability-decreased" } else { "stability-increased" };
                let text = format!("went from {} to {}", old.as_str(), new.as_str());
                self.tell(step, what, text);
            }
            (Some(_), Some(_)) => {}
            _ => {
                let key = "x-stability-level";
                let old = step.old.get(key).map_or("nothing".to_owned(), shortened);
                let new = step.new.get(key).map_or("nothing".to_owned(), shortened);
                if old != new {
                    let (at, was) = (Some(step.new.spot), Some(step.old.spot));
                    let text = format!("has `{key}` {new} after {old}, and one is unknown");
                    self.tell_body("api-invalid-stability-level", step, was, at, text);
                }
            }
        }
    }

    fn compare_deprecation(&mut self, step: Step<'a>) {
        match (step.old.flag("deprecated"), step.new.flag("deprecated")) {
            (true, false) => self.tell(step, "reactivated", "is deprecated no longer"),
            (false, true) => match sunset::of(step.new.spot) {
                Sunset::Missing => self.tell(step, "deprecated", "is deprecated"),
                Sunset::Unclear => {
                    let text = "is deprecated with a sunset that is no date";
                    self.tell(step, "deprecated-sunset-invalid", text);
                }
                Sunset::On(day) if day.is_past() => {
                    let text = format!("is deprecated with the sunset {day}, which has passed");
                    self.tell(step, "sunset-date-too-small", text);
                }
                Sunset::On(day) => {
                    let text = format!("is deprecated until {day}");
                    self.tell(step, "deprecated-with-sunset", text);
                }
            },
            _ => {}
        }
    }

    /// Tells a rule by its whole name about the schema itself.
    pub(super) fn tell_body(
        &mut self,
        rule: &str,
        step: Step<'a>,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        text: impl Into<String>,
    ) {
        self.tell_rule(rule, step, old, new, text);
        if let Some(last) = self.found.last_mut() {
            last.noun = step.context.place.noun();
        }
    }
}
