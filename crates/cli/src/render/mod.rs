//! How answers look.

mod audit;
mod evidence;
mod markdown;
mod plan;

use serde::Serialize;
use trainyard_history::plan::{Evidence, Plan};

pub(crate) use self::{
    audit::audit_text,
    evidence::{check_json, check_markdown, check_text, evidence_markdown, evidence_text},
    markdown::plan_markdown,
    plan::plan_text,
};

/// A plan for programs.
#[derive(Serialize)]
pub(crate) struct PlanDocument<'a> {
    /// What was assumed where there is no policy file.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'a str>,
    #[serde(flatten)]
    plan: &'a Plan,
}

pub(crate) fn plan_json<'a>(plan: &'a Plan, assumed: Option<&'a str>) -> PlanDocument<'a> {
    PlanDocument { assumed, plan }
}

/// `1 commit`, `2 commits`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Whether a piece of evidence only asks for a version; the derivation tells of it, and it has no level.
fn is_request(evidence: &Evidence) -> bool {
    evidence.change.rule == "commits.release-as"
}
