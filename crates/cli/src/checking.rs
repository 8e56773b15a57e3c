//! Reads what a check needs and asks for it.

use std::collections::{BTreeMap, BTreeSet};

use trainyard_history::{
    CommitDetail, CommitId, CommitIndex, Head,
    check::{self, Check, Proposal},
    plan::{Question, Request, Stage, Testimony},
};

use crate::{
    args::{self, Global},
    comparing::{self, Asked},
    error::CommandError,
    planning::{self, head},
    progress,
    site::{self, Site},
};

/// A check with what it was made of.
pub(crate) struct Checked {
    pub(crate) site: Site,
    pub(crate) check: Check,
    /// Where the proposal goes.
    pub(crate) into: String,
    /// The commit that both share.
    pub(crate) base: CommitId,
}

/// Opens the site and checks a proposal.
pub(crate) fn check(global: &Global, args: &args::Check) -> Result<Checked, CommandError> {
    let site = Site::open(global, None)?;
    let head = head::find(&site, args.at.as_deref())?;
    let (into, target) = target(&site, &head, args.into.as_deref())?;
    let graph = &site.history.graph;
    let base = graph.merge_base(target, head.commit).ok_or_else(|| {
        CommandError::usage(format!("the proposal shares no history with {into}"))
            .hint("name the branch that it shall go into with `--into REF`")
    })?;
    let request = Request { head, stage: Stage::ByPolicy, today: site::day(args.date) };
    let check = of_range(&site, &request, base)?;
    let base = graph.id(base);
    Ok(Checked { site, check, into, base })
}

fn of_range(site: &Site, request: &Request, base: CommitIndex) -> Result<Check, CommandError> {
    let graph = &site.history.graph;
    let head = request.head.commit;
    let range = graph.range(head, [base]);
    let ids: Vec<_> = range
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|commit| graph.id(commit))
        .collect();
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&ids, site.cache.as_ref())
    })?;
    let by_id: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
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
    let mut findings = Vec::new();
    let mut proposals = Vec::new();
    for (question, verdict) in here.into_iter().zip(verdicts) {
        let mut testimony = Testimony::default();
        planning::hear_fragments_between(site, question, Some(old), new, &mut testimony)?;
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
        });
    }
    let mut check = check::check(&site.policy, graph, &proposals, request.today);
    check.findings.extend(findings);
    Ok(check)
}

/// Where a proposal goes: as asked, else the branch of the policy that shares the newest commit with it.
fn target(
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
