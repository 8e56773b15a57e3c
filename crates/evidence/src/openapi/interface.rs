//! Holds two descriptions against each other: which paths and operations there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    document::{Document, Spot},
    finding::{Finding, Owner},
    model::{self, Operation, Path},
    rules,
    schemas::{MOST_FOUND, Schemas},
    stability,
    sunset::{self, Sunset},
};
use crate::Class;

/// How many steps are spent on finding who reaches what was found.
const MOST_STEPS: usize = 5_000_000;

/// The comparison of two descriptions.
#[derive(Debug)]
pub(super) struct Interface<'d, 'a> {
    pub(super) old: &'d Document<'a>,
    pub(super) new: &'d Document<'a>,
    /// What operations are called, in the order of comparison.
    labels: Vec<String>,
    /// The pairs of schemas that each operation starts from.
    roots: Vec<Vec<usize>>,
    pub(super) schemas: Schemas<'d, 'a>,
    found: Vec<Finding<'a>>,
}

/// What a comparison came to.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    /// What was found.
    pub findings: Vec<Finding<'a>>,
    /// What operations are called.
    pub labels: Vec<String>,
    /// The operations that reach a pair of schemas, by pair; pairs without findings are left out.
    pub reached_by: HashMap<usize, Reached>,
    /// Whether the documents differ in too much, or are too entangled, to be compared as a whole.
    pub is_cut: bool,
}

/// Compares two descriptions.
///
/// *Cost*: linear in the documents, with pairs of shared schemas compared once for each way they are used.
pub(super) fn compare<'a>(old: &Document<'a>, new: &Document<'a>) -> Outcome<'a> {
    let (old_paths, new_paths) = (model::paths(old), model::paths(new));
    let mut interface = Interface {
        old,
        new,
        labels: Vec::new(),
        roots: Vec::new(),
        schemas: Schemas::new(old, new),
        found: Vec::new(),
    };
    if let Some((was, is)) = lost_operations(&old_paths, &new_paths) {
        let text = format!("has {is} operations after {was}; ask whether it was made in full");
        interface.tell_document("evidence-invalid", None, Some(new.root()), "the document", text);
        return interface.outcome();
    }
    interface.compare_document();
    interface.compare_paths(&old_paths, &new_paths);
    interface.schemas.compare_all();
    interface.outcome()
}

/// How many operations there were and are, where more than four fifths are gone and none took their place.
///
/// What may go, since it was never promised or is past its time, does not count.
fn lost_operations(old: &[Path<'_>], new: &[Path<'_>]) -> Option<(usize, usize)> {
    let count = |paths: &[Path<'_>]| paths.iter().map(|path| path.operations.len()).sum::<usize>();
    let (was, is) = (count(old), count(new));
    let kept: BTreeSet<_> = new
        .iter()
        .flat_map(|path| path.operations.keys().map(|method| (path.shape(), *method)))
        .collect();
    let lost = old.iter().flat_map(|path| {
        let kept = &kept;
        let of_path = path.operations.iter();
        of_path.filter(move |(method, _)| !kept.contains(&(path.shape(), **method)))
    });
    let missed = lost.filter(|(_, operation)| !may_go(operation)).count();
    (missed * 5 > was * 4 && is * 5 < was).then_some((was, is))
}

fn may_go(operation: &Operation<'_>) -> bool {
    let is_promised = stability::of(operation.spot).is_none_or(stability::Stability::is_promised);
    !is_promised || operation.spot.flag("deprecated")
}

impl<'a> Interface<'_, 'a> {
    fn compare_paths(&mut self, old: &[Path<'a>], new: &[Path<'a>]) {
        let by_name: HashMap<_, _> =
            new.iter().enumerate().map(|(at, path)| ((path.is_webhook, path.name), at)).collect();
        let mut by_shape: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        let old_names: BTreeSet<_> = old.iter().map(|path| (path.is_webhook, path.name)).collect();
        for (at, path) in new.iter().enumerate().rev() {
            if !old_names.contains(&(path.is_webhook, path.name)) {
                by_shape.entry((path.is_webhook, path.shape())).or_default().push(at);
            }
        }
        let mut is_taken = vec![false; new.len()];
        for path in old {
            let same_name = by_name.get(&(path.is_webhook, path.name)).copied();
            let found =
                same_name.or_else(|| by_shape.get_mut(&(path.is_webhook, path.shape()))?.pop());
            let counterpart = found.and_then(|at| {
                *is_taken.get_mut(at)? = true;
                new.get(at)
            });
            match counterpart {
                Some(counterpart) => self.compare_path(path, counterpart),
                None if path.unresolved.is_some() => {
                    let text = format!("`{}` was described where nothing is found", path.name);
                    let rule = "reference-unresolved";
                    self.tell_document(rule, path.unresolved, None, "the path", text);
                }
                None if path.is_webhook => {
                    self.tell_webhook("webhook-removed", path, "disappeared");
                }
                None => {
                    for (method, operation) in &path.operations {
                        self.tell_removed(path, method, operation, true);
                    }
                }
            }
        }
        for (path, _) in new.iter().zip(is_taken).filter(|(_, is_taken)| !is_taken) {
            if path.unresolved.is_some() {
                let text = format!("`{}` is described where nothing is found", path.name);
                let rule = "reference-unresolved";
                self.tell_document(rule, None, path.unresolved, "the path", text);
            } else if path.is_webhook {
                self.tell_webhook("webhook-added", path, "is new");
                continue;
            }
            for (method, operation) in &path.operations {
                self.tell_added(path, method, operation);
            }
        }
    }

    fn compare_path(&mut self, old: &Path<'a>, new: &Path<'a>) {
        let references = |path: &Path<'a>| path.unresolved.and_then(Spot::reference);
        if old.unresolved.is_some() || new.unresolved.is_some() {
            if references(old) != references(new) {
                let text = format!("`{}` is described where nothing is found", new.name);
                let rule = "reference-unresolved";
                self.tell_document(rule, old.unresolved, new.unresolved, "the path", text);
            }
            return;
        }
        for (method, operation) in &old.operations {
            match new.operations.get(method) {
                Some(counterpart) => {
                    let at = self.operation(old.label(method));
                    self.compare_operation(at, operation, counterpart);
                }
                None => self.tell_removed(old, method, operation, false),
            }
        }
        for (method, operation) in &new.operations {
            if !old.operations.contains_key(method) {
                self.tell_added(new, method, operation);
            }
        }
    }

    fn operation(&mut self, label: String) -> usize {
        self.labels.push(label);
        self.roots.push(Vec::new());
        self.labels.len() - 1
    }

    fn tell_webhook(&mut self, rule: &str, path: &Path<'a>, text: &str) {
        for (method, operation) in &path.operations {
            let at = self.operation(path.label(method));
            let (old, new) = if rule == "webhook-added" {
                (None, Some(operation.spot))
            } else {
                (Some(operation.spot), None)
            };
            self.tell(rule, at, old, new, "the webhook", text);
        }
    }

    fn tell_added(&mut self, path: &Path<'a>, method: &str, operation: &Operation<'a>) {
        let at = self.operation(path.label(method));
        self.tell("endpoint-added", at, None, Some(operation.spot), "the operation", "is new");
    }

    fn tell_removed(
        &mut self,
        path: &Path<'a>,
        method: &str,
        operation: &Operation<'a>,
        with_path: bool,
    ) {
        let at = self.operation(path.label(method));
        let spot = operation.spot;
        let noun = "the operation";
        match stability::of(spot) {
            None => {
                let text = "disappeared with a stability level that is none";
                self.tell("api-invalid-stability-level", at, Some(spot), None, noun, text);
                return;
            }
            Some(level) if !level.is_promised() => return,
            Some(_) => {}
        }
        let named = |path: &'static str, alone: &'static str| if with_path { path } else { alone };
        let (rule, text) = match (spot.flag("deprecated"), sunset::of(spot)) {
            (false, _) => {
                let alone = "api-removed-without-deprecation";
                let rule = named("api-path-removed-without-deprecation", alone);
                (rule, "disappeared and was not deprecated before".to_owned())
            }
            (true, Sunset::Missing) => {
                let alone = "api-removed-with-deprecation";
                let rule = named("api-path-removed-with-deprecation", alone);
                (rule, "disappeared after it was deprecated".to_owned())
            }
            (true, Sunset::Unclear) => {
                ("api-path-sunset-parse", "disappeared with a sunset that is no date".to_owned())
            }
            (true, Sunset::On(day)) if day.is_past() => {
                ("api-removed-after-sunset", format!("disappeared after its sunset on {day}"))
            }
            (true, Sunset::On(day)) => {
                let rule = named("api-path-removed-before-sunset", "api-removed-before-sunset");
                (rule, format!("disappeared, and its sunset is on {day}"))
            }
        };
        self.tell(rule, at, Some(spot), None, noun, text);
    }

    /// Notes that an operation starts from a pair of schemas.
    pub(super) fn start_from(&mut self, operation: usize, pair: Option<usize>) {
        if let Some((roots, pair)) = self.roots.get_mut(operation).zip(pair) {
            roots.push(pair);
        }
    }

    /// Tells what happened to an operation.
    pub(super) fn tell(
        &mut self,
        rule: &str,
        operation: usize,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        noun: &'static str,
        text: impl Into<String>,
    ) {
        self.push(rule, None, Owner::Operation(operation), old, new, noun, text.into());
    }

    /// Tells what happened to an operation, which means something else than usual.
    pub(super) fn tell_as(
        &mut self,
        class: Option<Class>,
        rule: &str,
        owner: Owner,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        text: impl Into<String>,
    ) {
        let noun = if owner == Owner::Document { "the document" } else { "the operation" };
        self.push(rule, class, owner, old, new, noun, text.into());
    }

    /// Tells what happened to the description as a whole.
    pub(super) fn tell_document(
        &mut self,
        rule: &str,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        noun: &'static str,
        text: impl Into<String>,
    ) {
        self.push(rule, None, Owner::Document, old, new, noun, text.into());
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a finding has as many parts, and only this makes one"
    )]
    fn push(
        &mut self,
        rule: &str,
        class: Option<Class>,
        owner: Owner,
        old: Option<Spot<'a>>,
        new: Option<Spot<'a>>,
        noun: &'static str,
        text: String,
    ) {
        if self.found.len() >= MOST_FOUND {
            self.schemas.is_cut = true;
        } else if let Some(rule) = rules::find(rule) {
            let class = class.unwrap_or(rule.class);
            let is_gone = new.is_none();
            self.found.push(Finding { rule, class, owner, old, new, noun, text, is_gone });
        }
    }

    fn outcome(self) -> Outcome<'a> {
        let mut findings = self.found;
        let schemas = self.schemas;
        let reached_by = reached_by(&schemas, &self.roots);
        let is_cut = schemas.is_cut;
        findings.extend(schemas.found);
        Outcome { findings, labels: self.labels, reached_by, is_cut }
    }
}

/// How many operations are known by name for one finding; a schema that everything leads to would have them all.
const MOST_OPERATIONS: usize = 64;

/// The operations that reach a pair of schemas.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached {
    /// The first of them, in order.
    pub first: Vec<u32>,
    /// How many there are.
    pub count: usize,
}

impl Reached {
    /// One operation.
    pub(super) fn one(operation: u32) -> Self {
        Self { first: vec![operation], count: 1 }
    }

    fn add(&mut self, operation: u32) {
        self.count += 1;
        if self.first.len() < MOST_OPERATIONS {
            self.first.push(operation);
        }
    }

    /// Those that reach either. Of more than are known by name the larger count is kept.
    pub(super) fn join(&mut self, other: &Self) {
        let is_whole = |reached: &Self| reached.count == reached.first.len();
        let are_whole = is_whole(self) && is_whole(other);
        self.first.extend(&other.first);
        self.first.sort_unstable();
        self.first.dedup();
        let at_least = self.first.len();
        self.count = if are_whole { at_least } else { self.count.max(other.count).max(at_least) };
        self.first.truncate(MOST_OPERATIONS);
    }
}

/// The operations that reach pairs with findings.
fn reached_by(schemas: &Schemas<'_, '_>, roots: &[Vec<usize>]) -> HashMap<usize, Reached> {
    let leads_somewhere = leading_to_findings(schemas);
    let mut has_found = vec![false; schemas.count()];
    for owner in owners(schemas) {
        if let Some(found) = has_found.get_mut(owner) {
            *found = true;
        }
    }
    let mut reached: HashMap<usize, Reached> = HashMap::new();
    let mut seen_by = vec![u32::MAX; schemas.count()];
    let mut steps_left = MOST_STEPS;
    for (operation, roots) in (0u32..).zip(roots) {
        let mut waiting = roots.clone();
        while let Some(node) = waiting.pop() {
            let is_new = seen_by
                .get_mut(node)
                .is_some_and(|seen| std::mem::replace(seen, operation) != operation);
            if !is_new || !leads_somewhere.get(node).is_some_and(|leads| *leads) {
                continue;
            }
            if has_found.get(node).is_some_and(|found| *found) {
                reached.entry(node).or_default().add(operation);
            }
            let next = schemas.leads_to(node);
            steps_left = steps_left.saturating_sub(next.len() + 1);
            if steps_left == 0 {
                return reached;
            }
            waiting.extend(next);
        }
    }
    reached
}

fn owners(schemas: &Schemas<'_, '_>) -> impl Iterator<Item = usize> {
    schemas.found.iter().filter_map(|finding| match finding.owner {
        Owner::Schemas(node) => Some(node),
        _ => None,
    })
}

/// For each pair whether it, or one that it leads to, has findings.
fn leading_to_findings(schemas: &Schemas<'_, '_>) -> Vec<bool> {
    let count = schemas.count();
    let mut comes_from: Vec<Vec<usize>> = vec![Vec::new(); count];
    for node in 0..count {
        for next in schemas.leads_to(node) {
            if let Some(from) = comes_from.get_mut(*next) {
                from.push(node);
            }
        }
    }
    let mut leads = vec![false; count];
    let mut waiting: Vec<usize> = owners(schemas).collect();
    while let Some(node) = waiting.pop() {
        if let Some(leads) = leads.get_mut(node)
            && !std::mem::replace(leads, true)
        {
            waiting.extend(comes_from.get(node).into_iter().flatten());
        }
    }
    leads
}
