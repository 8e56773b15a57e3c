//! What shall be reached.

use indexmap::IndexMap;
use trainyard_report::Code;
use trainyard_version::{Scheme, Version};

use super::{check_name, index_of};
use crate::{
    Component, Milestone,
    file::MilestoneFile,
    problem::{Problem, Problems},
    read::{
        At, Place,
        node::{join_path, shorten},
    },
};

pub(crate) fn resolve(
    file: IndexMap<String, At<MilestoneFile>>,
    product: &str,
    components: &[Component],
    problems: &mut Problems,
) -> Vec<Milestone> {
    let found = file.into_iter().filter_map(|(name, At { value, place })| {
        if problems.has_lost(&place.path) {
            return None;
        }
        check_name(&name, &place, problems);
        milestone(name, value, &place, product, components, problems)
    });
    found.collect()
}

fn milestone(
    name: String,
    file: MilestoneFile,
    place: &Place,
    product: &str,
    components: &[Component],
    problems: &mut Problems,
) -> Option<Milestone> {
    let names: Vec<String> = components.iter().map(|component| component.name.clone()).collect();
    let stable = file.stable.unwrap_or_default();
    let stable: Vec<usize> =
        stable.iter().filter_map(|name| index_of(name, "component", &names, problems)).collect();
    for item in file
        .done
        .iter()
        .flatten()
        .filter(|item| file.missing.iter().flatten().any(|it| it == *item))
    {
        let path = join_path(&place.path, "missing");
        let message = format!("`{}` is both done and missing", shorten(item).escape_debug());
        let problem = Problem::at_key(Code::POLICY_CONTRADICTION, place, message);
        problems.push(problem.help(format!("remove it from `{path}` once it is done")));
    }
    let component = match &file.component {
        Some(name) => index_of(name, "component", &names, problems)?,
        None => own_component(product, &names).or_else(|| {
            let message = format!("`{}` does not say which component reaches it", place.path);
            let problem = Problem::at_key(Code::POLICY_WRONG_TYPE, place, message);
            problems.push(problem.help(format!("add `component`, one of {}", names.join(", "))));
            None
        })?,
    };
    // The schema has told of a milestone without one.
    let text = file.version?;
    let scheme = &components.get(component)?.current().scheme;
    let version = final_version(scheme, &text).or_else(|| {
        let message = format!(
            "`{}` is no final version of {}",
            shorten(&text).escape_debug(),
            names[component]
        );
        let example = scheme.examples().into_iter().find(|version| !version.is_prerelease());
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &text.place, message);
        problems.push(match example {
            Some(example) => problem.help(format!("write it as in \"{example}\"")),
            None => problem,
        });
        None
    })?;
    Some(Milestone {
        title: file
            .title
            .unwrap_or_else(|| format!("{} {}", components[component].title, text.value)),
        name,
        component,
        version,
        by: file.by.and_then(|date| date.parse().ok()),
        stable,
        done: file.done.unwrap_or_default(),
        missing: file.missing.unwrap_or_default(),
    })
}

/// The only component, or the one that is named as the product.
fn own_component(product: &str, names: &[String]) -> Option<usize> {
    if names.len() == 1 { Some(0) } else { names.iter().position(|name| name == product) }
}

/// A version, completed where the scheme has more numbers: `1.0` is 1.0.0 to Semantic Versioning.
fn final_version(scheme: &Scheme, text: &str) -> Option<Version> {
    ["", ".0", ".0.0"]
        .iter()
        .find_map(|rest| scheme.parse(&format!("{text}{rest}")).ok())
        .filter(|version| !version.is_prerelease())
}
