//! Holds schemas against each other.
//!
//! A pair of schemas that references lead to is compared once for each way it is used (sent or returned, as text or
//! typed), not once per path to it: pairs are nodes of a graph, and a queue replaces recursion between them. Operations
//! are roots of that graph; who reaches a node is asked only for what was found.

mod composition;
mod keywords;
mod properties;
mod same;
mod transitions;
mod types;
mod view;

use std::collections::HashMap;

use self::view::Schema;
use super::{
    document::{Document, Spot},
    finding::{Finding, Owner},
    rules,
};
use crate::{Class, document::compact::Value};

/// How many pairs are compared; documents of a hundred megabytes stay below.
const MOST_PAIRS: usize = 2_000_000;

/// How many differences are told; beyond, a document says nothing that anybody could read.
pub(super) const MOST_FOUND: usize = 20_000;

/// How many steps are spent on asking whether two schemas say the same.
const MOST_STEPS: u64 = 20_000_000;

/// How a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Context {
    /// What it is the schema of.
    pub place: Place,
    /// Whether its values are written as text, so that a number is a string too.
    pub is_text: bool,
    /// Whether it is in a header of a request.
    pub is_in_header: bool,
    /// Whether a list of its values is written as the same parameter several times.
    pub is_exploded: bool,
}

/// What a schema is the schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A whole body that is sent.
    RequestBody,
    /// Anything inside such a body.
    RequestProperty,
    /// A whole body that is returned.
    ResponseBody,
    /// Anything inside such a body.
    ResponseProperty,
    /// A parameter.
    Parameter,
    /// Anything inside a parameter.
    ParameterProperty,
    /// A header that is returned.
    ResponseHeader,
}

impl Place {
    /// What names of rules start with.
    fn prefix(self) -> &'static str {
        match self {
            Self::RequestBody => "request-body",
            Self::RequestProperty => "request-property",
            Self::ResponseBody => "response-body",
            Self::ResponseProperty => "response-property",
            Self::Parameter => "request-parameter",
            Self::ParameterProperty => "request-parameter-property",
            Self::ResponseHeader => "response-header",
        }
    }

    /// How people name it.
    fn noun(self) -> &'static str {
        match self {
            Self::RequestBody => "the request body",
            Self::RequestProperty => "the request property",
            Self::ResponseBody => "the response body",
            Self::ResponseProperty => "the response property",
            Self::Parameter => "the parameter",
            Self::ParameterProperty => "the parameter's property",
            Self::ResponseHeader => "the response header",
        }
    }

    fn inside(self) -> Self {
        match self {
            Self::RequestBody | Self::RequestProperty => Self::RequestProperty,
            Self::ResponseBody | Self::ResponseProperty | Self::ResponseHeader => {
                Self::ResponseProperty
            }
            Self::Parameter | Self::ParameterProperty => Self::ParameterProperty,
        }
    }

    fn is_request(self) -> bool {
        !matches!(self, Self::ResponseBody | Self::ResponseProperty | Self::ResponseHeader)
    }
}

impl Context {
    /// A body, or a header that is returned.
    pub(super) fn of(place: Place, is_text: bool) -> Self {
        Self { place, is_text, is_in_header: false, is_exploded: false }
    }

    /// How what is inside is used.
    fn inside(self) -> Self {
        Self { place: self.place.inside(), is_exploded: false, ..self }
    }
}

/// Two schemas at one place.
#[derive(Clone, Copy, Debug)]
struct Step<'a> {
    owner: usize,
    old: Schema<'a>,
    new: Schema<'a>,
    context: Context,
}

impl Step<'_> {
    /// Whether either side has such a keyword. Cheaper than to look each of them up.
    fn has(self, is_it: impl Fn(&str) -> bool) -> bool {
        let mut keywords = self.old.keywords().chain(self.new.keywords());
        keywords.any(|(key, _)| is_it(key))
    }
}

/// A pair that references or operations lead to.
#[derive(Debug)]
struct Node<'a> {
    old: Spot<'a>,
    new: Spot<'a>,
    context: Context,
    /// What the references are called that led to it first.
    names: (Option<&'a str>, Option<&'a str>),
    /// Pairs that its schemas refer to.
    leads_to: Vec<usize>,
}

/// The comparison of all schemas of two descriptions.
#[derive(Debug)]
pub(super) struct Schemas<'d, 'a> {
    old: &'d Document<'a>,
    new: &'d Document<'a>,
    nodes: Vec<Node<'a>>,
    known: HashMap<(usize, usize, Context), usize>,
    /// The first node that was not compared yet.
    next: usize,
    steps_left: u64,
    /// What was found by now.
    pub found: Vec<Finding<'a>>,
    /// Whether there were more pairs than are compared, or more differences than are told.
    pub is_cut: bool,
}

impl<'d, 'a> Schemas<'d, 'a> {
    /// A comparison without any pair yet.
    pub(super) fn new(old: &'d Document<'a>, new: &'d Document<'a>) -> Self {
        Self {
            old,
            new,
            nodes: Vec::new(),
            known: HashMap::new(),
            next: 0,
            steps_left: MOST_STEPS,
            found: Vec::new(),
            is_cut: false,
        }
    }

    /// The node of a pair, which is compared by [`Schemas::compare_all`]; `None` where a reference leads nowhere.
    pub(super) fn pair(&mut self, old: Spot<'a>, new: Spot<'a>, context: Context) -> Option<usize> {
        let name = |spot: Spot<'a>| spot.reference().map(composition::last_name);
        let names = (name(old), name(new));
        let (old, new) = (self.old.resolve(old)?, self.new.resolve(new)?);
        let key = (old.address(), new.address(), context);
        if let Some(node) = self.known.get(&key) {
            return Some(*node);
        }
        if self.nodes.len() >= MOST_PAIRS {
            self.is_cut = true;
            return None;
        }
        let node = self.nodes.len();
        self.nodes.push(Node { old, new, context, names, leads_to: Vec::new() });
        self.known.insert(key, node);
        Some(node)
    }

    /// Compares every pair, and those that they lead to.
    pub(super) fn compare_all(&mut self) {
        while let Some(node) = self.nodes.get(self.next) {
            let (old, new) = (Schema::new(node.old), Schema::new(node.new));
            let step = Step { owner: self.next, old, new, context: node.context };
            self.compare(step);
            self.next += 1;
        }
    }

    /// Pairs that a pair leads to.
    pub(super) fn leads_to(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map_or(&[], |node| &node.leads_to)
    }

    /// What the reference to one side of a whole pair is called; `None` inside of it.
    fn name_of(&self, step: Step<'a>, of_old: bool) -> Option<&'a str> {
        let node = self.nodes.get(step.owner)?;
        let is_whole = node.old.address() == step.old.spot.address();
        let name = if of_old { node.names.0 } else { node.names.1 };
        name.filter(|_| is_whole)
    }

    /// How many pairs there are.
    pub(super) fn count(&self) -> usize {
        self.nodes.len()
    }

    /// Compares two schemas at one place, and what is inside them.
    ///
    /// Recursion goes as deep as one file nests, which its parser bounds.
    fn compare(&mut self, step: Step<'a>) {
        if self.compare_unwrapped(step) {
            return;
        }
        let transition = self.transition(step);
        if transition.is_null_wrapping() {
            self.compare_marks(step);
            return;
        }
        if step.context.place == Place::ResponseHeader {
            self.compare_nullability(step);
            self.compare_types(step);
            return;
        }
        if differ_themselves(step) {
            if !transition.explains_types() {
                self.compare_types(step);
            }
            self.compare_nullability(step);
            self.compare_keywords(step);
            self.compare_marks(step);
        }
        self.compare_compositions(step, &transition);
        self.compare_properties(step, &transition);
        self.compare_parts(step);
    }

    /// Compares what stands inside, where both sides have it.
    fn compare_inside(&mut self, step: Step<'a>, old: Spot<'a>, new: Spot<'a>) {
        let context = step.context.inside();
        if old.reference().is_none() && new.reference().is_none() {
            let (old, new) = (Schema::new(old), Schema::new(new));
            self.compare(Step { owner: step.owner, old, new, context });
            return;
        }
        self.lead_to(step, old, new, context);
    }

    /// Notes that a pair leads to another one, which is compared in its turn.
    fn lead_to(&mut self, step: Step<'a>, old: Spot<'a>, new: Spot<'a>, context: Context) {
        if let Some(node) = self.pair(old, new, context) {
            if let Some(owner) = self.nodes.get_mut(step.owner) {
                owner.leads_to.push(node);
            }
        } else if !self.is_cut && old.reference() != new.reference() {
            let text = "has another reference, which leads nowhere";
            self.tell_rule("reference-unresolved", step, Some(old), Some(new), text);
        }
    }

    fn compare_parts(&mut self, step: Step<'a>) {
        for (key, _) in step.old.keywords() {
            match key {
                "items"
                | "additionalProperties"
                | "contains"
                | "propertyNames"
                | "unevaluatedItems"
                | "unevaluatedProperties"
                | "if"
                | "then"
                | "else"
                | "not"
                | "contentSchema"
                | "additionalItems" => {
                    if let Some((old, new)) = step.old.child(key).zip(step.new.child(key))
                        && old.value.is_object()
                        && new.value.is_object()
                    {
                        self.compare_inside(step, old, new);
                    }
                }
                "patternProperties" | "dependentSchemas" => {
                    for (name, old) in step.old.members(key) {
                        if let Some(new) = step.new.child(key).and_then(|spot| spot.get(name)) {
                            self.compare_inside(step, old, new);
                        }
                    }
                }
                "prefixItems" => {
                    let items = step.old.children(key).into_iter();
                    for (old, new) in items.zip(step.new.children(key)) {
                        self.compare_inside(step, old, new);
                    }
                }
                _ => {}
            }
        }
    }

    /// Tells what happened to a schema, if that means anything at its place.
    fn tell(&mut self, step: Step<'a>, what: &str, text: impl Into<String>) {
        let place = step.context.place;
        let rule = rules::find(&format!("{}-{what}", place.prefix()));
        let rule = match aside(step, what) {
            None => rule,
            Some(aside) => rules::find(&format!("{aside}-{what}"))
                .or(rule.filter(|rule| rule.class < Class::Dangerous)),
        };
        // What holds inside a parameter holds for the parameter.
        let rule = rule.or_else(|| {
            let is_inside = place == Place::ParameterProperty;
            is_inside.then(|| rules::find(&format!("{}-{what}", Place::Parameter.prefix())))?
        });
        let rule = rule.or_else(|| rules::find(lifted(step, what)?));
        if let Some(rule) = rule {
            self.push(Finding {
                rule,
                class: rule.class,
                owner: Owner::Schemas(step.owner),
                old: Some(step.old.spot),
                new: Some(step.new.spot),
                noun: place.noun(),
                text: text.into(),
                is_gone: false,
            });
        }
    }

    fn push(&mut self, finding: Finding<'a>) {
        if self.found.len() < MOST_FOUND {
            self.found.push(finding);
        } else {
            self.is_cut = true;
        }
    }

    /// Tells a rule by its whole name about something inside a schema.
    fn tell_rule(
        &mut self,
        rule: &str,
        step: Step<'a>,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        text: impl Into<String>,
    ) {
        let Some(rule) = rules::find(rule) else { return };
        self.push(Finding {
            rule,
            class: rule.class,
            owner: Owner::Schemas(step.owner),
            old,
            new,
            noun: step.context.place.inside().noun(),
            text: text.into(),
            is_gone: false,
        });
    }
}

/// What rules start with where a limit is out of use: on what is read-only and sent, or write-only and returned.
fn aside(step: Step<'_>, what: &str) -> Option<&'static str> {
    let is_limit = ["min", "max", "exclusive", "enum-value", "x-extensible", "type", "list-of"]
        .iter()
        .any(|start| what.starts_with(start));
    match step.context.place {
        Place::RequestProperty if is_limit && step.new.flag("readOnly") => {
            Some("request-read-only-property")
        }
        Place::ResponseProperty if is_limit && step.new.flag("writeOnly") => {
            Some("response-write-only-property")
        }
        _ => None,
    }
}

/// The rule for limits that are wider or gone, where a limit has none of its own.
fn lifted(step: Step<'_>, what: &str) -> Option<&'static str> {
    let is_wider = (what.contains("min-") && what.ends_with("-decreased"))
        || (what.contains("max-") && what.ends_with("-increased"));
    if !is_wider && !what.ends_with("-unset") || aside(step, what).is_some() {
        return None;
    }
    let is_bound = what.contains("min-") || what.contains("max-");
    match step.context.place {
        place if place.is_request() => Some("request-limit-lifted"),
        Place::ResponseHeader => None,
        _ => is_bound.then_some("response-limit-lifted"),
    }
}

/// Whether anything differs but what is inside and what only describes.
fn differ_themselves(step: Step<'_>) -> bool {
    let counts = |key: &str| {
        !matches!(
            key,
            "properties"
                | "required"
                | "items"
                | "allOf"
                | "anyOf"
                | "oneOf"
                | "not"
                | "description"
                | "title"
                | "summary"
                | "example"
                | "examples"
                | "externalDocs"
                | "$ref"
                | "$defs"
                | "definitions"
        )
    };
    let is_other = |value: &Value, other: Option<&Value>| other != Some(value);
    let mut old = step.old.keywords().filter(|(key, _)| counts(key));
    let mut new = step.new.keywords().filter(|(key, _)| counts(key));
    old.any(|(key, value)| is_other(value, step.new.get(key)))
        || new.any(|(key, value)| is_other(value, step.old.get(key)))
}
