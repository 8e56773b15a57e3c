//! How long lines are supported.

use std::fmt::Write;

use jiff::civil::Date;
use trainyard_version::OrderKey;

use super::words::{cell, code};
use crate::{DeclaredLine, Policy};

/// The blocks of the section; none where the policy says nothing of support.
pub(super) fn blocks(policy: &Policy, today: Date) -> Vec<String> {
    let lines = &policy.lines;
    let newest = lines.supported.map(|number| match number {
        1 => "the newest release line".to_owned(),
        number => format!("the newest {number} release lines"),
    });
    let promise = match (newest, lines.support) {
        (Some(newest), Some(span)) => Some(format!(
            "We support {newest}, and every line for {span} after its first final release."
        )),
        (Some(newest), None) => Some(format!("We support {newest}.")),
        (None, Some(span)) => {
            Some(format!("We support every line for {span} after its first final release."))
        }
        (None, None) => None,
    };
    promise.into_iter().chain(declared(policy, today)).collect()
}

/// The table of declared lines, the newest first.
fn declared(policy: &Policy, today: Date) -> Option<String> {
    let mut lines: Vec<(&String, &DeclaredLine)> = policy.lines.declared.iter().collect();
    if lines.is_empty() {
        return None;
    }
    lines.sort_by_cached_key(|(name, _)| std::cmp::Reverse(rank(policy, name)));
    let mut table = "| line | support | until the end of |\n|---|---|---|\n".to_owned();
    for (name, line) in lines {
        let title =
            line.title.as_ref().map(|title| format!(" ({})", cell(title))).unwrap_or_default();
        let support = match line.retires {
            Some(last) if last < today => "ended",
            _ if line.lts => "long-term",
            _ => "regular",
        };
        let until =
            line.retires.map_or_else(|| "not announced".to_owned(), |date| date.to_string());
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {}{title} | {support} | {until} |", code(name));
    }
    Some(table)
}

/// Where a line comes in the order of the first scheme that has it.
fn rank(policy: &Policy, line: &str) -> Option<(std::cmp::Reverse<usize>, OrderKey)> {
    let components = policy.components.iter().enumerate();
    components
        .flat_map(|(index, component)| {
            component.periods.iter().rev().map(move |period| (index, &period.rules.scheme))
        })
        .find_map(|(index, scheme)| {
            let texts = [format!("{line}.0"), line.to_owned(), format!("{line}.20000101")];
            let version = texts.iter().find_map(|text| scheme.parse(text).ok())?;
            Some((std::cmp::Reverse(index), version.key().clone()))
        })
}
