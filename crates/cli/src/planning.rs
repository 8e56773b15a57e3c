//! Reads what a plan needs and asks for it.

mod head;

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
    error::CommandError,
    progress,
    site::{self, Site},
};

/// A plan with the site it is about.
pub(crate) struct Planned {
    pub(crate) site: Site,
    pub(crate) plan: Plan,
}

/// Opens the site and plans.
pub(crate) fn plan(global: &Global, target: &Target) -> Result<Planned, CommandError> {
    let mut site = Site::open(global, None)?;
    let head = head::find(&site, target.at.as_deref())?;
    let request = Request { head, stage: stage(target.stage), today: site::day(target.date) };
    let mut testimony = Testimony { taken_tags: taken_tags(&site), ..Testimony::default() };
    for index in 0..site.policy.components.len() {
        if let Some(stated) =
            stated_version(&site, &site.policy.components[index], request.head.commit)?
        {
            testimony.stated.insert(index, stated);
        }
    }
    if let (Some(assumed), Some(stated)) = (&mut site.assumed, testimony.stated.get(&0)) {
        let concluded = observe_version_file(&mut site.policy, &site.survey, stated);
        assumed.extend(concluded.map(|concluded| format!("; {concluded}")));
    }
    let questions = Question::all(&site.policy, &site.history, &site.survey, &request);
    refuse_cut_history(&questions)?;
    // In the graph's order, in which reading is cheapest.
    let wanted: BTreeSet<_> = questions.iter().flat_map(|question| &question.commits).collect();
    let wanted: Vec<_> = wanted.into_iter().map(|commit| site.history.graph.id(*commit)).collect();
    let details = progress::while_doing("reading commits", || {
        site.repository.details(&wanted, site.cache.as_ref())
    })?;
    let by_id: BTreeMap<CommitId, &CommitDetail> =
        details.iter().map(|detail| (detail.id, detail)).collect();
    testimony.hear_commits(&site.policy, &site.history, &questions, &by_id);
    hear_fragments(&site, &request, &questions, &mut testimony)?;
    let plan = plan::plan(&site.policy, &site.survey, &questions, &testimony, &request);
    Ok(Planned { site, plan })
}

fn stage(asked: Option<StageName>) -> Stage {
    match asked {
        None => Stage::ByPolicy,
        Some(StageName::Final) => Stage::Final,
        Some(StageName::Alpha) => Stage::Pre(Phase::Alpha),
        Some(StageName::Beta) => Stage::Pre(Phase::Beta),
        Some(StageName::Rc) => Stage::Pre(Phase::Candidate),
        Some(StageName::Dev) => Stage::Development,
    }
}

/// The names of all tags, those that lead to no commit among them.
fn taken_tags(site: &Site) -> BTreeSet<String> {
    let strays = site.strays.iter().filter_map(|stray| stray.reference.strip_prefix("refs/tags/"));
    let tags = site.history.tags.iter().map(|tag| tag.name.as_str());
    tags.chain(strays).map(str::to_owned).collect()
}

/// What the first version file of a component that can be read says at a commit.
fn stated_version(
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

/// Adds what the fragments say that the head has and the base has not.
fn hear_fragments(
    site: &Site,
    request: &Request,
    questions: &[Question],
    testimony: &mut Testimony,
) -> Result<(), CommandError> {
    let head = site.history.graph.id(request.head.commit);
    let names: BTreeMap<&str, usize> = site
        .policy
        .components
        .iter()
        .enumerate()
        .map(|(index, component)| (component.name.as_str(), index))
        .collect();
    for question in questions {
        let component = &site.policy.components[question.component];
        let base = question.base.as_ref().and_then(|base| base.commit);
        for source in &component.fragments {
            let said = match source {
                FragmentSource::Towncrier(folder) => {
                    let files = new_fragments(site, head, base, folder)?;
                    towncrier(&files, &component.name, &BTreeMap::new())
                }
                FragmentSource::Changesets(folder) => {
                    let files = new_fragments(site, head, base, folder)?;
                    let packages = Packages {
                        components: names
                            .keys()
                            .map(|name| ((*name).to_owned(), (*name).to_owned()))
                            .collect(),
                        otherwise: (names.len() == 1).then(|| component.name.clone()),
                    };
                    changesets(&files, &packages)
                }
            };
            testimony.findings.extend(said.findings);
            for (name, changes) in said.changes {
                if names.get(name.as_str()) == Some(&question.component) {
                    testimony.changes.entry(question.component).or_default().extend(changes);
                }
            }
        }
    }
    Ok(())
}

fn new_fragments(
    site: &Site,
    head: CommitId,
    base: Option<CommitId>,
    folder: &Utf8Path,
) -> Result<Vec<FragmentFile>, CommandError> {
    let released: BTreeSet<_> = match base {
        Some(base) => site.repository.list(base, folder)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let mut paths = site.repository.list(head, folder)?;
    paths.retain(|path| !released.contains(path));
    let wanted: Vec<_> = paths.iter().map(|path| (head, path.clone())).collect();
    let contents = site.repository.read_files(&wanted)?;
    let files = paths.into_iter().zip(contents);
    Ok(files
        .filter_map(|(path, content)| Some(FragmentFile { path, text: site::text_of(content)? }))
        .collect())
}
