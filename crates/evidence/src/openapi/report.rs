//! Puts findings in words and places.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    document::{Document, File, Spot},
    finding::{Finding, Owner},
    interface::{Outcome, Reached},
    rules,
};
use crate::{Change, Class, Source, document::compact::Value};

/// One difference between two descriptions.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What changed.
    pub change: Change,
    labels: Arc<[String]>,
    /// The operations that it touches, by their places among the labels.
    operations: Vec<u32>,
    /// Its place in the older description.
    pub(super) old: Option<Place>,
    /// Its place in the newer description.
    pub(super) new: Option<Place>,
}

/// A place in one of a description's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Which file.
    pub file: usize,
    /// Names and numbers from its root.
    pub pointer: Vec<String>,
}

/// Where values stand, by address.
type Places = HashMap<usize, Place>;

/// How many operations a sentence names.
const MOST_NAMED: usize = 2;

/// What was found, in words, each difference once.
///
/// *Order*: by subject, rule and sentence.
pub(super) fn differences(
    old: &Document<'_>,
    new: &Document<'_>,
    outcome: &Outcome<'_>,
) -> Vec<Difference> {
    let labels: Arc<[String]> = outcome.labels.as_slice().into();
    let label = |touched: &[u32]| -> Option<&str> {
        labels.get(usize::try_from(*touched.first()?).ok()?).map(String::as_str)
    };
    let findings = || outcome.findings.iter();
    let old_places = places(old, findings().filter_map(|finding| Some(finding.old?.address())));
    let new_places = places(new, findings().filter_map(|finding| Some(finding.new?.address())));
    let mut told: BTreeMap<(String, &str, String), Told<'_, '_>> = BTreeMap::new();
    for finding in findings() {
        let touched = touched(finding, outcome);
        let (was, is) = (place(finding.old, &old_places), place(finding.new, &new_places));
        let files = (old.files(), new.files());
        let Words { subject, sentence, is_shared } =
            words(finding, was.as_ref(), is.as_ref(), label(&touched.first), files);
        let told = told.entry((subject, finding.rule.id, sentence)).or_insert_with(|| Told {
            finding,
            was,
            is,
            is_shared,
            reached: Reached::default(),
        });
        told.reached.join(&touched);
    }
    let mut differences: Vec<_> = told
        .into_iter()
        .map(|((subject, _, sentence), told)| told.difference(subject, sentence, &labels, old, new))
        .collect();
    differences.extend(rest(old, new, outcome, differences.is_empty()));
    differences
}

/// A difference that may be found again for other operations.
struct Told<'f, 'a> {
    finding: &'f Finding<'a>,
    was: Option<Place>,
    is: Option<Place>,
    is_shared: bool,
    reached: Reached,
}

impl Told<'_, '_> {
    fn difference(
        self,
        subject: String,
        mut sentence: String,
        labels: &Arc<[String]>,
        old: &Document<'_>,
        new: &Document<'_>,
    ) -> Difference {
        if self.is_shared {
            sentence.push_str(&used_by(&self.reached, labels));
        }
        let operations = self.reached.first;
        let source = |files: &[File<'_>], place: Option<&Place>| {
            let (path, _) = files.get(place?.file)?;
            Some(Source::file(path))
        };
        let at = source(new.files(), self.is.as_ref());
        let whole = || new.files().first().map(|(path, _)| Source::file(path));
        let mut change = Change::new(self.finding.rule, subject, sentence)
            .in_class(self.finding.class)
            .at(at.or_else(whole).unwrap_or_default());
        change.before = source(old.files(), self.was.as_ref());
        Difference { change, labels: Arc::clone(labels), operations, old: self.was, new: self.is }
    }
}

fn place(spot: Option<Spot<'_>>, places: &Places) -> Option<Place> {
    places.get(&spot?.address()).cloned()
}

/// What is to say where nothing was found, or not everything compared.
fn rest(
    old: &Document<'_>,
    new: &Document<'_>,
    outcome: &Outcome<'_>,
    is_empty: bool,
) -> Option<Difference> {
    let (path, _) = new.files().first()?;
    let is_equal = old.root().value == new.root().value && old.files().len() < 2;
    let (rule, sentence) = if outcome.is_cut {
        (crate::UNREADABLE, "cannot be judged as a whole: there is too much to compare")
    } else if is_empty && !is_equal {
        (*rules::find("document-reworded")?, "the document changed in nothing that is judged")
    } else {
        return None;
    };
    let change = Change::new(&rule, path.as_str(), sentence).at(Source::file(path));
    Some(Difference {
        change,
        labels: Vec::new().into(),
        operations: Vec::new(),
        old: None,
        new: None,
    })
}

/// The operations that a finding touches.
fn touched(finding: &Finding<'_>, outcome: &Outcome<'_>) -> Reached {
    match finding.owner {
        Owner::Document => Reached::default(),
        Owner::Operation(at) => u32::try_from(at).map(Reached::one).unwrap_or_default(),
        Owner::Schemas(node) => outcome.reached_by.get(&node).cloned().unwrap_or_default(),
    }
}

/// Subject and sentence.
struct Words {
    subject: String,
    sentence: String,
    /// Whether operations share what it is about, so that the sentence is to name them.
    is_shared: bool,
}

fn words(
    finding: &Finding<'_>,
    was: Option<&Place>,
    is: Option<&Place>,
    first: Option<&str>,
    files: (&[File<'_>], &[File<'_>]),
) -> Words {
    let (noun, text) = (finding.noun, &finding.text);
    let (placed, file) = match (is, was) {
        (Some(place), _) if !finding.is_gone => (is, files.1.get(place.file)),
        (_, Some(place)) => (was, files.0.get(place.file)),
        _ => (is, files.1.first()),
    };
    let path = file.map_or("", |(path, _)| path.as_str());
    let first = first.unwrap_or(path).to_owned();
    let plain = |subject| Words { subject, sentence: format!("{noun} {text}"), is_shared: false };
    let Some(place) = placed else { return plain(first) };
    match finding.owner {
        Owner::Operation(_) => plain(first),
        Owner::Document => {
            let part = shared_part(&place.pointer);
            plain(part.map_or_else(|| path.to_owned(), |(name, _)| name))
        }
        Owner::Schemas(_) => {
            let shared = shared_part(&place.pointer)
                .or_else(|| (place.file > 0).then(|| (file_name(path), place.pointer.as_slice())));
            if let Some((name, rest)) = shared {
                let inner = inner_name(rest);
                let dot = if inner.is_empty() || inner.starts_with('[') { "" } else { "." };
                return Words { is_shared: true, ..plain(format!("{name}{dot}{inner}")) };
            }
            let holder = file.and_then(|(_, root)| holder_name(root, &place.pointer));
            let inner = inner_name(after_schema(&place.pointer));
            let names: Vec<_> = holder.into_iter().chain([inner]).collect();
            let name = names.join(".");
            let name = name.trim_end_matches('.');
            if name.is_empty() {
                return plain(first);
            }
            Words { sentence: format!("{noun} `{name}` {text}"), ..plain(first) }
        }
    }
}

/// The name of the parameter or header that a schema belongs to.
fn holder_name(root: &Value, pointer: &[String]) -> Option<String> {
    let at = pointer.iter().position(|name| name == "schema" || name == "content")?;
    let (holders, name) = (pointer.get(at.checked_sub(2)?)?, pointer.get(at - 1)?);
    match holders.as_str() {
        "headers" => Some(name.clone()),
        "parameters" => {
            let mut way = pointer.get(..at)?.iter();
            let holder = way.try_fold(root, |value, name| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                value => value.get(name),
            });
            Some(holder?.get("name")?.as_str()?.to_owned())
        }
        _ => None,
    }
}

fn names<'l>(operations: &'l [u32], labels: &'l [String]) -> impl Iterator<Item = &'l str> {
    let label = |at: &u32| labels.get(usize::try_from(*at).ok()?).map(String::as_str);
    operations.iter().filter_map(label)
}

fn used_by(reached: &Reached, labels: &[String]) -> String {
    let named: Vec<_> = names(&reached.first, labels).take(MOST_NAMED).collect();
    let more = reached.count.saturating_sub(MOST_NAMED);
    match (named.is_empty(), more) {
        (true, _) => String::new(),
        (_, 0) => format!(", for {}", named.join(" and ")),
        (_, more) => format!(", for {} and {more} more", named.join(", ")),
    }
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The name of the shared part that a place is in, and what follows.
fn shared_part(pointer: &[String]) -> Option<(String, &[String])> {
    let names: Vec<&str> = pointer.iter().take(3).map(String::as_str).collect();
    let (name, rest) = match names[..] {
        ["components", "schemas" | "securitySchemes", name] => (name, pointer.get(3..)?),
        ["components", _, name] => (name, after_schema(pointer.get(3..)?)),
        ["definitions" | "securityDefinitions", name, ..] => (name, pointer.get(2..)?),
        ["parameters" | "responses", name, ..] => (name, after_schema(pointer.get(2..)?)),
        _ => return None,
    };
    Some((name.to_owned(), rest))
}

fn after_schema(pointer: &[String]) -> &[String] {
    let at = pointer.iter().position(|name| name == "schema");
    at.and_then(|at| pointer.get(at + 1..)).unwrap_or_default()
}

/// `address.lines[]` for `properties/address/properties/lines/items`.
fn inner_name(pointer: &[String]) -> String {
    let mut name = String::new();
    let mut parts = pointer.iter().map(String::as_str);
    let mut add = |part: &str| {
        if !name.is_empty() && !part.starts_with('[') {
            name.push('.');
        }
        name.push_str(part);
    };
    while let Some(part) = parts.next() {
        match part {
            "properties" => add(parts.next().unwrap_or_default()),
            "items" => add("[]"),
            "additionalProperties" => add("*"),
            "allOf" => _ = parts.next(),
            "anyOf" | "oneOf" | "prefixItems" | "patternProperties" | "dependentSchemas" => {
                add(&format!("{part}[{}]", parts.next().unwrap_or_default()));
            }
            other => add(other),
        }
    }
    name
}

/// Where the values stand that are asked for.
///
/// *Cost*: one walk through the document.
fn places(document: &Document<'_>, wanted: impl Iterator<Item = usize>) -> Places {
    let mut places: HashMap<usize, Option<Place>> = wanted.map(|address| (address, None)).collect();
    if !places.is_empty() {
        for (file, (_, value)) in document.files().iter().enumerate() {
            let mut path = Vec::new();
            find(value, file, &mut path, &mut places);
        }
    }
    places.into_iter().filter_map(|(address, place)| Some((address, place?))).collect()
}

/// Recursion goes as deep as one file nests, which its parser bounds.
fn find<'a>(
    value: &'a Value,
    file: usize,
    path: &mut Vec<std::borrow::Cow<'a, str>>,
    places: &mut HashMap<usize, Option<Place>>,
) {
    if let Some(place) = places.get_mut(&std::ptr::from_ref(value).addr()) {
        let pointer = path.iter().map(ToString::to_string).collect();
        *place = Some(Place { file, pointer });
    }
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string().into());
                find(item, file, path, places);
                path.pop();
            }
        }
        Value::Object(members) => {
            for (name, member) in members.iter() {
                path.push(name.into());
                find(member, file, path, places);
                path.pop();
            }
        }
        _ => {}
    }
}

impl Difference {
    /// The operations that it touches, such as `GET /users`; none where it is about the description as a whole.
    ///
    /// *Order*: by path and method. Not all of them where millions would be named.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        names(&self.operations, &self.labels)
    }

    /// Whether it, or its weight, is judged so by us alone and not by the field's table of rules.
    pub fn is_own(&self) -> bool {
        rules::is_own(&self.change.rule) || self.change.class == Class::Unknown
    }
}
