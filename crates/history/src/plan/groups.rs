//! What components do together: lockstep groups and streams.

use trainyard_policy::{Group, Policy, Stream, StreamKind};
use trainyard_version::{Level, Scheme, Step, Template, Version};

use super::{ComponentPlan, JointPlan, Question, Request, firsts::first_of_line};
use crate::survey::{BranchRef, Survey, first_with_scheme, tag_name};

/// Raises the members of a lockstep group to the highest line that one of them is on or moves to.
///
/// Where one moves there now, all go along; where one is there already, those go that have something to release.
/// A member stays where its own release of that line is made on another branch.
pub(super) fn in_lockstep(
    policy: &Policy,
    survey: &Survey,
    questions: &[Question],
    mut plans: Vec<ComponentPlan>,
    request: &Request,
) -> Vec<ComponentPlan> {
    for group in &policy.groups {
        let Some((leader, target)) = leading_version(group, &plans) else { continue };
        if questions[leader].role.line().is_some() && group.lockstep > Level::Patch {
            continue;
        }
        let leader_moves = plans[leader].next.is_some();
        for &member in group.members.iter().filter(|member| **member != leader) {
            let component = &policy.components[member];
            let rules = component.current();
            let line = rules.scheme.line(&target);
            let plan = &mut plans[member];
            let here = plan.next.as_ref().or(plan.base.as_ref().map(|base| &base.version));
            let behind = here.is_some_and(|version| {
                *version < target
                    && (group.lockstep <= Level::Patch || rules.scheme.line(version) != line)
            });
            if !behind || !(leader_moves || plan.next.is_some()) {
                continue;
            }
            let verb = if leader_moves { "moves to" } else { "is on" };
            let move_of_group = format!(
                "group {} {verb} line {line} with {}",
                group.name, policy.components[leader].name
            );
            let past = &survey.components[member];
            let elsewhere = past.branch_of_line_beside(&line, request.head.branch.as_deref());
            if let Some(reason) = stays(&questions[member], &line, elsewhere) {
                plan.because.push(format!("{move_of_group}, but {reason}"));
                continue;
            }
            let next = if leader_moves {
                rules.scheme.parse(target.canonical()).ok()
            } else {
                first_of_line(rules, &line, None)
            };
            let read_by = first_with_scheme(component, &rules.scheme);
            let Some(next) = next.filter(|next| !past.has(next, read_by)) else { continue };
            plan.because.push(move_of_group);
            plan.tag = Some(tag_name(rules, &next));
            plan.line = line;
            plan.next = Some(next);
        }
    }
    plans
}

/// Why a member makes no release of the group's line from here, where it does not.
fn stays(question: &Question, line: &str, elsewhere: Option<&BranchRef>) -> Option<String> {
    match (question.role.line(), elsewhere) {
        (Some(own), _) if own != line => Some(format!("this branch is of line {own}")),
        (None, Some(branch)) => {
            Some(format!("its releases of that line are made on {}", branch.name))
        }
        _ => None,
    }
}

/// The member with the highest version, next or released.
fn leading_version(group: &Group, plans: &[ComponentPlan]) -> Option<(usize, Version)> {
    let highest = |member: &usize| {
        let plan = &plans[*member];
        let version = plan.next.as_ref().or(plan.base.as_ref().map(|base| &base.version))?;
        Some((*member, version.clone()))
    };
    let versions = group.members.iter().filter_map(highest);
    // Of equals the one that moves: it is the reason.
    versions.max_by(|one, other| {
        let moves = |member: usize| plans[member].next.is_some();
        one.1.cmp(&other.1).then_with(|| moves(one.0).cmp(&moves(other.0)))
    })
}

/// The line each group moves to.
pub(super) fn groups(policy: &Policy, plans: &[ComponentPlan]) -> Vec<JointPlan> {
    policy.groups.iter().map(|group| next_of_group(policy, group, plans)).collect()
}

fn next_of_group(policy: &Policy, group: &Group, plans: &[ComponentPlan]) -> JointPlan {
    let named = |member: &usize| policy.components[*member].name.as_str();
    let names = group.members.iter().map(named).collect::<Vec<_>>().join(", ");
    let moves = group.members.iter().any(|member| plans[*member].next.is_some());
    let leading = leading_version(group, plans).filter(|_| moves);
    let because = match &leading {
        Some((leader, version)) => {
            format!("{names} share their line; the highest is {} {version}", named(leader))
        }
        None => format!("none of {names} has anything to release"),
    };
    JointPlan {
        name: group.name.clone(),
        kind: "group",
        next: leading
            .map(|(leader, version)| policy.components[leader].current().scheme.line(&version)),
        tag: None,
        because: vec![because],
    }
}

/// The next release of each stream, from its components' next versions.
pub(super) fn streams(
    policy: &Policy,
    survey: &Survey,
    plans: &[ComponentPlan],
    request: &Request,
) -> Vec<JointPlan> {
    policy
        .streams
        .iter()
        .zip(&survey.streams)
        .map(|(stream, released)| {
            next_of_stream(policy, survey, (stream, released), plans, request)
        })
        .collect()
}

fn next_of_stream(
    policy: &Policy,
    survey: &Survey,
    (stream, released): (&Stream, &[Version]),
    plans: &[ComponentPlan],
    request: &Request,
) -> JointPlan {
    match &stream.kind {
        StreamKind::Single { component } => JointPlan {
            name: stream.name.clone(),
            kind: "single",
            next: plans[*component].next.as_ref().map(ToString::to_string),
            tag: plans[*component].tag.clone(),
            because: vec![format!("it is {}", policy.components[*component].name)],
        },
        StreamKind::Composite { scheme, parts, tag } => {
            let moves = parts.iter().any(|(_, component)| plans[*component].next.is_some());
            let mut because = Vec::new();
            let versions: Option<Vec<(&str, Version)>> = parts
                .iter()
                .map(|(part, component)| {
                    let (version, how) = next_or_newest(survey, &plans[*component], *component)?;
                    because.push(format!("{part} is {how} {version}"));
                    Some((part.as_str(), version))
                })
                .collect();
            if versions.is_none() {
                because.push("a part has no release yet".to_owned());
            }
            let texts: Option<Vec<(&str, String)>> = versions.map(|versions| {
                versions.into_iter().map(|(part, version)| (part, version.to_string())).collect()
            });
            let tagged = tag.is_some();
            let composed = texts.filter(|_| moves || tagged).and_then(|texts| {
                let parts: Vec<_> =
                    texts.iter().map(|(part, text)| (*part, text.as_str())).collect();
                scheme.compose(&parts).ok()
            });
            let composed = composed.filter(|version| !released.contains(version));
            JointPlan {
                name: stream.name.clone(),
                kind: "composite",
                tag: tag_of_stream(scheme, tag.as_ref(), composed.as_ref()),
                next: composed.as_ref().map(ToString::to_string),
                because,
            }
        }
        StreamKind::Bundle { scheme, tag } => {
            let moves = plans.iter().any(|plan| plan.next.is_some());
            let newest = released.last();
            let next = match newest {
                _ if !moves => None,
                Some(newest) => scheme.step(newest, &Step::Date, request.today).ok(),
                None => Some(scheme.first(request.today)),
            };
            let because = match (moves, newest) {
                (false, _) => "no component has anything to release".to_owned(),
                (true, Some(newest)) if next.is_none() => {
                    format!("the newest is {newest}, and the day allows none after it")
                }
                (true, Some(newest)) => {
                    format!("the newest is {newest}; the next pins the components' next versions")
                }
                (true, None) => "the first pins the components' next versions".to_owned(),
            };
            JointPlan {
                name: stream.name.clone(),
                kind: "bundle",
                tag: tag_of_stream(scheme, tag.as_ref(), next.as_ref()),
                next: next.as_ref().map(ToString::to_string),
                because: vec![because],
            }
        }
    }
}

/// The tag that a stream's own template gives a version; none where there is no template, or it asks for what is not there.
pub fn tag_of_stream(
    scheme: &Scheme,
    template: Option<&Template>,
    version: Option<&Version>,
) -> Option<String> {
    let (template, version) = (template?, version?);
    let parts = scheme.parts(version).unwrap_or_default();
    let value = |placeholder: &str| match placeholder {
        "version" => Some(version.canonical().to_owned()),
        "line" => Some(scheme.line(version)),
        "major" => Some(version.segment(0).to_string()),
        "minor" => Some(version.segment(1).to_string()),
        "patch" => Some(version.segment(2).to_string()),
        part => {
            let (_, version) = parts.iter().find(|(name, _)| name == part)?;
            Some(version.canonical().to_owned())
        }
    };
    template.render(&value).ok()
}

/// A component's next version, else its newest final release.
fn next_or_newest(
    survey: &Survey,
    plan: &ComponentPlan,
    component: usize,
) -> Option<(Version, &'static str)> {
    if let Some(next) = &plan.next {
        return Some((next.clone(), "next"));
    }
    let releases = &survey.components[component].releases;
    let newest = releases.iter().rev().find(|release| release.is_final())?;
    Some((newest.version.clone(), "still"))
}
