//! `[rules.lint]`: how much findings weigh.

use std::collections::BTreeMap;

use trainyard_report::{Code, Severity};

use crate::{
    file::LintName,
    problem::{Problem, Problems},
    read::{At, Place},
};

/// Reads severities by code; a finding may be named by its code or its name, but only in one way.
pub(crate) fn resolve(
    file: Option<BTreeMap<String, At<LintName>>>,
    problems: &mut Problems,
) -> BTreeMap<Code, Option<Severity>> {
    let mut severities: BTreeMap<Code, (LintName, Place)> = BTreeMap::new();
    let mut stated: Vec<(String, At<LintName>)> = file.into_iter().flatten().collect();
    stated.sort_by_key(|(_, name)| name.place.key.start);
    for (key, At { value, place }) in stated {
        // The schema has let known codes and names through alone.
        let Ok(code) = key.parse::<Code>() else { continue };
        if let Some((other, first)) = severities.get(&code) {
            problems.push(doubled(code, &place, first, *other == value));
            continue;
        }
        severities.insert(code, (value, place));
    }
    severities.into_iter().map(|(code, (name, _))| (code, severity(name))).collect()
}

fn doubled(code: Code, place: &Place, first: &Place, is_same: bool) -> Problem {
    let info = code.info();
    let message = format!("{} and `{}` are one finding", info.code, info.name);
    let kind = if is_same { Code::POLICY_UNUSED } else { Code::POLICY_CONTRADICTION };
    Problem::at_key(kind, place, message).related(first, "the first").help("keep one of the two")
}

fn severity(name: LintName) -> Option<Severity> {
    match name {
        LintName::Off => None,
        LintName::Note => Some(Severity::Note),
        LintName::Warning => Some(Severity::Warning),
        LintName::Error => Some(Severity::Error),
    }
}
