//! `[rules.prerelease]` and `[rules.next-development]`.

use jiff::civil::{Date, date};
use trainyard_report::Code;
use trainyard_version::{Level, Phase, PreStep, Scheme, Step};

use super::rules::{Scope, on};
use crate::{
    NextDevelopment, PrereleaseRules,
    file::{NextDevelopmentFile, PrereleaseFile, Switch},
    problem::{Problem, Problems},
    read::{At, Place, node::shorten},
};

/// A day after all examples of schemes.
pub(crate) const AFTER_EXAMPLES: Date = date(2026, 1, 2);

/// Reads how pre-releases go; of a scheme that writes none of them, what is stated for wider use is left out.
///
/// `scheme` is the component's own with its place, where it could be read.
pub(crate) fn resolve(
    scope: Scope<'_>,
    scheme: Option<(&Scheme, Option<&Place>)>,
    file: Option<At<Switch<PrereleaseFile>>>,
    problems: &mut Problems,
) -> PrereleaseRules {
    let none = PrereleaseRules { phases: Vec::new(), default_phase: None, must_be_finalised: true };
    let Some(PrereleaseFile { phases, start, default, must_be_finalised }) = on(file) else {
        return none;
    };
    let start = start.unwrap_or(1);
    let stated = phases.as_ref().map(|list| &list.place);
    let mut steps: Vec<PreStep> = Vec::new();
    let mut lacking = false;
    for label in phases.iter().flat_map(|list| &list.value) {
        let step = phase(label, start, problems);
        if let (Some(step), Some((scheme, place))) = (&step, scheme)
            && !writes(scheme, step)
        {
            if is_meant_for(label, place) {
                problems.push(unwritten(label, scheme));
            }
            lacking = true;
            continue;
        }
        if let Some(earlier) =
            step.as_ref().and_then(|step| steps.iter().find(|known| known.phase >= step.phase))
        {
            problems.push(unordered_phase(label, &earlier.phase));
        } else {
            steps.extend(step);
        }
    }
    let default_phase = default.and_then(|label| {
        let wanted = phase(&label, start, problems)?;
        if lacking || scope.has_lost("prerelease.phases", stated, problems) {
            return None;
        }
        if !steps.contains(&wanted) {
            let labels: Vec<&str> = steps.iter().map(|step| step.phase.label()).collect();
            let message = format!("`{}` is no phase of pre-releases here", label.escape_debug());
            let mut problem = Problem::at(Code::POLICY_UNKNOWN_NAME, &label.place, message).help(
                if labels.is_empty() {
                    "list it in `phases`".to_owned()
                } else {
                    format!("phases are {}", labels.join(", "))
                },
            );
            if let Some(place) = stated {
                problem = problem.related(place, "the phases");
            }
            problems.push(problem);
            return None;
        }
        Some(wanted)
    });
    PrereleaseRules {
        phases: steps,
        default_phase,
        must_be_finalised: must_be_finalised.unwrap_or(true),
    }
}

/// Whether a scheme can write a pre-release of this kind at all.
fn writes(scheme: &Scheme, pre: &PreStep) -> bool {
    let levels = [Level::Minor, Level::Patch, Level::Major];
    let steps = levels.map(|level| Step::Level(level, Some(pre.clone())));
    let examples = scheme.examples();
    examples
        .iter()
        .any(|example| steps.iter().any(|step| scheme.step(example, step, AFTER_EXAMPLES).is_ok()))
}

/// Whether a label was stated for just this scheme, rather than for all components or by a preset.
fn is_meant_for(label: &At<String>, scheme: Option<&Place>) -> bool {
    let depth = |place: &Place| {
        let of_revision = place.path.starts_with("revisions");
        let of_component = place.path.contains("components.");
        usize::from(of_revision) * 2 + usize::from(of_component)
    };
    !label.place.inherited
        && scheme.is_none_or(|scheme| scheme.inherited || depth(&label.place) >= depth(scheme))
}

fn unwritten(label: &At<String>, scheme: &Scheme) -> Problem {
    let message =
        format!("`{scheme}` writes no pre-releases called {}", shorten(label).escape_debug());
    Problem::at(Code::POLICY_CONTRADICTION, &label.place, message)
        .help("remove it, set `prerelease = false`, or choose a scheme that has them")
}

/// A stage by its label; other labels than the usual ones are allowed where they are words.
fn phase(label: &At<String>, start: u64, problems: &mut Problems) -> Option<PreStep> {
    let is_word = !label.is_empty()
        && label.len() <= 40
        && label.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !is_word {
        let message = format!("`{}` is no label of pre-releases", label.place.path);
        let problem = Problem::at(Code::POLICY_BAD_VALUE, &label.place, message);
        problems.push(
            problem.help("a label is a word of letters, such as \"alpha\", \"beta\" or \"rc\""),
        );
        return None;
    }
    Some(PreStep { phase: Phase::from_label(label), start: Some(start) })
}

fn unordered_phase(label: &At<String>, earlier: &Phase) -> Problem {
    let message = format!("`{}` cannot come after {}", label.escape_debug(), earlier.label());
    Problem::at(Code::POLICY_CONTRADICTION, &label.place, message)
        .help("list the phases in the order of the way to the final release: other labels, alpha, beta, rc")
}

/// Reads what a development branch becomes; `scheme` is the component's own with its place, where it could be read.
pub(crate) fn next_development(
    file: NextDevelopmentFile,
    scheme: Option<(&Scheme, Option<&Place>)>,
    problems: &mut Problems,
) -> Option<NextDevelopment> {
    let level = file.level.map_or(Level::Minor, |level| level.value.into());
    let Some(stated) = file.mark else { return Some(NextDevelopment { level, mark: None }) };
    let mark = match stated.as_str() {
        "dev" => None,
        _ => Some(pre_release_mark(&stated, problems)?),
    };
    if let Some((scheme, place)) = scheme
        && is_meant_for(&stated, place)
        && !marks(scheme, level, mark.as_ref())
    {
        let shown = shorten(&stated);
        let message = format!("`{scheme}` writes no version marked {}", shown.escape_debug());
        let problem = Problem::at(Code::POLICY_CONTRADICTION, &stated.place, message);
        problems.push(problem.help(
            "write another mark, set `next-development = false`, or choose a scheme that has it",
        ));
    }
    Some(NextDevelopment { level, mark })
}

/// Whether a scheme has a version for development after a final one.
fn marks(scheme: &Scheme, level: Level, mark: Option<&PreStep>) -> bool {
    let step = Step::NextDevelopment(level, mark.cloned());
    let mut finals = scheme.examples().into_iter().filter(|version| !version.is_prerelease());
    finals.next().is_none_or(|version| scheme.step(&version, &step, AFTER_EXAMPLES).is_ok())
}

/// Reads `a1` or `rc0`.
fn pre_release_mark(mark: &At<String>, problems: &mut Problems) -> Option<PreStep> {
    let digits = mark.find(|letter: char| letter.is_ascii_digit()).unwrap_or(mark.len());
    let (label, number) = mark.split_at(digits);
    let label = label.trim_end_matches(['.', '-']);
    let number = number.parse().ok();
    let phase = Phase::from_label(label);
    if number.is_some() && !matches!(phase, Phase::Other(_)) {
        return Some(PreStep { phase, start: number });
    }
    let message = format!("`{}` is no mark of an unreleased version", mark.place.path);
    let problem = Problem::at(Code::POLICY_BAD_VALUE, &mark.place, message);
    problems.push(problem.help("write \"dev\", or a pre-release with its number such as \"a1\""));
    None
}
