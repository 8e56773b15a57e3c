//! What names several components: groups and revisions.

use indexmap::IndexMap;
use trainyard_report::Code;
use trainyard_version::Level;

use super::{check_name, components::ResolvedComponent, index_of};
use crate::{
    Group,
    file::{GroupFile, RevisionFile},
    problem::{Problem, Problems},
    read::{At, Place},
};

/// Checks the names in revisions.
pub(crate) fn check_revisions(
    revisions: &[At<RevisionFile>],
    names: &[String],
    problems: &mut Problems,
) {
    let mut seen: Vec<&At<String>> = Vec::new();
    for revision in revisions {
        let name = revision.name();
        if let Some(own) = &revision.name {
            if let Some(first) = seen.iter().find(|first| first.value == name) {
                let message = format!("two revisions are called `{}`", name.escape_debug());
                let problem = Problem::at(Code::POLICY_CONTRADICTION, &own.place, message);
                problems.push(
                    problem.related(&first.place, "the first").help("give each a name of its own"),
                );
            }
            seen.push(own);
        }
        let listed: Option<Vec<&str>> = revision
            .applies_to
            .as_ref()
            .map(|list| list.iter().map(|name| name.value.as_str()).collect());
        if let Some(list) = &revision.applies_to {
            for name in &list.value {
                index_of(name, "component", names, problems);
            }
            if list.is_empty() {
                let message = format!("the revision `{name}` applies to no component");
                problems.push(
                    Problem::at(Code::POLICY_UNUSED, &list.place, message)
                        .help("remove `applies-to` to apply it to all"),
                );
            }
        }
        for (name, component) in revision.components.iter().flatten() {
            let place = Place { span: component.place.key.clone(), ..component.place.clone() };
            let name = At { value: name.clone(), place };
            let known = index_of(&name, "component", names, problems).is_some();
            if known && listed.as_ref().is_some_and(|listed| !listed.contains(&name.value.as_str()))
            {
                let message = format!("the revision does not apply to `{}`", name.value);
                let mut problem = Problem::at(Code::POLICY_CONTRADICTION, &name.place, message)
                    .help("add it to `applies-to`, or remove this table");
                if let Some(list) = &revision.applies_to {
                    problem = problem.related(&list.place, "it applies to these");
                }
                problems.push(problem);
            }
            let says_nothing = component.from.is_none() && component.rules.is_none();
            if says_nothing && !problems.speak_of(&component.place.path) {
                let message = format!("nothing is said of `{}` here", name.value);
                problems.push(
                    Problem::at(Code::POLICY_UNUSED, &name.place, message).help("remove the table"),
                );
            }
        }
    }
}

/// Resolves groups.
pub(crate) fn groups(
    files: IndexMap<String, At<GroupFile>>,
    components: &[ResolvedComponent],
    problems: &mut Problems,
) -> Vec<Group> {
    let names: Vec<String> =
        components.iter().map(|resolved| resolved.component.name.clone()).collect();
    let mut owners: Vec<Option<String>> = vec![None; names.len()];
    let mut groups = Vec::new();
    for (name, file) in files {
        let At { value: file, place } = file;
        if !place.inherited {
            check_name(&name, &place, problems);
        }
        let mut members: Vec<usize> = Vec::new();
        let listed = file.components.unwrap_or_default();
        for member in &listed.value {
            let Some(index) = index_of(member, "component", &names, problems) else { continue };
            if members.contains(&index) {
                let message = format!("`{}` is listed twice", member.value);
                problems.push(Problem::at(Code::POLICY_UNUSED, &member.place, message));
                continue;
            }
            if let Some(other) = &owners[index] {
                let message = format!("`{}` is in the group `{other}` already", member.value);
                let problem = Problem::at(Code::POLICY_CONTRADICTION, &member.place, message);
                problems.push(
                    problem.help(
                        "a component steps with one group; join the two, or take it out of one",
                    ),
                );
                continue;
            }
            if let Some(problem) =
                members.first().and_then(|first| mixed(components, *first, index, member))
            {
                problems.push(problem);
                continue;
            }
            owners[index] = Some(name.clone());
            members.push(index);
        }
        if listed.value.len() < 2 && !problems.is_doubtful(&format!("{}.components", place.path)) {
            let message = format!("the group `{name}` has fewer than two members");
            let problem = Problem::at(Code::POLICY_BAD_VALUE, &listed.place, message);
            problems.push(
                problem.help("list the components that share their line, or remove the group"),
            );
        }
        let lockstep = file.lockstep.map_or(Level::Minor, Level::from);
        groups.push(Group { name, members, lockstep });
    }
    groups
}

/// Members of a group must count alike.
fn mixed(
    components: &[ResolvedComponent],
    first: usize,
    second: usize,
    member: &At<String>,
) -> Option<Problem> {
    let (first, second) = (&components[first], &components[second]);
    if !first.schemes_are_sound || !second.schemes_are_sound {
        return None;
    }
    let one = &first.component.current().scheme;
    let other = &second.component.current().scheme;
    (one.name() != other.name()).then(|| {
        let message = format!(
            "`{}` (`{one}`) and `{}` (`{other}`) cannot share their line",
            first.component.name, second.component.name
        );
        Problem::at(Code::POLICY_CONTRADICTION, &member.place, message)
            .help("members of a group have the same scheme")
    })
}
