//! Makes a plan of what is known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    FORM, Hop, Move, Note, Plan, SkippedMigration, StepKind, deployment::Component, writer,
};
use crate::migrations::{Passage, Verdict};

/// What a plan is made of.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// What is upgraded, for people.
    pub deployment: &'a str,
    /// What is wanted, for people.
    pub target: &'a str,
    /// The components that move, those first that others need.
    pub components: Vec<Upgraded<'a>>,
    /// What moves, stage by stage.
    pub stages: Vec<Stage<'a>>,
}

/// A component that moves.
#[derive(Clone, Copy, Debug)]
pub struct Upgraded<'a> {
    /// Its name.
    pub name: &'a str,
    /// How it is handled.
    pub component: &'a Component,
    /// What users should know of its whole range.
    pub gathered: &'a Gathered,
}

/// Hops that are done together: nothing of these components should run meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Stage<'a> {
    /// The components with what is known of their hops.
    pub hops: Vec<(&'a str, &'a HopFacts)>,
    /// What is known of what runs side by side afterwards, a sentence each.
    pub beside: Vec<String>,
}

/// From one release of a component to another.
#[derive(Clone, Debug, Default)]
pub struct HopFacts {
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
    /// The tag of the version after.
    pub tag: String,
    /// Its commit.
    pub commit: String,
    /// The tag of its images; empty where nobody says.
    pub image_tag: String,
    /// What becomes of databases, the gravest first.
    pub passages: Vec<Passage>,
    /// What changed in settings, a sentence each.
    pub configuration: Vec<String>,
    /// What changed in requirements, a sentence each.
    pub requirements: Vec<String>,
    /// What migrations did that are taken back, in words, by id.
    pub undone: BTreeMap<String, String>,
    /// Whether it leads to an older release.
    pub is_back: bool,
    /// Whether nothing is known of the releases but their numbers.
    pub is_unknown: bool,
    /// What is promised while both releases run side by side, in a sentence.
    pub side_by_side: Option<String>,
    /// Risks that somebody declared of it, a sentence each.
    pub risks: Vec<String>,
    /// Why it ends at another release than the newest of its line, in a sentence.
    pub detour: Option<String>,
}

impl HopFacts {
    /// A hop between versions of which nothing else is known.
    pub fn bare(from: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            tag: to.to_owned(),
            is_unknown: true,
            ..Self::default()
        }
    }
}

/// What users should know of a range of releases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gathered {
    /// Incompatible changes, a sentence each.
    pub breaking: Vec<String>,
    /// How many incompatible changes there are, told or only counted.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub incompatible: usize,
    /// How many migrations run, skip or come again in the whole range.
    pub migrations: usize,
    /// These migrations, with what they do; at most some hundreds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<String>,
    /// Sections of the changelog, the newest first.
    pub notes: Vec<Note>,
}

/// Makes a plan.
///
/// *Cost*: linear in the facts.
pub fn plan(facts: &Facts<'_>) -> Plan {
    let stages = facts.stages.iter().enumerate();
    let hops: Vec<Hop> = stages.map(|(index, stage)| hop(index + 1, stage, facts)).collect();
    let all = || facts.stages.iter().flat_map(|stage| &stage.hops).map(|(_, hop)| *hop);
    let passages = || all().flat_map(|hop| &hop.passages);
    let risky = all().any(|hop| !hop.risks.is_empty()).then_some(Verdict::LookFirst);
    let unaided = passages().map(|passage| passage.verdict).chain(risky).max();
    let unaided = unaided.unwrap_or(Verdict::Safe);
    let unknown = all().any(|hop| hop.is_unknown).then_some(Verdict::LookFirst);
    let verdict = passages().map(followed).chain(unknown).chain(risky).max();
    let verdict = verdict.unwrap_or(Verdict::Safe);
    let moves = moves(facts);
    let said = |end: fn(&Move) -> &String| match moves.as_slice() {
        [one] => end(one).clone(),
        several => {
            let each = several.iter().map(|it| format!("{} {}", it.component, end(it)));
            each.collect::<Vec<_>>().join(", ")
        }
    };
    let is_single = moves.len() == 1;
    let (from, to) = (said(|it| &it.from), said(|it| &it.to));
    Plan {
        form: FORM,
        deployment: facts.deployment.to_owned(),
        from,
        to: if is_single { to } else { facts.target.to_owned() },
        moves,
        verdict,
        unaided,
        because: because(facts),
        rollback: rollback(&hops, all().any(|hop| hop.is_back)),
        skipped: skipped(facts),
        hops,
        gathered: gathered(facts),
    }
}

fn hop(number: usize, stage: &Stage<'_>, facts: &Facts<'_>) -> Hop {
    let moves: Vec<Move> = stage
        .hops
        .iter()
        .map(|(name, hop)| Move {
            component: (*name).to_owned(),
            from: hop.from.clone(),
            to: hop.to.clone(),
        })
        .collect();
    let is_named = facts.components.len() > 1;
    let said = |end: fn(&Move) -> &String| {
        let shown = |it: &Move| format!("{} {}", it.component, end(it));
        let each = moves.iter().map(|it| if is_named { shown(it) } else { end(it).clone() });
        each.collect::<Vec<_>>().join(", ")
    };
    Hop {
        from: said(|it| &it.from),
        to: said(|it| &it.to),
        moves: if is_named { moves.clone() } else { Vec::new() },
        beside: stage.beside.clone(),
        risks: stage.hops.iter().flat_map(|(_, hop)| &hop.risks).cloned().collect(),
        steps: writer::steps(number, stage, &facts.components),
    }
}

/// Where each component begins and ends.
fn moves(facts: &Facts<'_>) -> Vec<Move> {
    let of = |name: &str| {
        let hops = facts.stages.iter().flat_map(|stage| &stage.hops);
        hops.filter(|(other, _)| *other == name).map(|(_, hop)| *hop).collect::<Vec<_>>()
    };
    let each = facts.components.iter().filter_map(|upgraded| {
        let hops = of(upgraded.name);
        Some(Move {
            component: upgraded.name.to_owned(),
            from: hops.first()?.from.clone(),
            to: hops.last()?.to.clone(),
        })
    });
    each.collect()
}

/// How a passage ends if its first way is taken.
fn followed(passage: &Passage) -> Verdict {
    if passage.verdict != Verdict::NotSafe {
        return passage.verdict;
    }
    match passage.ways.first() {
        Some(way) if !way.commands.is_empty() && passage.broken.is_empty() => Verdict::LookFirst,
        _ => Verdict::NotSafe,
    }
}

/// What the tools alone would pass over, hop by hop.
fn skipped(facts: &Facts<'_>) -> Vec<SkippedMigration> {
    let is_named = facts.components.len() > 1;
    let mut all = Vec::new();
    for (name, hop) in facts.stages.iter().flat_map(|stage| &stage.hops) {
        for one in hop.passages.iter().flat_map(|passage| &passage.skipped) {
            all.push(SkippedMigration {
                component: if is_named { (*name).to_owned() } else { String::new() },
                id: one.step.id.clone(),
                path: one.step.path.clone(),
                does: one.step.does.clone(),
                below: one.below.clone(),
                from: hop.from.clone(),
                to: hop.to.clone(),
                is_harmless: one.fate.is_harmless(),
            });
        }
    }
    all
}

fn because(facts: &Facts<'_>) -> Vec<String> {
    let mut found: Vec<(Verdict, String)> = Vec::new();
    let is_long = facts.stages.iter().map(|stage| stage.hops.len()).sum::<usize>() > 1;
    let is_named = facts.components.len() > 1;
    for (name, hop) in facts.stages.iter().flat_map(|stage| &stage.hops) {
        let name = if is_named { format!("{name} ") } else { String::new() };
        let route =
            if is_long { format!("{name}{} to {}: ", hop.from, hop.to) } else { String::new() };
        found.extend(hop.risks.iter().map(|risk| {
            (
                Verdict::LookFirst,
                format!("{name}{} to {} has a known risk: {risk}", hop.from, hop.to),
            )
        }));
        found.extend(hop.detour.iter().map(|why| (Verdict::Safe, format!("{name}{why}"))));
        for passage in &hop.passages {
            let told = passage.because.iter();
            found.extend(told.map(|why| (passage.verdict, format!("{route}{why}"))));
        }
        if hop.is_unknown {
            let why = format!(
                "nothing is known of these releases but their numbers: {name}{} to {}",
                hop.from, hop.to
            );
            found.push((Verdict::LookFirst, why));
        }
        for lost in hop.undone.iter().filter(|_| hop.is_back) {
            let (id, did) = lost;
            let why = format!(
                "{route}`{id}` is taken back, and the data that it made room for is lost: it {did}"
            );
            found.push((Verdict::NotSafe, why));
        }
    }
    // The order within one weight stays.
    found.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    found.into_iter().map(|(_, why)| why).collect()
}

/// How far back there is a way, and what it costs; a sentence each, in the order of the steps.
fn rollback(hops: &[Hop], is_back: bool) -> Vec<String> {
    let steps = || hops.iter().flat_map(|hop| &hop.steps);
    let copies: Vec<&str> =
        steps().filter(|step| step.kind == StepKind::Backup).map(|step| step.id.as_str()).collect();
    let Some(point) = steps().find(|step| step.is_point_of_no_return) else {
        let told = if copies.is_empty() {
            "no step changes a database; take the steps back in the opposite order, and nothing is lost"
        } else {
            "no step takes anything away that others made; take the steps back in the opposite order"
        };
        return vec![told.to_owned()];
    };
    let mut told = vec![format!(
        "until {} begins, take the steps back in the opposite order, and nothing is lost",
        point.id
    )];
    if copies.is_empty() {
        told.push(format!("from {} on there is no way back: no step makes a copy", point.id));
        return told;
    }
    let copies = copies.join(", ");
    told.push(format!(
        "from {} on, bring back what {copies} copied, and the old software with it; everything written \
         since the copy is lost",
        point.id
    ));
    if !is_back {
        told.push(
            "once the new release has been in use, `trainyard upgrade plan --to` the old one tells what \
             going back without the copy would lose"
                .to_owned(),
        );
    }
    told
}

/// What users should know of all components' ranges.
fn gathered(facts: &Facts<'_>) -> Gathered {
    let mut all = Gathered::default();
    let is_named = facts.components.len() > 1;
    for upgraded in &facts.components {
        let named = |text: &String| {
            if is_named { format!("{}: {text}", upgraded.name) } else { text.clone() }
        };
        let own = upgraded.gathered;
        all.breaking.extend(own.breaking.iter().map(named));
        all.runs.extend(own.runs.iter().map(named));
        all.migrations += own.migrations;
        all.incompatible += own.incompatible;
        all.notes.extend(own.notes.iter().map(|note| Note {
            component: if is_named { upgraded.name.to_owned() } else { String::new() },
            ..note.clone()
        }));
    }
    all
}
