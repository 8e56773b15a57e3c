//! What is noticed beside one component's next version.

use trainyard_report::{Code, Finding, Location};
use trainyard_version::{Level, Version};

use super::{
    Evidence,
    decide::Case,
    target::Answer,
    words::{counted, named},
};

impl Case<'_> {
    /// A version that someone asked for by name wins, if it can.
    pub(super) fn heed_request(&self, answer: &mut Answer, findings: &mut Vec<Finding>) {
        let Some((asked, source)) = self.testimony.asked.get(&self.question.component) else {
            return;
        };
        let name = &self.component().name;
        let scheme = &self.rules().scheme;
        let base = self.question.base.as_ref().map(|base| &base.version);
        let refuse = |code, why: String, suggestion| {
            Finding::new(code, name, format!("{source} asks for {asked}, which {why}"))
                .suggest(suggestion)
        };
        if self.is_released(asked) || base.is_some_and(|base| asked <= base) {
            let suggestion = "ask for a version that is above every release of the line";
            findings.push(refuse(
                Code::OUT_OF_ORDER,
                "is not above what is released".to_owned(),
                suggestion,
            ));
            return;
        }
        if let Some(line) = self.question.role.line().filter(|line| scheme.line(asked) != *line) {
            let suggestion = "ask for it on a development branch";
            findings.push(refuse(
                Code::OFF_LINE,
                format!("does not belong to line {line}"),
                suggestion,
            ));
            return;
        }
        if let Some(needed) = answer.next.as_ref().filter(|next| *asked < **next) {
            let why = format!("is below {needed}, the least that the changes allow");
            findings.push(refuse(
                Code::BUMP_TOO_SMALL,
                why,
                "ask for a higher version, or take the changes back",
            ));
        }
        answer.because.push(format!("{source} asks for {asked}"));
        answer.next = Some(asked.clone());
    }

    /// A line's branch that lacks the line's newest release would take its fixes back.
    pub(super) fn note_missing_release(&self, findings: &mut Vec<Finding>) {
        let Some(tag) = &self.question.missing else { return };
        let message = format!(
            "{} does not contain {tag}, the newest release of its line",
            self.question.role.describe()
        );
        findings.push(
            Finding::new(Code::OFF_LINE, &self.component().name, message)
                .at(Location::reference(format!("refs/tags/{tag}")))
                .suggest(format!("merge {tag} into the branch before the next release")),
        );
    }

    pub(super) fn note_narrow_line(
        &self,
        level: Level,
        evidence: &[Evidence],
        findings: &mut Vec<Finding>,
    ) {
        let Some(line) = self.question.role.line() else { return };
        let on_line = self.question.base.as_ref().is_some_and(|base| base.line == line);
        if on_line && level > Level::Patch && !self.rules().scheme.is_calendar() {
            let takes = format!("line {line} takes patch releases");
            findings.push(too_narrow(&self.component().name, &takes, OTHER_BRANCH, evidence));
        }
    }

    /// A date that comes again raises the last number whatever the changes need, and that promises corrections.
    pub(super) fn note_narrow_date(
        &self,
        next: Option<&Version>,
        evidence: &[Evidence],
        findings: &mut Vec<Finding>,
    ) {
        let (Some(next), Some(base)) = (next, &self.question.base) else { return };
        let rules = self.rules();
        let stays = rules.scheme.is_calendar() && rules.scheme.line(next) == base.line;
        let is_wide = evidence.iter().any(|each| each.level > Level::Patch);
        if stays && is_wide && !rules.is_date_alone(next) {
            let takes = format!("{next} is a patch release of {}", base.line);
            let remedy =
                "release them under the next date, or let the policy's `levels` call them patches";
            findings.push(too_narrow(&self.component().name, &takes, remedy, evidence));
        }
    }
}

/// What to do with changes that a line's branch cannot take.
pub(crate) const OTHER_BRANCH: &str =
    "release them from a development branch, or record why they are compatible";

/// Says that something takes patch releases and gets changes that need more: those of the evidence that do.
pub(crate) fn too_narrow(
    subject: &str,
    takes: &str,
    remedy: &str,
    evidence: &[Evidence],
) -> Finding {
    let forcing: Vec<_> = evidence.iter().filter(|each| each.level > Level::Patch).collect();
    let message = format!(
        "{takes}, and {} on it would need more: {}",
        counted(forcing.len(), "change"),
        named(&forcing)
    );
    let mut finding = Finding::new(Code::LINE_TOO_NARROW, subject, message).suggest(remedy);
    finding.locations = forcing
        .iter()
        .filter_map(|each| each.change.source.commit.clone())
        .map(Location::commit)
        .collect();
    finding
}
