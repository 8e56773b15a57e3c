//! What a release is asked for becomes the components that are released, with their versions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use trainyard_history::{
    Cut, Head, Occasion,
    plan::{Plan, Question, Request, Stage, first_of_line},
};
use trainyard_policy::{Component, Policy, StreamKind};
use trainyard_report::{Code, Finding};
use trainyard_version::Version;

use super::{Composed, streams};
use crate::{
    args,
    error::CommandError,
    planning::{self, Planned, head},
    site::{self, Site},
};

/// How the command line says that it asks for a version.
const BY_VERSION: &str = "--version";
const BY_LINE: &str = "--line";

/// A release as it is asked for.
pub(super) struct Wanted {
    pub(super) site: Site,
    pub(super) plan: Plan,
    pub(super) head: Head,
    pub(super) today: Date,
    /// What is released, such as `app 1.2.0`.
    pub(super) name: String,
    /// The id of the commit that is checked out.
    pub(super) start: String,
    pub(super) cuts: Vec<Cut>,
    /// The stream's own release, where a stream of several parts is asked for.
    pub(super) composed: Option<Composed>,
    /// The remote to push to; empty for the one that the branch follows.
    pub(super) push: Option<String>,
    pub(super) sign: bool,
}

/// What a name stands for.
struct Selected {
    components: Vec<usize>,
    /// Index into [`Policy::streams`], of a stream that has versions of its own.
    stream: Option<usize>,
}

impl Wanted {
    pub(super) fn component(&self, cut: &Cut) -> &Component {
        &self.site.policy.components[cut.component]
    }

    /// The release that a cut was counted from.
    pub(super) fn base(&self, cut: &Cut) -> Option<&Version> {
        self.plan.components[cut.component].base.as_ref().map(|base| &base.version)
    }

    /// The full names of the tags, each once.
    pub(super) fn tags(&self) -> Vec<String> {
        let stream = self.composed.iter().filter_map(|composed| composed.tag.as_deref());
        let tags = self.cuts.iter().map(|cut| cut.tag.as_str()).chain(stream);
        unique(tags.map(|tag| format!("refs/tags/{tag}")))
    }

    /// The full names of the branches of lines that begin, each once.
    pub(super) fn lines(&self) -> Vec<String> {
        let lines = self.cuts.iter().filter_map(|cut| cut.line_branch.as_deref());
        unique(lines.map(|line| format!("refs/heads/{line}")))
    }

    pub(super) fn branch(&self) -> &str {
        self.head.branch.as_deref().unwrap_or("HEAD")
    }
}

fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// Plans what is asked for.
pub(super) fn read(
    mut site: Site,
    args: &args::Release,
    findings: &mut Vec<Finding>,
) -> Result<Wanted, CommandError> {
    let selected = select(&site.policy, args.name.as_deref())?;
    let head = head::find(&site, None)?;
    if site.assumed.is_some() {
        forget_files_without_version(&mut site, &head)?;
    }
    let today = site::day(args.date);
    let stage = if args.stage.is_some() { planning::stage(args.stage) } else { Stage::Cut };
    let request = Request { head: head.clone(), stage, today };
    let asked = asked_versions(&site.policy, &selected, args)?;
    let mut planned = planning::plan_on(site, &request, asked)?;
    let mut elsewhere = None;
    if let Some(line) = &args.line {
        (planned, elsewhere) = on_line(planned, &selected, &request, line)?;
    }
    let Planned { site, plan, questions } = planned;
    let mut cuts = cuts(&site, &plan, &questions, &selected, &request, findings);
    // A version that cannot be is told, and nothing else is offered in its place.
    let refused = args.version.as_deref().filter(|asked| {
        let mut others = cuts.iter().filter(|cut| selected.components.contains(&cut.component));
        selected.stream.is_none() && others.any(|cut| !is_version(&site.policy, cut, asked))
    });
    let refused = refused.or(elsewhere.as_ref().and(args.line.as_deref()));
    if refused.is_some() {
        cuts.clear();
        findings.clear();
        findings.extend(elsewhere);
    }
    let pins = streams::pins(&site.policy, &args.pins)?;
    let composed = match selected.stream {
        Some(stream) => streams::compose(&site, stream, &cuts, &pins, args, today, findings)?,
        None if !pins.is_empty() => {
            return Err(CommandError::usage("`--pin` is for streams of several parts")
                .hint("name the stream: `trainyard release STREAM --pin NAME=VERSION`"));
        }
        None => None,
    };
    if refused.is_some() {
        // The plan says why.
    } else if cuts.is_empty() && composed.as_ref().is_none_or(|composed| composed.tag.is_none()) {
        nothing(findings, composed.as_ref());
    } else {
        // Members of a group that have nothing to release stay behind silently.
        findings.retain(|finding| finding.code != Code::NOTHING_TO_RELEASE);
    }
    let about = selected.components.iter().copied().chain(cuts.iter().map(|cut| cut.component));
    let about: BTreeSet<_> = about.collect();
    let told = plan.findings.iter().filter_map(|finding| of_plan(finding, &site.policy, &about));
    findings.extend(told);
    let start = site.history.graph.id(head.commit).to_string();
    let name = match refused {
        Some(version) => {
            format!("{} {version}", args.name.as_deref().unwrap_or(&site.policy.product.name))
        }
        None => name(&site.policy, &cuts, composed.as_ref(), args.name.as_deref()),
    };
    let (push, sign) = (args.push.clone(), args.sign);
    Ok(Wanted { site, plan, head, today, name, start, cuts, composed, push, sign })
}

/// A version file that nobody declared is written where it states a version, and else is none.
fn forget_files_without_version(site: &mut Site, head: &Head) -> Result<(), CommandError> {
    for index in 0..site.policy.components.len() {
        let component = &site.policy.components[index];
        if planning::stated_version(site, component, head.commit)?.is_none() {
            site.policy.components[index].version_files.clear();
        }
    }
    Ok(())
}

/// The components that a name stands for.
fn select(policy: &Policy, name: Option<&str>) -> Result<Selected, CommandError> {
    let here = |index: &usize| policy.components[*index].repository.is_none();
    let only = |components: Vec<usize>| Selected { components, stream: None };
    let Some(name) = name else { return select_by_default(policy) };
    if let Some(index) = policy.components.iter().position(|each| each.name == name) {
        if let Some(repository) = &policy.components[index].repository {
            return Err(CommandError::usage(format!(
                "releases of {name} are made in {repository}"
            ))
            .hint("run the command in a clone of it"));
        }
        return Ok(only(vec![index]));
    }
    if let Some(group) = policy.groups.iter().find(|each| each.name == name) {
        return Ok(only(group.members.iter().copied().filter(here).collect()));
    }
    if let Some(index) = policy.streams.iter().position(|each| each.name == name) {
        return Ok(match &policy.streams[index].kind {
            StreamKind::Single { component } => only(vec![*component]),
            StreamKind::Composite { parts, .. } => Selected {
                components: parts.iter().map(|(_, part)| *part).filter(here).collect(),
                stream: Some(index),
            },
            StreamKind::Bundle { .. } => Selected { components: Vec::new(), stream: Some(index) },
        });
    }
    let message = format!("the policy has no component, group or stream `{name}`");
    Err(CommandError::usage(message).hint(format!("there are {}", names(policy).join(", "))))
}

/// The component that is named as the product, the only one, or a group of all.
fn select_by_default(policy: &Policy) -> Result<Selected, CommandError> {
    let components = policy.components.iter().enumerate();
    let here: Vec<_> = components.filter(|(_, each)| each.repository.is_none()).collect();
    let of_product = here.iter().find(|(_, each)| each.name == policy.product.name);
    let group = policy
        .groups
        .iter()
        .find(|group| here.iter().all(|(index, _)| group.members.contains(index)));
    let components = match (of_product, here.as_slice(), group) {
        (Some((index, _)), ..) | (None, [(index, _)], _) => vec![*index],
        (None, [_, ..], Some(_)) => here.iter().map(|(index, _)| *index).collect(),
        _ => {
            return Err(CommandError::usage("the policy has several components: name one")
                .hint(format!("there are {}", names(policy).join(", "))));
        }
    };
    Ok(Selected { components, stream: None })
}

/// Every name that can be asked for, once.
fn names(policy: &Policy) -> Vec<&str> {
    let here = policy.components.iter().filter(|each| each.repository.is_none());
    let names = here.map(|each| each.name.as_str());
    let names = names.chain(policy.groups.iter().map(|each| each.name.as_str()));
    let names = names.chain(policy.streams.iter().map(|each| each.name.as_str()));
    let mut told = BTreeSet::new();
    names.filter(|name| told.insert(*name)).collect()
}

type Asked = BTreeMap<usize, (Version, String)>;

/// What `--version` asks of each component.
fn asked_versions(
    policy: &Policy,
    selected: &Selected,
    args: &args::Release,
) -> Result<Asked, CommandError> {
    let Some(text) = &args.version else { return Ok(Asked::new()) };
    if let Some(stream) = selected.stream {
        return match &policy.streams[stream].kind {
            // The number is the bundle's own.
            StreamKind::Bundle { .. } => Ok(Asked::new()),
            _ => Err(CommandError::usage("the version of a composite is made of its parts").hint(
                "release a part with `--version`, or say another's with `--pin NAME=VERSION`",
            )),
        };
    }
    let versions = selected.components.iter().map(|index| {
        let component = &policy.components[*index];
        let version = component.current().scheme.parse(text).map_err(|error| {
            let scheme = component.current().scheme.spec().to_owned();
            CommandError::usage(format!("`{text}` is no version of {}: {error}", component.name))
                .hint(format!("its versions are written by the scheme `{scheme}`"))
        })?;
        Ok((*index, (version, BY_VERSION.to_owned())))
    });
    versions.collect()
}

/// Plans again where the plan goes to another line than the asked one; a finding tells where the line has its branch, if
/// that is not checked out.
fn on_line(
    planned: Planned,
    selected: &Selected,
    request: &Request,
    line: &str,
) -> Result<(Planned, Option<Finding>), CommandError> {
    let mut asked = Asked::new();
    for &index in &selected.components {
        let rules = planned.site.policy.components[index].current();
        let next = planned.plan.components[index].next.as_ref();
        let first = first_of_line(rules, line, None).ok_or_else(|| {
            CommandError::usage(format!("`{line}` is no line of {}", rules.scheme.spec()))
                .hint("a line is written as the front of its versions, such as `1.2`")
        })?;
        let canonical = rules.scheme.line(&first);
        if next.is_some_and(|next| rules.scheme.line(next) == canonical) {
            continue;
        }
        let known = planned.site.survey.components[index].lines.get(&canonical);
        let branch = known.and_then(|known| known.branch.as_ref());
        if let Some(branch) =
            branch.filter(|branch| request.head.branch.as_ref() != Some(&branch.name))
        {
            let message = format!("line {canonical} is released on its branch {}", branch.name);
            let subject = format!("line {canonical}");
            let finding = Finding::new(Code::WRONG_RELEASE_BRANCH, subject, message);
            let hint = format!("check it out: `git switch {}`", branch.name);
            return Ok((planned, Some(finding.suggest(hint))));
        }
        let first = match &request.stage {
            Stage::Pre(phase) => {
                let declared = rules.prerelease.phases.iter().find(|step| step.phase == *phase);
                declared.and_then(|step| first_of_line(rules, line, Some(step))).unwrap_or(first)
            }
            _ => first,
        };
        asked.insert(index, (first, BY_LINE.to_owned()));
    }
    if asked.is_empty() {
        return Ok((planned, None));
    }
    Ok((planning::plan_on(planned.site, request, asked)?, None))
}

/// The releases of the components, and of those that go along.
fn cuts(
    site: &Site,
    plan: &Plan,
    questions: &[Question],
    selected: &Selected,
    request: &Request,
    findings: &mut Vec<Finding>,
) -> Vec<Cut> {
    let occasion = Occasion {
        policy: &site.policy,
        survey: &site.survey,
        questions,
        plan,
        branch: request.head.branch.as_deref(),
        today: request.today,
    };
    let mut members = BTreeSet::new();
    for &component in &selected.components {
        let (together, told) = occasion.together(component);
        members.extend(together);
        findings.extend(told);
    }
    let mut cuts = Vec::new();
    for member in members {
        let (cut, told) = occasion.cut(member);
        cuts.extend(cut);
        findings.extend(told);
    }
    cuts
}

/// Says that there is nothing to release, where that was not said yet.
fn nothing(findings: &mut Vec<Finding>, composed: Option<&Composed>) {
    let Some(composed) = composed else { return };
    findings.retain(|finding| finding.code != Code::NOTHING_TO_RELEASE);
    let message = format!(
        "nothing to release: no part has changed, and the policy gives {} no tag of its own",
        composed.version
    );
    let subject = format!("stream {}", composed.stream);
    let finding = Finding::new(Code::NOTHING_TO_RELEASE, subject, message);
    findings.push(finding.suggest("give the stream a `tag` in the policy"));
}

/// A finding of the plan as the release tells it; none where it is about something else.
fn of_plan(finding: &Finding, policy: &Policy, components: &BTreeSet<usize>) -> Option<Finding> {
    let about = policy.components.iter().position(|each| each.name == finding.subject);
    if about.is_some_and(|about| !components.contains(&about)) {
        return None;
    }
    let is_asked = [BY_VERSION, BY_LINE].iter().any(|by| finding.message.starts_with(by));
    if !is_asked {
        return Some(finding.clone());
    }
    let mut told = Finding::new(Code::RELEASE_TOO_SMALL, &finding.subject, &finding.message);
    told.suggestion.clone_from(&finding.suggestion);
    Some(told)
}

/// Whether a cut is of the version that was asked for.
fn is_version(policy: &Policy, cut: &Cut, asked: &str) -> bool {
    let scheme = &policy.components[cut.component].current().scheme;
    scheme.parse(asked).is_ok_and(|asked| asked.precedence(&cut.version).is_eq())
}

/// What is released, for people.
fn name(policy: &Policy, cuts: &[Cut], composed: Option<&Composed>, asked: Option<&str>) -> String {
    if let Some(composed) = composed {
        return format!("{} {}", composed.stream, composed.version);
    }
    let is_only = policy.components.iter().filter(|each| each.repository.is_none()).count() == 1;
    let name = |cut: &Cut| {
        let name = &policy.components[cut.component].name;
        format!("{} {}", if is_only { &policy.product.name } else { name }, cut.version)
    };
    match cuts {
        [] => asked.unwrap_or(&policy.product.name).to_owned(),
        cuts => cuts.iter().map(name).collect::<Vec<_>>().join(", "),
    }
}
