//! Ways and plans as the page shows them.

use std::collections::BTreeSet;

use trainyard_registry::products::Product;
use trainyard_upgrade::{
    migrations::Verdict,
    plan::{Invocation, Plan},
    updates,
};

use super::super::{
    board::release_href,
    markdown::{coded, inline},
    words::Tone,
};

/// A way from release to release.
pub(super) struct Way {
    pub(super) tone: Tone,
    pub(super) word: &'static str,
    pub(super) updates: Vec<Hop>,
}

pub(super) struct Hop {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) href: String,
    pub(super) blocked: Vec<String>,
    pub(super) risks: Vec<String>,
}

/// A plan.
pub(super) struct Shown {
    pub(super) tone: Tone,
    pub(super) word: &'static str,
    pub(super) unaided: Option<&'static str>,
    /// How many incompatible changes clients meet.
    pub(super) incompatible: Option<String>,
    pub(super) because: Vec<String>,
    pub(super) rollback: Vec<String>,
    pub(super) skipped: Vec<Passed>,
    pub(super) hops: Vec<Stage>,
    pub(super) breaking: Vec<String>,
    pub(super) runs: Vec<String>,
}

/// From one release to another, with the risks that are known of it.
pub(super) struct Stage {
    pub(super) title: String,
    pub(super) risks: Vec<String>,
    pub(super) steps: Vec<StepOf>,
}

/// A migration that a tool alone passes over.
pub(super) struct Passed {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) is_harmless: bool,
}

pub(super) struct StepOf {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) notes: Vec<String>,
    pub(super) commands: Vec<String>,
    pub(super) checks: Vec<String>,
    pub(super) undo: String,
    pub(super) is_by_hand: bool,
    pub(super) is_point_of_no_return: bool,
}

/// The release at the end of a way, and what speaks against the way.
pub(super) fn passed_over(newer: &updates::Path) -> (String, Vec<String>) {
    let newest = newer.updates.last().map(|update| update.to.clone()).unwrap_or_default();
    let against = newer.updates.iter().flat_map(|it| it.blocked.iter().chain(&it.risks));
    let told: BTreeSet<String> = against.map(updates::Risk::sentence).collect();
    (newest, told.into_iter().collect())
}

pub(super) fn way(product: &Product, component: &str, path: &updates::Path) -> Way {
    let told = |risks: &[updates::Risk]| -> Vec<String> {
        risks.iter().map(updates::Risk::sentence).collect()
    };
    let (tone, word) = match (path.is_allowed, path.is_safe) {
        (false, _) => (Tone::Bad, "blocked"),
        (true, false) => (Tone::Waiting, "with risks"),
        (true, true) => (Tone::Good, "no known risk"),
    };
    let hop = |update: &updates::Update| Hop {
        from: update.from.clone(),
        to: update.to.clone(),
        href: release_href(&product.name, component, &update.to),
        blocked: told(&update.blocked),
        risks: told(&update.risks),
    };
    Way { tone, word, updates: path.updates.iter().map(hop).collect() }
}

/// What tools alone would pass over, what is lost first.
pub(super) fn passed(plan: &Plan) -> Vec<Passed> {
    let mut all: Vec<Passed> = plan
        .skipped
        .iter()
        .map(|it| {
            let does = it.does.as_deref().unwrap_or_default();
            let text = format!("{does} (below `{}`, which the database has)", it.below);
            Passed { id: it.id.clone(), text: coded(text.trim()), is_harmless: it.is_harmless }
        })
        .collect();
    all.sort_by_key(|it| it.is_harmless);
    all
}

pub(super) fn shown(plan: &Plan) -> Shown {
    let told = |verdict: Verdict| match verdict {
        Verdict::Safe => (Tone::Good, "safe"),
        Verdict::LookFirst => (Tone::Waiting, "look first"),
        Verdict::NotSafe => (Tone::Bad, "not safe"),
    };
    let (tone, word) = match (plan.verdict, plan.incompatible()) {
        (Verdict::Safe, Some(_)) => (Tone::Waiting, "safe for the data"),
        (verdict, _) => told(verdict),
    };
    let step = |step: &trainyard_upgrade::plan::Step| StepOf {
        id: step.id.clone(),
        title: step.title.clone(),
        notes: in_html(&step.notes),
        commands: step.actions.iter().map(|it| typed(&it.invocation)).collect(),
        checks: step.before.iter().chain(&step.after).map(|it| it.says.clone()).collect(),
        undo: step.undo.clone().unwrap_or_default(),
        is_by_hand: step.is_by_hand(),
        is_point_of_no_return: step.is_point_of_no_return,
    };
    Shown {
        tone,
        word,
        unaided: (plan.unaided != plan.verdict).then(|| told(plan.unaided).1),
        incompatible: plan.incompatible(),
        because: in_html(&plan.because),
        rollback: in_html(&plan.rollback),
        skipped: passed(plan),
        hops: plan
            .hops
            .iter()
            .map(|hop| Stage {
                title: format!("{} to {}", hop.from, hop.to),
                risks: hop.risks.clone(),
                steps: hop.steps.iter().map(step).collect(),
            })
            .collect(),
        breaking: in_html(&plan.gathered.breaking),
        runs: in_html(&plan.gathered.runs),
    }
}

/// Sentences, what stands between backquotes as code.
fn in_html<'a>(sentences: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    sentences.into_iter().map(|sentence| inline(sentence)).collect()
}

/// A command as it is typed; where it runs is told only where that is known.
fn typed(invocation: &Invocation) -> String {
    let folder = invocation.folder.as_str();
    if folder.is_empty() || folder == "." {
        invocation.shown()
    } else {
        invocation.shown_anywhere()
    }
}
