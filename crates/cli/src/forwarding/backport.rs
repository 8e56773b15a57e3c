//! `trainyard backport`: picks commits onto lines.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use trainyard_evidence::commits::Message;
use trainyard_history::{
    CommitDetail, CommitId, CommitIndex,
    carried::{self, Chain, Crossing, Homes, Picked, Proof, Station},
};
use trainyard_report::{Code, Finding, Location};

use super::{
    blocking, migrations,
    moving::{self, Moves},
    outcome::{Carried, Conflict, Pick, Picks, StepState},
    picking::{self, Applied, Wanted},
    range, report, resume, resume_pick,
    state::{Desk, Task, Waiting},
    steps::needs_a_person,
    workshop::Workshop,
};
use crate::{
    args::{Backport, Global},
    error::CommandError,
    site::{self, Site},
};

/// How many commits are looked through at once for a pull request.
const AT_ONCE: usize = 500;

/// Picks commits, looks at what would be picked, or goes on with what a person has settled.
pub(crate) fn backport(global: &Global, args: &Backport) -> Result<Carried, CommandError> {
    if args.abort {
        return resume::abort(global, "backport");
    }
    let mut carried = Carried { is_rehearsal: args.dry_run, ..Carried::default() };
    let mut asked = Asked { commits: args.commits.clone(), lines: args.lines.clone() };
    let mut moves = Moves::default();
    if args.go_on {
        let Some(before) = resume_pick::finish(global, args, &mut carried, &mut moves)? else {
            return Ok(carried);
        };
        asked = before;
    }
    let (site, chains) = super::open(global, args.date)?;
    let workshop = Workshop::new(&site, args.dry_run)?;
    if !args.dry_run {
        moving::finish_what_was_begun(&workshop.git)?;
        Desk::of(&workshop.git)?.must_be_clear()?;
    }
    let picked = resolve(&site, &chains, &asked.commits)?;
    let targets = targets(&site, &chains, &picked, &asked.lines)?;
    let mut work = Work {
        workshop: &workshop,
        chains: &chains,
        asked: &asked,
        today: site::day(args.date),
        carried,
        moves,
        unsettled: None,
    };
    for target in &targets {
        work.line(target, &picked)?;
    }
    work.end(args)
}

/// What a call was asked for.
pub(super) struct Asked {
    pub(super) commits: Vec<String>,
    pub(super) lines: Vec<String>,
}

struct Work<'s, 'w> {
    workshop: &'w Workshop<'s>,
    chains: &'w [Chain],
    asked: &'w Asked,
    today: Date,
    carried: Carried,
    moves: Moves,
    unsettled: Option<(Waiting, Applied)>,
}

impl Work<'_, '_> {
    /// Everything for one line.
    fn line(&mut self, into: &Station, commits: &[CommitIndex]) -> Result<(), CommandError> {
        let site = self.workshop.site;
        let git = &self.workshop.git;
        let graph = &site.history.graph;
        let from = source(self.chains, site, commits);
        let there = already_there(site, self.chains, &from, into, commits)?;
        let mut picks = Vec::new();
        let mut open = Vec::new();
        let mut coming = Vec::new();
        for commit in commits {
            let id = graph.id(*commit);
            let Some(because) = there.get(&id) else {
                open.push(id.to_string());
                coming.push(*commit);
                continue;
            };
            let message = format!("{} {because}", id.short(10));
            let finding = Finding::new(Code::ALREADY_THERE, into.full_name(), message);
            self.carried.findings.push(finding.at(Location::commit(id.to_string())));
            picks.push(Pick {
                commit: id.to_string(),
                subject: String::new(),
                picked: None,
                because: Some((*because).clone()),
            });
        }
        let wide = self.too_wide(into, &coming)?;
        self.carried.findings.extend(wide);
        self.carried.findings.extend(blocking::differing(into));
        let tip = graph.id(into.tip);
        let local = blocking::local(git, into)?;
        let tip_text = tip.to_string();
        let mut applied = picking::apply(
            self.workshop,
            Wanted { commits: &open, again: &[], from: &from },
            into,
            &tip_text,
            self.carried.is_rehearsal,
        )?;
        let mut state =
            if applied.tip == tip_text { StepState::UpToDate } else { StepState::Merged };
        self.carried.findings.append(&mut applied.findings);
        let mut conflicts: Vec<Conflict> = applied.conflicts().to_vec();
        let mut waits_for = applied.stopped.as_ref().map(|(commit, _, rest)| {
            let task = self.task(Some(commit.clone()), rest.clone());
            Waiting::new(&into.name, local.clone(), &applied.tip, task).begun_at(&tip_text)
        });
        if !conflicts.is_empty() {
            let picked = applied.stopped.as_ref().map_or("", |(commit, ..)| commit.as_str());
            let name = format!("commit {}", picked.get(..10).unwrap_or(picked));
            self.carried.findings.push(needs_a_person(&into.full_name(), &name, &conflicts));
        } else if applied.tip != tip_text {
            let (findings, is_fatal) =
                migrations::findings(site, git, &into.full_name(), tip, &applied.tip)?;
            conflicts.extend(findings.iter().filter(|_| is_fatal).flat_map(migration_conflicts));
            self.carried.findings.extend(findings);
            if is_fatal {
                let task = self.task(None, Vec::new());
                let waiting = Waiting::new(&into.name, local.clone(), &applied.tip, task);
                waits_for = Some(waiting.begun_at(&tip_text));
            }
        }
        if waits_for.is_some() {
            state = StepState::Conflicts;
        } else if state == StepState::Merged {
            match moving::obstacle(git, &into.name, local.as_deref(), &applied.tip)? {
                Some(finding) => {
                    self.carried.findings.push(finding);
                    state = StepState::Blocked;
                }
                None => self.moves.set(&into.name, local, &applied.tip),
            }
        }
        picks.append(&mut applied.picks);
        let settled = std::mem::take(&mut applied.settled);
        self.carried.picks.push(Picks {
            line: into.full_name(),
            state,
            commits: picks,
            settled,
            conflicts,
        });
        if let Some(waiting) = waits_for {
            self.unsettled.get_or_insert((waiting, applied));
        }
        Ok(())
    }

    /// What a patch release of the line must not contain, by the words of the commits.
    fn too_wide(
        &self,
        into: &Station,
        commits: &[CommitIndex],
    ) -> Result<Vec<Finding>, CommandError> {
        let site = self.workshop.site;
        let chain = self.chains.iter().find(|chain| chain.stations.contains(into));
        let Some(chain) = chain else { return Ok(Vec::new()) };
        let ids: Vec<_> = commits.iter().map(|commit| site.history.graph.id(*commit)).collect();
        let details = site.repository.details(&ids, site.cache.as_ref())?;
        let by_id: BTreeMap<CommitId, &CommitDetail> =
            details.iter().map(|detail| (detail.id, detail)).collect();
        let told = commits.iter().rev().filter_map(|commit| {
            Some((*commit, by_id.get(&site.history.graph.id(*commit)).copied()?))
        });
        let told: Vec<_> = told.collect();
        Ok(carried::too_wide(
            &site.policy,
            &site.history,
            &site.survey,
            &chain.components,
            into,
            &told,
            self.today,
        ))
    }

    fn task(&self, commit: Option<String>, rest: Vec<String>) -> Task {
        let (commits, lines) = (self.asked.commits.clone(), self.asked.lines.clone());
        Task::Backport { commit, rest, again: Vec::new(), commits, lines }
    }

    /// Moves the lines that can move, and prepares the first that needs a person.
    fn end(mut self, args: &Backport) -> Result<Carried, CommandError> {
        let git = &self.workshop.git;
        self.carried.findings.sort_by_key(|finding| finding.code);
        if self.carried.is_rehearsal {
            return Ok(self.carried);
        }
        let before: BTreeSet<_> =
            self.carried.moved.iter().map(|moved| moved.branch.clone()).collect();
        if !self.moves.is_empty() {
            let mut moved = self.moves.make_beyond(git, "trainyard backport", &before)?;
            self.carried.moved.append(&mut moved);
        }
        if let Some((waiting, applied)) = self.unsettled {
            let desk = Desk::of(git)?;
            let waiting = waiting.after(self.moves.names());
            resume_pick::prepare(git, &desk, &waiting, &applied)?;
            self.carried.prepared = Some(desk.worktree());
            self.carried.notes.push(resume_pick::wait_note(&waiting, &desk));
        }
        if args.push {
            self.carried.pushed = self.moves.push(git)?;
        }
        Ok(self.carried)
    }
}

/// The files that a finding on migrations points to, as what a person must look at.
fn migration_conflicts(finding: &Finding) -> Vec<Conflict> {
    let paths = finding.locations.iter().filter_map(|location| location.path.clone());
    paths.map(|path| Conflict { path, kind: finding.code.info().name.to_owned() }).collect()
}

/// The commits that were named, oldest first.
fn resolve(
    site: &Site,
    chains: &[Chain],
    asked: &[String],
) -> Result<Vec<CommitIndex>, CommandError> {
    let graph = &site.history.graph;
    let mut found = BTreeSet::new();
    for text in asked {
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let marked = text.strip_prefix(['#', '!']).filter(|digits| is_number(digits));
        let request =
            marked.or_else(|| Some(text.as_str()).filter(|text| is_number(text) && text.len() < 7));
        if let Some(number) = request {
            found.insert(of_request(site, chains, number)?);
            continue;
        }
        let id = site.repository.resolve(text)?;
        let commit = graph.find(id).ok_or_else(|| {
            CommandError::usage(format!("no branch or tag leads to {text}"))
                .hint("pick a commit that a branch contains")
        })?;
        found.insert(commit);
    }
    // Children stand before their parents.
    Ok(found.into_iter().rev().collect())
}

/// The commit that brought a pull request to a development branch, newest first.
fn of_request(site: &Site, chains: &[Chain], number: &str) -> Result<CommitIndex, CommandError> {
    let graph = &site.history.graph;
    let development = chains.iter().flat_map(|chain| &chain.stations);
    let mut seen = BTreeSet::new();
    for station in development.filter(|station| station.line.is_none()) {
        let way = std::iter::successors(Some(station.tip), |commit| {
            graph.parents(*commit).first().copied()
        });
        let way: Vec<_> = way.take_while(|commit| seen.insert(*commit)).collect();
        for some in way.chunks(AT_ONCE) {
            let ids: Vec<_> = some.iter().map(|commit| graph.id(*commit)).collect();
            let details = site.repository.details(&ids, site.cache.as_ref())?;
            let is_it = |message: &str| {
                let request = Message::parse(message).pull_request;
                request.is_some_and(|request| request.trim_start_matches(['#', '!']) == number)
            };
            if let Some(place) = details.iter().position(|detail| is_it(&detail.message)) {
                return Ok(some[place]);
            }
        }
    }
    let error = CommandError::usage(format!(
        "no commit of a development branch names pull request #{number}"
    ));
    Err(error.hint("name the commit instead"))
}

/// The lines to pick to: those named, else those of trailers, else those that the policy supports.
///
/// *Errors*: a name is no line, or one whose support has ended; nothing says which lines.
fn targets(
    site: &Site,
    chains: &[Chain],
    commits: &[CommitIndex],
    asked: &[String],
) -> Result<Vec<Station>, CommandError> {
    let mut names = asked.to_vec();
    let mut is_by_policy = false;
    if names.is_empty() {
        let ids: Vec<_> = commits.iter().map(|commit| site.history.graph.id(*commit)).collect();
        let details = site.repository.details(&ids, site.cache.as_ref())?;
        names = details.iter().flat_map(|detail| named_in_trailers(&detail.message)).collect();
    }
    let lines = &site.policy.lines;
    if names.is_empty()
        && (lines.supported.is_some() || lines.support.is_some() || !lines.declared.is_empty())
    {
        is_by_policy = true;
        let stations = chains.iter().flat_map(|chain| &chain.stations);
        let supported = stations.filter(|station| station.line.is_some() && !station.is_retired);
        names = supported.map(|station| station.name.clone()).collect();
    }
    if names.is_empty() {
        let error = CommandError::usage("nothing says to which lines");
        return Err(error.hint(
            "name them with `--to LINE`, or in a `Backport-to: LINE, LINE` trailer of the commit",
        ));
    }
    let mut targets: Vec<Station> = Vec::new();
    for name in &names {
        let station = range::station(chains, name)?;
        if station.line.is_none() {
            let error = CommandError::usage(format!("{name} is a development branch, not a line"));
            return Err(error.hint("to carry fixes to development, run `trainyard forward`"));
        }
        if station.is_retired && !is_by_policy {
            let error = CommandError::usage(format!("the support of line {name} has ended"));
            let alive = chains.iter().flat_map(Chain::takers).filter(|each| each.line.is_some());
            let alive: Vec<_> = alive.map(|each| each.name.clone()).collect();
            let told = if alive.is_empty() { "none is".to_owned() } else { alive.join(", ") };
            return Err(error.hint(format!("supported: {told}; see `lines` of the policy")));
        }
        if !targets.contains(station) {
            targets.push(station.clone());
        }
    }
    Ok(targets)
}

/// The lines of `Backport-to` trailers.
fn named_in_trailers(message: &str) -> Vec<String> {
    let trailers = message.lines().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case("backport-to").then_some(value)
    });
    let names = trailers.flat_map(|value| value.split([',', ' ']));
    names.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The branch that commits come from, as far as their versions are concerned.
fn source(chains: &[Chain], site: &Site, commits: &[CommitIndex]) -> Station {
    let homes = Homes::of(chains, &site.history);
    let home = commits.iter().find_map(|commit| homes.of_commit(*commit)).cloned();
    let tip = commits.last().copied().unwrap_or(CommitIndex(0));
    let topic = || Station {
        name: "the picked commits".to_owned(),
        remote: None,
        tip,
        line: None,
        is_retired: false,
        apart_from: None,
    };
    home.unwrap_or_else(topic)
}

/// The commits that a line has already, and how that is known.
fn already_there(
    site: &Site,
    chains: &[Chain],
    from: &Station,
    into: &Station,
    commits: &[CommitIndex],
) -> Result<BTreeMap<CommitId, String>, CommandError> {
    let graph = &site.history.graph;
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    for commit in commits {
        if graph.is_ancestor(*commit, into.tip) {
            found.insert(graph.id(*commit), "is there by itself".to_owned());
        } else {
            open.push(*commit);
        }
    }
    open.sort_unstable();
    let theirs = graph.range(into.tip, open.iter().copied());
    let crossing = Crossing {
        chain: 0,
        from: from.clone(),
        into: into.clone(),
        ours: open,
        theirs,
        cut: None,
    };
    let crossings = [crossing];
    let picked = report::compare(site, chains, &crossings, |ledger| ledger.picked(0).to_vec())?;
    // Files that are the same may be so by chance; the pick itself tells whether anything is left.
    for each in picked.iter().filter(|each| each.by != Proof::Files) {
        found.insert(each.commit, told(each));
    }
    Ok(found)
}

fn told(picked: &Picked) -> String {
    let by = match picked.by {
        Proof::Trailer => "its trailer",
        Proof::PullRequest => "the number of its pull request",
        Proof::Patch => "the lines that it changes",
        Proof::Author => "its author and time",
        Proof::Title => "its title",
        Proof::Files => "the files",
    };
    match picked.found {
        Some(found) => format!("is there as {}, by {by}", found.short(10)),
        None => format!("is there, by {by}"),
    }
}
