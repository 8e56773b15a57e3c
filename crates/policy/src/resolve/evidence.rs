//! What detectors look at, and waivers.

use globset::GlobBuilder;
use trainyard_evidence::{Choice, Settings};
use trainyard_report::Code;

use super::{globs, index_of, levels};
use crate::{
    Component, Waiver,
    file::{EvidenceFile, OneOrMany, WaiverFile},
    problem::{Problem, Problems},
    read::At,
};

/// What a component's detectors look at: its own choices before the common ones.
pub(super) fn settings(
    own: Option<EvidenceFile>,
    common: &EvidenceFile,
    problems: &mut Problems,
) -> Settings {
    let own = own.unwrap_or_default();
    let families = [
        ("migrations", own.migrations, &common.migrations),
        ("openapi", own.openapi, &common.openapi),
        ("graphql", own.graphql, &common.graphql),
        ("endpoints", own.endpoints, &common.endpoints),
        ("requirements", own.requirements, &common.requirements),
        ("config", own.config, &common.config),
        ("api-date", own.api_date, &common.api_date),
    ];
    let mut settings = Settings::default();
    for (family, own, common) in families {
        if let Some(chosen) = own.or_else(|| common.clone()) {
            settings.choices.insert(family.to_owned(), choice(chosen, problems));
        }
    }
    settings
}

fn choice(chosen: At<OneOrMany>, problems: &mut Problems) -> Choice {
    match chosen.value {
        OneOrMany::None => Choice::Off,
        OneOrMany::One(pattern) => {
            Choice::Files(globs(&[At { value: pattern, place: chosen.place }], problems))
        }
        OneOrMany::Many(patterns) => Choice::Files(globs(&patterns, problems)),
    }
}

/// The waivers, usable where no error was reported.
pub(super) fn waivers(
    files: Vec<At<WaiverFile>>,
    components: &[Component],
    problems: &mut Problems,
) -> Vec<Waiver> {
    files.into_iter().map(|file| waiver(file, components, problems)).collect()
}

fn waiver(
    At { value: file, place }: At<WaiverFile>,
    components: &[Component],
    problems: &mut Problems,
) -> Waiver {
    if let Some(problem) = levels::unknown(&file.rule) {
        problems.push(problem);
    }
    for text in [&file.by, &file.reason] {
        if text.trim().is_empty() {
            let message = format!("`{}` must not be empty", text.place.path);
            problems.push(Problem::at(Code::POLICY_BAD_VALUE, &text.place, message));
        }
    }
    if file.after.is_none() && file.until.is_none() {
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &place, "this waiver never ends");
        problems.push(problem.help("say `after` which release, or `until` which day it holds"));
    }
    let component = match &file.component {
        Some(name) => {
            let names: Vec<_> = components.iter().map(|each| each.name.clone()).collect();
            index_of(name, "component", &names, problems)
        }
        None => None,
    };
    if let Some(after) = &file.after {
        let mut spoken_of = components
            .iter()
            .enumerate()
            .filter(|(index, _)| component.is_none_or(|component| component == *index));
        if !spoken_of.any(|(_, component)| component.current().scheme.parse(after).is_ok()) {
            let message = format!("`{}` is no version of a component", after.escape_debug());
            problems.push(Problem::at(Code::POLICY_BAD_VALUE, &after.place, message));
        }
    }
    let subject = match &file.subject {
        Some(pattern) => match GlobBuilder::new(pattern).literal_separator(false).build() {
            Ok(glob) => Some(glob.compile_matcher()),
            Err(error) => {
                let message = format!("`{}` is no pattern", pattern.place.path);
                let problem = Problem::at(Code::POLICY_BAD_VALUE, &pattern.place, message);
                problems.push(problem.label(error.kind().to_string()));
                None
            }
        },
        None => None,
    };
    Waiver {
        rule: file.rule.value,
        subject,
        component,
        after: file.after.map(|after| after.value),
        until: file.until.and_then(|date| date.parse().ok()),
        by: file.by.value,
        reason: file.reason.value,
    }
}
