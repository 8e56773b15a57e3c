//! `trainyard bundle diff`.

use serde::Serialize;
use trainyard_bundle::{BundleDifference, difference};
use trainyard_report::Outcome;

use crate::{
    args::{Global, PlanFormat, bundle::BundleDiff},
    bundling::{self, ComponentEvidence, ServerAnswer},
    error::CommandError,
    printer::Printer,
    render,
};

/// What is told of two bundles.
#[derive(Debug, Serialize)]
pub(crate) struct DiffAnswer {
    /// The older one.
    pub(crate) before: String,
    /// The newer one.
    pub(crate) after: String,
    /// What lies between them.
    #[serde(flatten)]
    pub(crate) difference: BundleDifference,
    /// The lowest server that the older one runs on.
    pub(crate) server_before: Option<ServerAnswer>,
    /// The lowest server that the newer one runs on.
    pub(crate) server_after: Option<ServerAnswer>,
    /// What changed in components whose clones are known.
    pub(crate) evidence: Vec<ComponentEvidence>,
    /// Names of components that moved, and of which no clone tells what changed in them.
    pub(crate) not_compared: Vec<String>,
    /// Whether a catalogue is known, so that requirements could be compared.
    #[serde(skip)]
    pub(crate) has_catalogue: bool,
}

pub(super) fn run(
    global: &Global,
    args: &BundleDiff,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let sources = bundling::catalogue(global, &args.sources.catalogue, &args.sources.tags)?;
    let before = bundling::load(global, &args.before)?.bundle;
    let after = bundling::load(global, &args.after)?.bundle;
    let difference = difference(&before, &after, &sources.catalogue);
    let sides = (&before, &after);
    let (evidence, not_compared) =
        bundling::between(global, &args.sources.tags, &sources.catalogue, sides, &difference)?;
    let answer = DiffAnswer {
        before: before.title(),
        after: after.title(),
        difference,
        evidence,
        not_compared,
        server_before: ServerAnswer::of(&before, &sources.catalogue),
        server_after: ServerAnswer::of(&after, &sources.catalogue),
        has_catalogue: !sources.catalogue.is_empty(),
    };
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Text => printer.print(&render::diff_text(&answer))?,
        PlanFormat::Markdown => printer.print(&render::diff_markdown(&answer))?,
    }
    Ok(Outcome::Clean)
}
