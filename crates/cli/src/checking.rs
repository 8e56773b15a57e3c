//! Reads what a check needs and asks for it.

mod debt;
mod own;
mod staged;

use std::collections::{BTreeMap, BTreeSet};

use trainyard_history::{
    CommitDetail, CommitId, CommitIndex, Head,
    check::{self, Check, Names, Proposal, message},
    plan::{Question, Request, Stage, Testimony},
};
use trainyard_report::{Finding, Location};

use crate::{
    args::{self, Global},
    comparing::{self, Asked},
    error::CommandError,
    planning::{self, head},
    progress,
    site::{self, Site},
};

/// What starts a comment in a message unless git is told otherwise.
const COMMENT: char = '#';

/// A check with what it was made of.
pub(crate) struct Checked {
    pub(crate) site: Site,
    pub(crate) check: Check,
    /// What was checked.
    pub(crate) scope: Scope,
}

/// What a check is about.
pub(crate) enum Scope {
    /// The commits of a branch.
    Proposal {
        /// Where they shall go.
        into: String,
        /// The commit that both share.
        base: CommitId,
    },
    /// What the next commit would hold.
    Staged {
        /// The commit before it; `None` before the first.
        base: Option<CommitId>,
    },
}

/// Opens the site and checks a proposal, or what is staged.
pub(crate) fn check(global: &Global, args: &args::Check) -> Result<Checked, CommandError> {
    let written = args.commit_msg.as_ref().map(|path| {
        let text = crate::files::read_text(&global.directory.join(path))?;
        Ok::<_, CommandError>(message::cleaned(&text, COMMENT))
    });
    let written = written.transpose()?;
    let site = Site::open(global, None)?;
    let (mut check, scope, branch) = if args.staged || written.is_some() {
        staged::check(&site, global, args, written.as_deref())?
    } else {
        of_branch(&site, args)?
    };
    if let (Some(text), Some(path)) = (&written, &args.commit_msg) {
        check.findings.extend(of_message(text, path));
    }
    if let Some(title) = &args.title {
        check.findings.extend(message::findings(title));
    }
    let names = Names { policy: &site.policy, history: &site.history, survey: &site.survey };
    let branch = args.branch.as_deref().or(branch.as_deref());
    check.findings.extend(branch.and_then(|branch| names.finding(branch)));
    tidy(&mut check.findings);
    Ok(Checked { site, check, scope })
}

/// What is wrong with the message in a file.
fn of_message(text: &str, path: &camino::Utf8Path) -> Vec<Finding> {
    let mut findings = message::findings(text);
    for finding in &mut findings {
        for location in &mut finding.locations {
            *location = Location { path: Some(path.to_owned()), ..location.clone() };
        }
    }
    findings
}

/// In the order of codes; what several components share is told once.
fn tidy(findings: &mut Vec<Finding>) {
    findings.sort_by_key(|finding| finding.code);
    let mut told: Vec<Finding> = Vec::new();
    for finding in findings.drain(..) {
        let is_known =
            told.iter().rev().take_while(|known| known.code == finding.code).any(|known| {
                known.message == finding.message && known.locations == finding.locations
            });
        if !is_known {
            told.push(finding);
        }
    }
    *findings = told;
}

type Answer = (Check, Scope, Option<String>);

fn of_branch(site: &Site, args: &args::Check) -> Result<Answer, CommandError> {
    let head = head::find(site, args.at.as_deref())?;
    let (into, target) = target(site, &head, args.into.as_deref())?;
    let graph = &site.history.graph;
    let base = graph.merge_base(target, head.commit).ok_or_else(|| {
        CommandError::usage(format!("the proposal shares no history with {into}"))
            .hint("name the branch that it shall go into with `--into REF`")
    })?;
    let branch = head.branch.clone();
    let request = Request { head, stage: Stage::ByPolicy, today: site::day(args.date) };
    let mut check = of_range(site, &request, base, args)?;
    if args.debt {
        let owed =
            progress::while_doing("looking for fixes", || debt::owed(site, target, request.today))?;
        check.findings.extend(owed);
    }
    Ok((check, Scope::Proposal { into, base: graph.id(base) }, branch))
}

fn of_range(
    site: &Site,
    request: &Request,
    base: CommitIndex,
    args: &args::Check,
) -> Result<Check, CommandError> {
    let graph = &site.history.graph;
    let head = request.head.commit;
    let range = graph.range(head, [base]);
    let ids: BTreeSet<_> = range.iter().copied().collect();
    let ids: Vec<_> = ids.into_iter().map(|commit| graph.id(commit)).collect();
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&ids, site.cache.as_ref())
    })?;
    let by_id: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
    let own = own::of_range(site, &request.head, base, &by_id, args)?;
    let questions = Question::all(&site.policy, &site.history, &site.survey, request);
    let here: Vec<_> = questions
        .iter()
        .filter(|question| site.policy.components[question.component].repository.is_none())
        .collect();
    let (old, new) = (graph.id(base), graph.id(head));
    let asked: Vec<_> =
        here.iter().map(|question| Asked { component: question.component, old, new }).collect();
    let verdicts = progress::while_doing("comparing trees", || {
        comparing::verdicts(site, &asked, |verdict| verdict)
    })?;
    let mut findings = debt::taken_back(site, &range, request.today)?;
    let mut proposals = Vec::new();
    for (question, verdict) in here.into_iter().zip(verdicts) {
        let mut testimony = Testimony::default();
        planning::hear_fragments_between(site, question, Some(old), new, &mut testimony)?;
        let has_fragment = !testimony.changes.is_empty()
            || !testimony.findings.is_empty()
            || own.edits_fragment(&site.policy.components[question.component]);
        findings.extend(testimony.findings);
        let component = &site.policy.components[question.component];
        let stated = |commit| planning::stated_version(site, component, commit);
        proposals.push(Proposal {
            question,
            commits: range
                .iter()
                .filter_map(|commit| Some((*commit, *by_id.get(&graph.id(*commit))?)))
                .collect(),
            fragments: testimony.changes.remove(&question.component).unwrap_or_default(),
            verdict,
            stated: stated(base)?.zip(stated(head)?),
            own: own.brought.clone(),
            has_fragment,
            version_changes: own::version_changes(site, question.component, (base, head), &own)?,
        });
    }
    let mut check = check::check(&site.policy, graph, &proposals, request.today);
    check.findings.extend(findings);
    Ok(check)
}

/// Where a proposal goes: as asked, else the branch of the policy that shares the newest commit with it.
pub(crate) fn target(
    site: &Site,
    head: &Head,
    asked: Option<&str>,
) -> Result<(String, CommitIndex), CommandError> {
    if let Some(asked) = asked {
        return Ok((asked.to_owned(), head::find(site, Some(asked))?.commit));
    }
    let graph = &site.history.graph;
    let lines = site.survey.components.iter().flat_map(|past| past.lines.values());
    let tips: BTreeSet<_> =
        lines.filter_map(|line| line.branch.as_ref()).map(|branch| branch.tip).collect();
    let development = &site.policy.lines.development;
    let own = head.branch.as_ref();
    let candidates = site.history.branches.iter().filter(|branch| {
        (development.contains(&branch.name) || tips.contains(&branch.tip))
            && (own != Some(&branch.name) || branch.remote.is_some())
    });
    let nearest = candidates
        .filter_map(|branch| Some((graph.merge_base(branch.tip, head.commit)?, branch)))
        .min_by_key(|(shared, branch)| {
            let place = development.iter().position(|name| *name == branch.name);
            (*shared, place.unwrap_or(usize::MAX), branch.name.clone())
        });
    nearest.map(|(_, branch)| (branch.name.clone(), branch.tip)).ok_or_else(|| {
        CommandError::usage("no branch of the policy is here that the proposal could go into")
            .hint("name it with `--into REF`, such as `--into origin/main`")
    })
}
