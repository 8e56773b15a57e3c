//! Reads what a plan needs and asks for it.

pub(crate) mod head;
mod picks;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_evidence::fragments::{FragmentFile, Packages, changesets, towncrier};
use trainyard_git::GitError;
use trainyard_history::{
    CommitDetail, CommitId, observe_version_file,
    plan::{self, Plan, Question, Request, Stage, Testimony},
    version_in,
};
use trainyard_policy::{Component, FragmentSource};
use trainyard_version::{Phase, Version};

use crate::{
    args::{Global, StageName, Target},
    comparing::{self, Asked},
    error::CommandError,
    progress,
    site::{self, Site},
};

/// A plan with the site it is about.
pub(crate) struct Planned {
    pub(crate) site: Site,
    pub(crate) plan: Plan,
    /// What was asked of each component, in the policy's order.
    pub(crate) questions: Vec<Question>,
}

/// Opens the site and plans.
pub(crate) fn plan(global: &Global, target: &Target) -> Result<Planned, CommandError> {
    let site = Site::open(global, None)?;
    let head = head::find(&site, target.at.as_deref())?;
    let request = Request { head, stage: stage(target.stage), today: site::day(target.date) };
    plan_on(site, &request, BTreeMap::new())
}

/// Plans where a site is open; `asked` are versions that the command line asks for, with the words that do, by component.
pub(crate) fn plan_on(
    mut site: Site,
    request: &Request,
    asked: BTreeMap<usize, (Version, String)>,
) -> Result<Planned, CommandError> {
    let (plan, questions) = plan_from(&mut site, request, asked)?;
    Ok(Planned { site, plan, questions })
}

/// Reads what a request asks about, and plans. What version files say of a policy that is assumed is taken into it.
pub(crate) fn plan_from(
    site: &mut Site,
    request: &Request,
    asked: BTreeMap<usize, (Version, String)>,
) -> Result<(Plan, Vec<Question>), CommandError> {
    refuse_stage(site, &request.stage)?;
    let mut testimony = Testimony { taken_tags: taken_tags(site), ..Testimony::default() };
    for index in 0..site.policy.components.len() {
        if let Some(stated) =
            stated_version(site, &site.policy.components[index], request.head.commit)?
        {
            testimony.stated.insert(index, stated);
        }
    }
    if let (Some(assumed), Some(stated)) = (&mut site.assumed, testimony.stated.get(&0)) {
        let concluded = observe_version_file(&mut site.policy, &site.survey, stated);
        // Lines ask for one plan after another.
        let concluded = concluded.filter(|concluded| !assumed.contains(concluded.as_str()));
        assumed.extend(concluded.map(|concluded| format!("; {concluded}")));
    }
    let mut questions = Question::all(&site.policy, &site.history, &site.survey, request);
    refuse_cut_history(&questions)?;
    // In the graph's order, in which reading is cheapest.
    let both_sides = questions.iter().flat_map(|question| [&question.commits, &question.elsewhere]);
    let wanted: BTreeSet<_> = both_sides.flatten().collect();
    let wanted: Vec<_> = wanted.into_iter().map(|commit| site.history.graph.id(*commit)).collect();
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&wanted, site.cache.as_ref())
    })?;
    let by_id: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
    picks::leave_out(site, &mut questions, &by_id)?;
    testimony.hear_commits(&site.policy, &site.history, &questions, &by_id);
    hear_trees(site, request, &questions, &by_id, &mut testimony)?;
    hear_fragments(site, request, &questions, &mut testimony)?;
    testimony.asked.extend(asked);
    let plan = plan::plan(&site.policy, &site.survey, &questions, &testimony, request);
    Ok((plan, questions))
}

pub(crate) fn stage(asked: Option<StageName>) -> Stage {
    match asked {
        None => Stage::ByPolicy,
        Some(StageName::Final) => Stage::Final,
        Some(StageName::Alpha) => Stage::Pre(Phase::Alpha),
        Some(StageName::Beta) => Stage::Pre(Phase::Beta),
        Some(StageName::Rc) => Stage::Pre(Phase::Candidate),
        Some(StageName::Dev) => Stage::Development,
    }
}

/// A pre-release that is asked for where nothing has any.
fn refuse_stage(site: &Site, stage: &Stage) -> Result<(), CommandError> {
    let Stage::Pre(phase) = stage else { return Ok(()) };
    let mut here = site.policy.components.iter().filter(|each| each.repository.is_none());
    if here.any(|component| !component.current().prerelease.phases.is_empty()) {
        return Ok(());
    }
    let message = format!("`--stage {}`: the policy has no pre-releases", phase.label());
    Err(CommandError::usage(message)
        .hint("plan without `--stage`, or say which there are with `prerelease` in the policy"))
}

/// The names of all tags, those that lead to no commit among them.
fn taken_tags(site: &Site) -> BTreeSet<String> {
    let strays = site.strays.iter().filter_map(|stray| stray.reference.strip_prefix("refs/tags/"));
    let tags = site.history.tags.iter().map(|tag| tag.name.as_str());
    tags.chain(strays).map(str::to_owned).collect()
}

/// What the first version file of a component that can be read says at a commit.
pub(crate) fn stated_version(
    site: &Site,
    component: &Component,
    commit: trainyard_history::CommitIndex,
) -> Result<Option<Version>, CommandError> {
    let id = site.history.graph.id(commit);
    let wanted: Vec<(CommitId, Utf8PathBuf)> =
        component.version_files.iter().map(|file| (id, file.path.clone())).collect();
    let contents = site.repository.read_files(&wanted)?;
    let scheme = &component.current().scheme;
    Ok(component.version_files.iter().zip(contents).find_map(|(file, content)| {
        let text = site::text_of(content)?;
        let (version, _) = version_in(&file.path, &file.place, &text).ok()?;
        scheme.parse(&version).ok()
    }))
}

/// A shallow clone that ends before the base would count too few commits, or miss the base itself.
fn refuse_cut_history(questions: &[Question]) -> Result<(), CommandError> {
    match questions.iter().find_map(|question| question.cut) {
        Some(cut) => Err(GitError::shallow_base("the release to count from", cut).into()),
        None => Ok(()),
    }
}

/// Adds what the trees of each component's base and of the head say.
fn hear_trees(
    site: &Site,
    request: &Request,
    questions: &[Question],
    details: &BTreeMap<CommitId, &CommitDetail>,
    testimony: &mut Testimony,
) -> Result<(), CommandError> {
    let head = site.history.graph.id(request.head.commit);
    let asked: Vec<_> = questions
        .iter()
        .filter(|question| site.policy.components[question.component].repository.is_none())
        .filter_map(|question| {
            let old = question.base.as_ref()?.commit?;
            Some((question, Asked { component: question.component, old, new: head }))
        })
        .collect();
    let pairs: Vec<_> = asked.iter().map(|(_, pair)| *pair).collect();
    let verdicts = progress::while_doing("comparing trees", || {
        comparing::verdicts(site, &pairs, |verdict| verdict)
    })?;
    for ((question, _), verdict) in asked.into_iter().zip(verdicts) {
        testimony.hear_trees(&site.history, question, verdict, details);
    }
    Ok(())
}

/// Adds what the fragments say that the head has and the base has not.
fn hear_fragments(
    site: &Site,
    request: &Request,
    questions: &[Question],
    testimony: &mut Testimony,
) -> Result<(), CommandError> {
    let head = site.history.graph.id(request.head.commit);
    for question in questions {
        let base = question.base.as_ref().and_then(|base| base.commit);
        hear_fragments_between(site, question, base, head, testimony)?;
        let Some(train) = question.train.as_ref().and_then(|train| train.commit) else { continue };
        for source in &site.policy.components[question.component].fragments {
            let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) = source;
            let known = site.repository.list(train, folder)?;
            testimony.in_train.entry(question.component).or_default().extend(known);
        }
    }
    Ok(())
}

/// Adds what a component's fragments say that a commit has and the base has not.
pub(crate) fn hear_fragments_between(
    site: &Site,
    question: &Question,
    base: Option<CommitId>,
    head: CommitId,
    testimony: &mut Testimony,
) -> Result<(), CommandError> {
    let component = &site.policy.components[question.component];
    for source in &component.fragments {
        let (FragmentSource::Towncrier(folder) | FragmentSource::Changesets(folder)) = source;
        let files = new_fragments(site, head, base, question, folder)?;
        hear_fragment_files(site, question, source, &files, testimony);
    }
    Ok(())
}

/// Adds what fragments of one folder say of a component.
pub(crate) fn hear_fragment_files(
    site: &Site,
    question: &Question,
    source: &FragmentSource,
    files: &[FragmentFile],
    testimony: &mut Testimony,
) {
    let components = &site.policy.components;
    let component = &components[question.component];
    let said = match source {
        FragmentSource::Towncrier(_) => towncrier(files, &component.name, &BTreeMap::new()),
        FragmentSource::Changesets(_) => {
            let names = components.iter().map(|each| (each.name.clone(), each.name.clone()));
            let packages = Packages {
                components: names.collect(),
                otherwise: (components.len() == 1).then(|| component.name.clone()),
            };
            changesets(files, &packages)
        }
    };
    testimony.findings.extend(said.findings);
    for (name, changes) in said.changes {
        if name == component.name {
            testimony.changes.entry(question.component).or_default().extend(changes);
        }
    }
}

fn new_fragments(
    site: &Site,
    head: CommitId,
    base: Option<CommitId>,
    question: &Question,
    folder: &Utf8Path,
) -> Result<Vec<FragmentFile>, CommandError> {
    let released: BTreeSet<_> = match base {
        Some(base) => site.repository.list(base, folder)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let mut paths = site.repository.list(head, folder)?;
    paths.retain(|path| !released.contains(path) && !question.is_picked_file(path));
    let wanted: Vec<_> = paths.iter().map(|path| (head, path.clone())).collect();
    let contents = site.repository.read_files(&wanted)?;
    let files = paths.into_iter().zip(contents);
    Ok(files
        .filter_map(|(path, content)| Some(FragmentFile { path, text: site::text_of(content)? }))
        .collect())
}
