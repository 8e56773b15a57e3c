//! `trainyard next`.

use std::collections::BTreeSet;

use trainyard_history::plan::Plan;
use trainyard_report::Outcome;

use crate::{
    args::{Global, Next},
    error::CommandError,
    planning::{self, Planned},
    printer::Printer,
};

pub(super) fn run(
    global: &Global,
    args: &Next,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let planned = planning::plan(global, &args.target)?;
    let found = match &args.name {
        Some(name) => named(&planned.plan, name, args.tag),
        None => only(&planned, args.tag),
    };
    let next = found.map_err(|message| {
        CommandError::usage(message).hint(format!("there are {}", names(&planned.plan).join(", ")))
    })?;
    if let Some(next) = next {
        printer.print(&next)?;
        Ok(Outcome::Clean)
    } else {
        printer.diagnose("nothing to release");
        Ok(Outcome::Findings)
    }
}

fn named(plan: &Plan, name: &str, tag: bool) -> Result<Option<String>, String> {
    if let Some(component) = plan.components.iter().find(|each| each.component == name) {
        return Ok(spelled(component, tag));
    }
    if let Some(stream) = plan.streams.iter().find(|each| each.name == name) {
        return match (&stream.next, &stream.tag) {
            (Some(_), None) if tag => Err(format!("the policy gives the stream `{name}` no tag")),
            (_, wanted) if tag => Ok(wanted.clone()),
            (next, _) => Ok(next.clone()),
        };
    }
    match plan.groups.iter().find(|each| each.name == name) {
        Some(_) if tag => {
            Err(format!("`{name}` is a group, and its members have tags of their own"))
        }
        Some(group) => Ok(group.next.clone()),
        None => Err(format!("the policy has no component, group or stream `{name}`")),
    }
}

/// The component that is named as the product, or the only one that is released from this repository.
fn only(planned: &Planned, tag: bool) -> Result<Option<String>, String> {
    let policy = &planned.site.policy;
    let here = || {
        let pairs = policy.components.iter().zip(&planned.plan.components);
        pairs.filter(|(component, _)| component.repository.is_none())
    };
    let of_product = here().find(|(component, _)| component.name == policy.product.name);
    match (of_product, here().count()) {
        (Some((_, plan)), _) => Ok(spelled(plan, tag)),
        (None, 1) => Ok(here().next().and_then(|(_, plan)| spelled(plan, tag))),
        _ => Err("the policy has several components: name one".to_owned()),
    }
}

fn spelled(component: &trainyard_history::plan::ComponentPlan, tag: bool) -> Option<String> {
    if tag { component.tag.clone() } else { component.next.as_ref().map(ToString::to_string) }
}

/// Every name that can be asked for, once.
fn names(plan: &Plan) -> Vec<&str> {
    let joint = plan.groups.iter().chain(&plan.streams).map(|each| each.name.as_str());
    let all = plan.components.iter().map(|each| each.component.as_str()).chain(joint);
    let mut told = BTreeSet::new();
    all.filter(|name| told.insert(*name)).collect()
}
