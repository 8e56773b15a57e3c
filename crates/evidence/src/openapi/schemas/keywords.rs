//! Keywords that hold for a value itself.

use std::collections::BTreeMap;

use super::{Place, Schemas, Step, same::absent_from, view::Schema};
use crate::document::compact::Value;

/// A bound: the keyword, its name in rules, and how people say it.
type Bound = (&'static str, &'static str, &'static str);

const BOUNDS: [Bound; 12] = [
    ("minimum", "min", "the minimum"),
    ("maximum", "max", "the maximum"),
    ("exclusiveMinimum", "exclusive-min", "the exclusive minimum"),
    ("exclusiveMaximum", "exclusive-max", "the exclusive maximum"),
    ("minLength", "min-length", "the least length"),
    ("maxLength", "max-length", "the greatest length"),
    ("minItems", "min-items", "the least number of items"),
    ("maxItems", "max-items", "the greatest number of items"),
    ("minProperties", "min-properties", "the least number of properties"),
    ("maxProperties", "max-properties", "the greatest number of properties"),
    ("minContains", "min-contains", "the least number of matching items"),
    ("maxContains", "max-contains", "the greatest number of matching items"),
];

/// Keywords that hold or do not: the keyword, its name in rules, and how people say it.
const PRESENCES: [Bound; 8] = [
    ("contains", "contains", "`contains`"),
    ("contentSchema", "content-schema", "`contentSchema`"),
    ("if", "if", "`if`"),
    ("then", "then", "`then`"),
    ("else", "else", "`else`"),
    ("propertyNames", "property-names", "`propertyNames`"),
    ("unevaluatedItems", "unevaluated-items", "`unevaluatedItems`"),
    ("unevaluatedProperties", "unevaluated-properties", "`unevaluatedProperties`"),
];

impl<'a> Schemas<'_, 'a> {
    /// Tells differences of keywords that hold for a value itself.
    pub(super) fn compare_keywords(&mut self, step: Step<'a>) {
        for bound in BOUNDS {
            self.compare_bound(step, bound);
        }
        for (key, name, words) in PRESENCES {
            let had = step.old.constraint(key).is_some();
            self.compare_presence(step, name, words, had, step.new.constraint(key).is_some());
        }
        self.compare_enumeration(step);
        self.compare_open_enumeration(step);
        self.compare_pattern(step);
        self.compare_values(step);
        self.compare_content(step);
        self.compare_by_name(step);
        self.compare_dependencies(step);
        self.compare_discriminator(step);
        self.compare_rest(step);
    }

    fn compare_presence(&mut self, step: Step<'a>, name: &str, words: &str, had: bool, has: bool) {
        match (had, has) {
            (false, true) => self.tell(step, &format!("{name}-added"), format!("gained {words}")),
            (true, false) => self.tell(step, &format!("{name}-removed"), format!("lost {words}")),
            _ => {}
        }
    }

    fn compare_bound(&mut self, step: Step<'a>, (key, name, words): Bound) {
        let (old, new) = (bound(step.old, key), bound(step.new, key));
        // Whoever counts from 0 had a least length all the time.
        let starts_at_zero = matches!(key, "minLength" | "minItems" | "minProperties");
        let or_zero = |value: Option<f64>| value.or(starts_at_zero.then_some(0.0));
        // Both are the plain bound, which is told itself.
        if step.old.flag(key) && step.new.flag(key) {
            return;
        }
        // How many items must match means nothing without what they must match.
        if name.ends_with("-contains") && old.is_none() != new.is_none() {
            return;
        }
        match (or_zero(old), or_zero(new)) {
            (Some(old), Some(new)) if old < new => {
                let text = format!("had {words} raised from {old} to {new}");
                self.tell(step, &format!("{name}-increased"), text);
            }
            (Some(old), Some(new)) if old > new => {
                let text = format!("had {words} lowered from {old} to {new}");
                self.tell(step, &format!("{name}-decreased"), text);
            }
            (None, Some(new)) => {
                self.tell(step, &format!("{name}-set"), format!("has {words} {new} now"));
            }
            (Some(old), None) => {
                self.tell(step, &format!("{name}-unset"), format!("lost {words} {old}"));
            }
            _ => {}
        }
    }

    fn compare_enumeration(&mut self, step: Step<'a>) {
        let (old, new) = (step.old.list("enum"), step.new.list("enum"));
        if old == new {
            return;
        }
        let place = step.context.place;
        let began = old.is_empty();
        if began {
            self.tell(step, "became-enum", "takes listed values alone now");
            if step.context.is_in_header {
                let rule = "request-header-property-became-enum";
                let (old, new) = (Some(step.old.spot), Some(step.new.spot));
                self.tell_rule(rule, step, old, new, "takes listed values alone now");
            }
        }
        if new.is_empty() {
            self.tell(step, "no-longer-enum", "lists its values no longer");
            // Whoever sends may send all that was listed.
            if place.is_request() {
                return;
            }
        }
        // `null` in the list is told as nullability, where that changed.
        let is_told = step.old.takes_null() != step.new.takes_null();
        let counts = |value: &&&Value| !(is_told && value.is_null());
        for value in absent_from(old, new).iter().filter(counts) {
            let text = format!("lost the value {}", shortened(value));
            match place {
                Place::ResponseBody => {
                    let (old, new) = (Some(step.old.spot), Some(step.new.spot));
                    self.tell_body("response-mediatype-enum-value-removed", step, old, new, text);
                }
                _ => self.tell(step, "enum-value-removed", text),
            }
        }
        if !began || place.is_request() {
            for value in absent_from(new, old).iter().filter(counts) {
                let text = format!("gained the value {}", shortened(value));
                self.tell(step, "enum-value-added", text);
            }
        }
    }

    /// `x-extensible-enum`, a list that may grow.
    fn compare_open_enumeration(&mut self, step: Step<'a>) {
        let key = "x-extensible-enum";
        // Without a list, whatever comes is known as little as before.
        let removed = absent_from(step.old.list(key), step.new.list(key));
        for value in removed.into_iter().filter(|_| step.new.get(key).is_some()) {
            let text = format!("knows the value {} no longer", shortened(value));
            self.tell(step, "x-extensible-enum-value-removed", text);
        }
    }

    fn compare_pattern(&mut self, step: Step<'a>) {
        match (step.old.text("pattern"), step.new.text("pattern")) {
            (None, Some(new)) => {
                self.tell(step, "pattern-added", format!("must match `{new}` now"));
            }
            (Some(old), None) => {
                self.tell(step, "pattern-removed", format!("need not match `{old}` any more"));
            }
            (Some(old), Some(new)) if old != new => {
                let takes_all = matches!(new, ".*" | "^.*$" | "^.*" | ".*$");
                let what = if takes_all && step.context.place.is_request() {
                    "pattern-generalized"
                } else {
                    "pattern-changed"
                };
                self.tell(step, what, format!("must match `{new}` instead of `{old}`"));
            }
            _ => {}
        }
    }

    /// `const` and `default`. Defaults of parameters are told with the parameter, which knows whether it is required.
    fn compare_values(&mut self, step: Step<'a>) {
        for (key, name, words) in
            [("const", "const", "the constant"), ("default", "default-value", "the default")]
        {
            if key == "default" && step.context.place == Place::Parameter {
                continue;
            }
            match (step.old.get(key), step.new.get(key)) {
                (None, Some(new)) => {
                    let text = format!("gained {words} {}", shortened(new));
                    self.tell(step, &format!("{name}-added"), text);
                }
                (Some(old), None) => {
                    let text = format!("lost {words} {}", shortened(old));
                    self.tell(step, &format!("{name}-removed"), text);
                }
                (Some(old), Some(new)) if old != new => {
                    let (old, new) = (shortened(old), shortened(new));
                    let text = format!("has {words} {new} instead of {old}");
                    self.tell(step, &format!("{name}-changed"), text);
                }
                _ => {}
            }
        }
    }

    fn compare_content(&mut self, step: Step<'a>) {
        for (key, name) in
            [("contentEncoding", "content-encoding"), ("contentMediaType", "content-media-type")]
        {
            let (old, new) = (step.old.text(key), step.new.text(key));
            if old != new {
                let said = |text: Option<&str>| text.unwrap_or("none").to_owned();
                let text = format!("changed `{key}` from {} to {}", said(old), said(new));
                self.tell(step, &format!("{name}-changed"), text);
            }
        }
    }

    /// Schemas that a keyword has by name or by place.
    fn compare_by_name(&mut self, step: Step<'a>) {
        for (key, name) in
            [("patternProperties", "pattern-property"), ("dependentSchemas", "dependent-schema")]
        {
            let (old, new) = (members(step.old, key), members(step.new, key));
            for member in new.keys().filter(|member| !old.contains_key(*member)) {
                self.tell(step, &format!("{name}-added"), format!("gained `{key}` for `{member}`"));
            }
            for member in old.keys().filter(|member| !new.contains_key(*member)) {
                self.tell(step, &format!("{name}-removed"), format!("lost `{key}` for `{member}`"));
            }
        }
        let (old, new) = (step.old.list("prefixItems").len(), step.new.list("prefixItems").len());
        if old != new {
            let what = if old < new { "prefix-items-added" } else { "prefix-items-removed" };
            self.tell(step, what, format!("has {new} leading items of their own, not {old}"));
        }
    }

    fn compare_dependencies(&mut self, step: Step<'a>) {
        let key = "dependentRequired";
        let (old, new) = (members(step.old, key), members(step.new, key));
        for (member, required) in &new {
            match old.get(member) {
                None => {
                    let text = format!("requires other properties beside `{member}` now");
                    self.tell(step, "dependent-required-added", text);
                }
                Some(before) if before != required => {
                    let text = format!("requires other properties beside `{member}` than before");
                    self.tell(step, "dependent-required-changed", text);
                }
                Some(_) => {}
            }
        }
        for member in old.keys().filter(|member| !new.contains_key(*member)) {
            let text = format!("requires no other properties beside `{member}` any more");
            self.tell(step, "dependent-required-removed", text);
        }
    }

    fn compare_discriminator(&mut self, step: Step<'a>) {
        let key = "discriminator";
        let (old, new) = match (step.old.child(key), step.new.child(key)) {
            (Some(old), Some(new)) => (old, new),
            (old, new) => {
                let words = "a discriminator";
                self.compare_presence(step, key, words, old.is_some(), new.is_some());
                return;
            }
        };
        // In Swagger 2 it is the property's name itself.
        let named = |spot: super::Spot<'a>| spot.text("propertyName").or(spot.value.as_str());
        if named(old) != named(new) {
            let said = |name: Option<&str>| name.unwrap_or("nothing").to_owned();
            let text =
                format!("is told apart by `{}`, not `{}`", said(named(new)), said(named(old)));
            self.tell(step, "discriminator-property-name-changed", text);
        }
        let mapping = |spot: super::Spot<'a>| -> BTreeMap<&'a str, &'a Value> {
            let mapping = spot.get("mapping").into_iter().flat_map(super::Spot::members);
            mapping.map(|(name, target)| (name, target.value)).collect()
        };
        let (old, new) = (mapping(old), mapping(new));
        for (name, target) in &new {
            match old.get(name) {
                None => {
                    let text = format!("knows `{name}` in its discriminator");
                    self.tell(step, "discriminator-mapping-added", text);
                }
                Some(before) if before != target => {
                    let text = format!("means another schema by `{name}` in its discriminator");
                    self.tell(step, "discriminator-mapping-changed", text);
                }
                Some(_) => {}
            }
        }
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            let text = format!("knows `{name}` in its discriminator no longer");
            self.tell(step, "discriminator-mapping-deleted", text);
        }
    }

    /// What other tools do not judge.
    fn compare_rest(&mut self, step: Step<'a>) {
        let (old, new) = (step.old, step.new);
        let forbids =
            |schema: Schema<'_>| schema.get("additionalProperties") == Some(&Value::Bool(false));
        if forbids(new) && !forbids(old) {
            let text = "takes no properties any more but those it lists";
            self.tell(step, "additional-properties-forbidden", text);
        }
        if forbids(old) && !forbids(new) {
            self.tell(step, "additional-properties-unset", "takes other properties than it lists");
        }
        match (old.flag("uniqueItems"), new.flag("uniqueItems")) {
            (false, true) => {
                self.tell(step, "unique-items-required", "must have items that differ now");
            }
            (true, false) => {
                self.tell(step, "unique-items-unset", "may have the same item twice");
            }
            _ => {}
        }
        if let Some(divisor) = new.number("multipleOf")
            && old.number("multipleOf") != Some(divisor)
        {
            let text = format!("must be a multiple of {divisor} now");
            self.tell(step, "multiple-of-changed", text);
        } else if new.get("multipleOf").is_none() && old.get("multipleOf").is_some() {
            let text = "need not be a multiple of anything any more";
            self.tell(step, "multiple-of-unset", text);
        }
    }
}

/// A bound's value; in OpenAPI 3.0 `exclusiveMinimum: true` makes `minimum` an exclusive one.
fn bound(schema: Schema<'_>, key: &str) -> Option<f64> {
    match key {
        "exclusiveMinimum" if schema.flag(key) => schema.number("minimum"),
        "exclusiveMaximum" if schema.flag(key) => schema.number("maximum"),
        _ => schema.number(key),
    }
}

fn members<'a>(schema: Schema<'a>, key: &str) -> BTreeMap<&'a str, &'a Value> {
    schema.members(key).map(|(name, spot)| (name, spot.value)).collect()
}

/// A value as people read it in a sentence.
pub(super) fn shortened(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("`{start}…`")
}
