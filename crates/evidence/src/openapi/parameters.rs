//! Parameters of requests.

use std::collections::HashMap;

use super::{
    document::Spot,
    interface::Interface,
    model::Parameter,
    schemas::{Context, Place},
    sunset::{self, Sunset},
};
use crate::document::compact::Value;

const NOUN: &str = "the parameter";

impl<'a> Interface<'_, 'a> {
    /// Compares the parameters of an operation, those of its path included.
    pub(super) fn compare_parameters(
        &mut self,
        at: usize,
        old: &[Parameter<'a>],
        new: &[Parameter<'a>],
    ) {
        let old_keys: HashMap<_, _> = old.iter().map(|one| (one.key(), one)).collect();
        let new_keys: HashMap<_, _> = new.iter().map(|one| (one.key(), one)).collect();
        for parameter in old {
            match new_keys.get(&parameter.key()) {
                Some(other) => self.compare_parameter(at, parameter, other),
                None => self.tell_removed_parameter(at, parameter),
            }
        }
        for parameter in new.iter().filter(|one| !old_keys.contains_key(&one.key())) {
            self.tell_added_parameter(at, parameter);
        }
    }

    fn tell_added_parameter(&mut self, at: usize, new: &Parameter<'a>) {
        let rule = match (new.location, new.is_shared, new.is_required) {
            ("path", ..) => "new-request-path-parameter",
            (_, true, true) => "new-required-request-default-parameter-to-existing-path",
            (_, true, false) => "new-optional-request-default-parameter-to-existing-path",
            (_, false, true) => "new-required-request-parameter",
            (_, false, false) => "new-optional-request-parameter",
        };
        let kind = if new.is_required { "required" } else { "optional" };
        let text = format!("{} is new and {kind}", named(new));
        self.tell(rule, at, None, Some(new.spot), NOUN, text);
    }

    fn tell_removed_parameter(&mut self, at: usize, old: &Parameter<'a>) {
        let name = named(old);
        let (rule, text) = if old.spot.flag("deprecated") {
            match sunset::of(old.spot) {
                Sunset::Missing => (
                    "request-parameter-removed-with-deprecation",
                    format!("{name} disappeared after it was deprecated"),
                ),
                Sunset::Unclear => (
                    "request-parameter-sunset-parse",
                    format!("{name} disappeared with a sunset that is no date"),
                ),
                Sunset::On(day) if day.is_past() => (
                    "request-parameter-removed-after-sunset",
                    format!("{name} disappeared after its sunset on {day}"),
                ),
                Sunset::On(day) => (
                    "request-parameter-removed-before-sunset",
                    format!("{name} disappeared, and its sunset is on {day}"),
                ),
            }
        } else {
            ("request-parameter-removed", format!("{name} disappeared"))
        };
        self.tell(rule, at, Some(old.spot), None, NOUN, text);
    }

    fn compare_parameter(&mut self, at: usize, old: &Parameter<'a>, new: &Parameter<'a>) {
        self.compare_parameter_marks(at, old, new);
        let (was, is) = (Some(old.spot), Some(new.spot));
        let name = named(new);
        match (old.is_required, new.is_required) {
            (false, true) => {
                let text = format!("{name} became required");
                self.tell("request-parameter-became-required", at, was, is, NOUN, text);
            }
            (true, false) => {
                let text = format!("{name} became optional");
                self.tell("request-parameter-became-optional", at, was, is, NOUN, text);
            }
            _ => {}
        }
        let (old_form, new_form) = (form(old), form(new));
        if old_form != new_form {
            let text = format!("{name} is written as {new_form} instead of {old_form}");
            self.tell("request-parameter-style-changed", at, was, is, NOUN, text);
        }
        let Some((old_schema, new_schema)) = old.schema.zip(new.schema) else { return };
        if !old.is_required && !new.is_required {
            self.compare_default(at, &name, old_schema, new_schema);
        }
        let context = Context {
            place: Place::Parameter,
            is_text: old.is_text && new.is_text,
            is_in_header: new.location == "header",
            is_exploded: new_form == "form (exploded)",
        };
        let pair = self.schemas.pair(old_schema, new_schema, context);
        self.start_from(at, pair);
    }

    /// Tells another default of a parameter that need not be sent.
    fn compare_default(&mut self, at: usize, name: &str, old: Spot<'a>, new: Spot<'a>) {
        let (Some(old), Some(new)) = (self.old.resolve(old), self.new.resolve(new)) else { return };
        let key = "default";
        // `null` says that there is none.
        let declared = |spot: Spot<'a>| spot.get(key).filter(|value| !value.value.is_null());
        let (was, is) = (declared(old), declared(new));
        let (rule, text) = match (was, is) {
            (None, Some(is)) => (
                "request-parameter-default-value-added",
                format!("{name} gained the default `{}`", is.value),
            ),
            (Some(was), None) => (
                "request-parameter-default-value-removed",
                format!("{name} lost the default `{}`", was.value),
            ),
            (Some(was), Some(is)) if was.value != is.value => (
                "request-parameter-default-value-changed",
                format!("{name} has the default `{}` instead of `{}`", is.value, was.value),
            ),
            _ => return,
        };
        self.tell(rule, at, was.or(Some(old)), is.or(Some(new)), NOUN, text);
    }

    fn compare_parameter_marks(&mut self, at: usize, old: &Parameter<'a>, new: &Parameter<'a>) {
        let (was, is) = (sunset::of(old.spot), sunset::of(new.spot));
        let name = named(new);
        let deprecated = (old.spot.flag("deprecated"), new.spot.flag("deprecated"));
        let (rule, text) = match (deprecated, was, is) {
            ((true, false), ..) => {
                ("request-parameter-reactivated", format!("{name} is deprecated no longer"))
            }
            ((false, true), _, Sunset::Unclear) => (
                "request-parameter-sunset-parse",
                format!("{name} is deprecated with a sunset that is no date"),
            ),
            ((false, true), _, Sunset::On(day)) if day.is_past() => (
                "request-parameter-sunset-date-too-small",
                format!("{name} is deprecated with the sunset {day}, which has passed"),
            ),
            ((false, true), _, Sunset::On(day)) => {
                ("request-parameter-deprecated", format!("{name} is deprecated until {day}"))
            }
            ((false, true), _, Sunset::Missing) => {
                ("request-parameter-deprecated", format!("{name} is deprecated"))
            }
            ((true, true), Sunset::On(_) | Sunset::Unclear, Sunset::Missing) => {
                ("request-parameter-sunset-deleted", format!("{name} lost its sunset date"))
            }
            ((true, true), Sunset::On(_), Sunset::Unclear)
            | ((true, true), Sunset::Unclear, Sunset::On(_)) => (
                "request-parameter-sunset-parse",
                format!("{name} has another sunset, and one of the two is no date"),
            ),
            ((true, true), Sunset::On(was), Sunset::On(is)) if is < was && is.is_past() => (
                "request-parameter-sunset-date-changed-too-small",
                format!("{name} has the sunset {is}, which has passed, instead of {was}"),
            ),
            _ => return,
        };
        self.tell(rule, at, Some(old.spot), Some(new.spot), NOUN, text);
    }
}

fn named(parameter: &Parameter<'_>) -> String {
    format!("`{}` ({})", parameter.name, parameter.location)
}

/// How lists and objects are written, as far as the parameter says; the usual way of its location else.
fn form(parameter: &Parameter<'_>) -> String {
    let spot = parameter.spot;
    if let Some(format) = spot.text("collectionFormat") {
        return if format == "multi" { "form (exploded)".to_owned() } else { format.to_owned() };
    }
    let usual = if matches!(parameter.location, "query" | "cookie") { "form" } else { "simple" };
    let style = spot.text("style").unwrap_or(usual);
    let explodes = spot.value.get("explode").and_then(Value::as_bool);
    let explodes = explodes.unwrap_or(style == "form");
    if explodes { format!("{style} (exploded)") } else { style.to_owned() }
}
