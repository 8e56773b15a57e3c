//! `trainyard forward`: merges each branch into the next one.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_git::NewCommit;
use trainyard_history::{
    CommitId, CommitIndex,
    carried::{Chain, Crossing, Station},
};
use trainyard_report::{Code, Finding, Location};

use super::{
    blocking::{self, differing},
    moving::{self, Moves},
    outcome::{Carried, Conflict, Step, StepState},
    range::Range,
    report, resume, resume_merge,
    state::{Desk, Task, Waiting},
    workshop::{Joined, Joining, Workshop},
};
use crate::{
    args::{Forward, Global},
    error::CommandError,
    site::Site,
};

/// Merges, looks at what would be merged, or goes on with what a person has settled.
pub(crate) fn forward(global: &Global, args: &Forward) -> Result<Carried, CommandError> {
    if args.abort {
        return resume::abort(global, "forward");
    }
    let mut carried = Carried { is_rehearsal: args.dry_run, ..Carried::default() };
    let (mut from, mut to) = (args.from.clone(), args.to.clone());
    let mut moves = Moves::default();
    if args.go_on {
        let Some(asked) = resume_merge::finish(global, &mut carried, &mut moves)? else {
            return Ok(carried);
        };
        (from, to) = asked;
    }
    let (site, chains) = super::open(global, args.date)?;
    let workshop = Workshop::new(&site, args.dry_run)?;
    if !args.dry_run {
        moving::finish_what_was_begun(&workshop.git)?;
        Desk::of(&workshop.git)?.must_be_clear()?;
    }
    let range = Range::of(&chains, from.as_deref(), to.as_deref())?;
    let mut journey = Journey::new(&workshop, &chains, &range)?;
    journey.asked = (from, to);
    for (index, chain) in chains.iter().enumerate() {
        for (from, into) in range.steps(index, chain) {
            journey.step(from, into, &mut carried)?;
        }
    }
    journey.end(args, &mut carried, moves)?;
    Ok(carried)
}

/// A step that needs a person, with what is known of it.
struct Unsettled {
    into: String,
    waiting: Waiting,
    joined: Joined,
}

/// Merges in the making: branches move in memory first.
struct Journey<'s, 'w> {
    workshop: &'w Workshop<'s>,
    chains: &'w [Chain],
    crossings: Vec<Crossing>,
    /// For each crossing the commits that are missing, and whether a merge is needed.
    owed: Vec<(Vec<CommitId>, bool)>,
    /// Where branches are by now, by full name of the station.
    tips: BTreeMap<String, String>,
    /// The branches whose commits came into a branch in this run.
    came: BTreeMap<String, BTreeSet<String>>,
    stuck: BTreeSet<String>,
    done: BTreeSet<(String, String)>,
    moves: Moves,
    unsettled: Option<Unsettled>,
    asked: (Option<String>, Option<String>),
}

impl<'s, 'w> Journey<'s, 'w> {
    fn new(
        workshop: &'w Workshop<'s>,
        chains: &'w [Chain],
        range: &Range,
    ) -> Result<Self, CommandError> {
        let site: &Site = workshop.site;
        let mut crossings = trainyard_history::carried::crossings(&site.history, chains);
        crossings.retain(|crossing| range.has(chains, crossing));
        let owed = report::compare(site, chains, &crossings, |ledger| {
            let each = (0..crossings.len())
                .map(|index| (ledger.missing(index), ledger.needs_merge(index)));
            each.collect::<Vec<_>>()
        })?;
        let stations = chains.iter().flat_map(|chain| &chain.stations);
        let tips = stations
            .map(|station| (station.full_name(), site.history.graph.id(station.tip).to_string()));
        Ok(Self {
            workshop,
            chains,
            tips: tips.collect(),
            crossings,
            owed,
            came: BTreeMap::new(),
            stuck: BTreeSet::new(),
            done: BTreeSet::new(),
            moves: Moves::default(),
            unsettled: None,
            asked: (None, None),
        })
    }

    /// One merge, unless it is not needed or cannot be.
    fn step(
        &mut self,
        from: &Station,
        into: &Station,
        carried: &mut Carried,
    ) -> Result<(), CommandError> {
        let names = (from.full_name(), into.full_name());
        // Chains of several components may share their ends.
        if !self.done.insert(names.clone()) {
            return Ok(());
        }
        let mut step = Step {
            from: names.0.clone(),
            into: names.1.clone(),
            state: StepState::UpToDate,
            commits: 0,
            missing: Vec::new(),
            files: 0,
            settled: Vec::new(),
            conflicts: Vec::new(),
            merge: None,
        };
        carried.findings.extend(differing(from).into_iter().chain(differing(into)));
        let tips = self.tips.get(&names.0).cloned().zip(self.tips.get(&names.1).cloned());
        if let Some((theirs, ours)) = tips {
            self.settle((from, into), (&ours, &theirs), &mut step, carried)?;
        }
        carried.steps.push(step);
        Ok(())
    }

    fn settle(
        &mut self,
        (from, into): (&Station, &Station),
        (ours, theirs): (&str, &str),
        step: &mut Step,
        carried: &mut Carried,
    ) -> Result<(), CommandError> {
        let git = &self.workshop.git;
        if self.stuck.contains(&step.from) || self.stuck.contains(&step.into) {
            step.state = StepState::Waits;
            self.stuck.insert(step.into.clone());
            return Ok(());
        }
        if git.is_ancestor(theirs, ours)? {
            return Ok(());
        }
        step.commits = git.count_between(ours, theirs)?;
        let (missing, is_needed) = self.owed_to(&step.from, &step.into);
        step.missing = missing.iter().map(ToString::to_string).collect();
        if !is_needed {
            step.state = StepState::Arrived;
            return Ok(());
        }
        let base = git.common_ancestor(ours, theirs)?;
        if base.is_none() {
            let message = format!("{} and {} share no history", step.from, step.into);
            carried.findings.push(Finding::new(Code::NEEDS_A_PERSON, &step.into, message));
            step.state = StepState::Blocked;
            self.stuck.insert(step.into.clone());
            return Ok(());
        }
        let merged = git.merge_trees(ours, theirs)?;
        let joining = Joining { from, into, base: base.as_deref(), ours, theirs };
        let joined = self.workshop.join(joining, merged)?;
        step.files = git.touched_between(&format!("{ours}^{{tree}}"), &joined.tree)?.len();
        step.settled.clone_from(&joined.settled);
        step.conflicts.clone_from(&joined.conflicts);
        carried.findings.extend(joined.findings.iter().cloned());
        let message = message(step, into);
        let local = blocking::local(git, into)?;
        if !joined.conflicts.is_empty() {
            step.state = StepState::Conflicts;
            self.stuck.insert(step.into.clone());
            carried.findings.push(needs_a_person(&step.into, &step.from, &joined.conflicts));
            let (asked_from, asked_to) = self.asked.clone();
            let task = Task::Forward {
                source: step.from.clone(),
                theirs: theirs.to_owned(),
                message,
                from: asked_from,
                to: asked_to,
            };
            let waiting = Waiting::new(&into.name, local, ours, task).begun_at(ours);
            let into = step.into.clone();
            self.unsettled.get_or_insert(Unsettled { into, waiting, joined });
            return Ok(());
        }
        let commit = NewCommit {
            tree: &joined.tree,
            parents: &[ours, theirs],
            message: &message,
            sign: false,
        };
        let merge = blocking::write(git, &commit, carried.is_rehearsal)?;
        if let Some(finding) = moving::obstacle(git, &into.name, local.as_deref(), &merge)? {
            carried.findings.push(finding);
            step.state = StepState::Blocked;
            self.stuck.insert(step.into.clone());
            return Ok(());
        }
        step.state = StepState::Merged;
        self.moves.set(&into.name, local, &merge);
        self.tips.insert(step.into.clone(), merge.clone());
        let mut came = self.came.get(&step.from).cloned().unwrap_or_default();
        came.insert(step.from.clone());
        self.came.entry(step.into.clone()).or_default().append(&mut came);
        step.merge = Some(merge);
        let incoming = self.incoming(from, into);
        let site = self.workshop.site;
        let taken_back = report::taken_back_among(site, self.chains, incoming)?;
        carried.findings.extend(taken_back);
        Ok(())
    }

    /// The commits of a branch that another lacks, as the history has them.
    fn incoming(&self, from: &Station, into: &Station) -> &[CommitIndex] {
        let found = self.crossings.iter().find(|each| each.from == *from && each.into == *into);
        found.map_or(&[], |crossing| &crossing.ours)
    }

    /// What a merge would bring: from the branch itself, and from those that were merged into it in this run.
    fn owed_to(&self, from: &str, into: &str) -> (Vec<CommitId>, bool) {
        let mut sources = self.came.get(from).cloned().unwrap_or_default();
        sources.insert(from.to_owned());
        let mut missing = Vec::new();
        let mut is_needed = false;
        for (crossing, (owed, needs)) in self.crossings.iter().zip(&self.owed) {
            if crossing.into.full_name() == into && sources.contains(&crossing.from.full_name()) {
                missing.extend(
                    owed.iter().filter(|id| !missing.contains(*id)).copied().collect::<Vec<_>>(),
                );
                is_needed |= needs;
            }
        }
        (missing, is_needed)
    }

    /// Moves what can move, and prepares what needs a person.
    fn end(
        mut self,
        args: &Forward,
        carried: &mut Carried,
        mut moved_before: Moves,
    ) -> Result<(), CommandError> {
        let git = &self.workshop.git;
        dedup(&mut carried.findings);
        if carried.is_rehearsal {
            return Ok(());
        }
        if !self.moves.is_empty() {
            carried.moved.extend(self.moves.make(git, "trainyard forward")?);
        }
        moved_before.extend(self.moves);
        if let Some(unsettled) = self.unsettled.take() {
            let desk = Desk::of(git)?;
            let waiting = unsettled.waiting.after(moved_before.names());
            resume::prepare_merge(git, &desk, &waiting, &unsettled.joined)?;
            carried.prepared = Some(desk.worktree());
            carried.notes.push(format!(
                "settle {} in {}, `git add` what you settled, then run `trainyard forward --continue`",
                unsettled.into,
                desk.worktree()
            ));
        }
        if args.push {
            carried.pushed = moved_before.push(git)?;
        }
        Ok(())
    }
}

fn dedup(findings: &mut Vec<Finding>) {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        if !kept.contains(&finding) {
            kept.push(finding);
        }
    }
    kept.sort_by_key(|finding| finding.code);
    *findings = kept;
}

/// What is left to a person, as a finding.
pub(super) fn needs_a_person(into: &str, from: &str, conflicts: &[Conflict]) -> Finding {
    const NAMED: usize = 5;
    let named = conflicts.iter().take(NAMED).map(|each| match each.kind.as_str() {
        "contents" => each.path.to_string(),
        kind => format!("{} ({kind})", each.path),
    });
    let mut named: Vec<_> = named.collect();
    if conflicts.len() > NAMED {
        named.push(format!("and {} more", conflicts.len() - NAMED));
    }
    let files = match conflicts.len() {
        1 => "1 file has conflicts".to_owned(),
        count => format!("{count} files have conflicts"),
    };
    let message = format!("{files} with {from}: {}", named.join(", "));
    let mut finding = Finding::new(Code::NEEDS_A_PERSON, into, message);
    let places = conflicts.iter().take(NAMED).map(|each| Location::file(each.path.clone()));
    finding.locations.extend(places);
    finding
}

/// The message of a merge: what came, and what was settled.
fn message(step: &Step, into: &Station) -> String {
    let mut text = format!("Merge branch '{}' into {}\n", step.from, into.name);
    let versions = step.settled.iter().filter_map(|settled| {
        let (ours, theirs) = settled.ours.as_ref().zip(settled.theirs.as_ref())?;
        let version = settled.version.as_ref()?;
        let other = if version == ours { theirs } else { ours };
        Some(format!("{}: {version}, not {other}: {}\n", settled.path, settled.because))
    });
    let mut versions = versions.peekable();
    if versions.peek().is_some() {
        text.push('\n');
        text.extend(versions);
    }
    text
}
