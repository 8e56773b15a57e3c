//! `trainyard bundle flavours`.

use std::collections::BTreeMap;

use serde::Serialize;
use trainyard_bundle::{Bundle, FlavourDifference, UnknownFlavour, flavour_findings, write};
use trainyard_report::{Finding, Outcome};

use super::audit::print_findings;
use crate::{
    args::{AuditFormat, Global, bundle::BundleFlavours},
    bundling,
    error::CommandError,
    files,
    printer::Printer,
    render,
};

/// What is told of flavours.
#[derive(Debug, Serialize)]
pub(crate) struct FlavoursAnswer {
    /// The bundle.
    pub(crate) bundle: String,
    /// How many pins it has.
    pub(crate) pins: usize,
    /// The pins of each flavour that is asked for, in the bundle's order of pins.
    pub(crate) flavours: BTreeMap<String, Vec<String>>,
    /// What two flavours do not share, where that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) difference: Option<FlavourDifference>,
    /// What is wrong with flavours.
    pub(crate) findings: Vec<Finding>,
    /// Whether a catalogue is known, so that requirements could be checked.
    #[serde(skip)]
    pub(crate) has_catalogue: bool,
}

pub(super) fn run(
    global: &Global,
    args: &BundleFlavours,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let sources = bundling::catalogue(global, &args.sources.catalogue, &args.sources.tags)?;
    let bundle = bundling::load(global, &args.file)?.bundle;
    let unknown = |error: UnknownFlavour| CommandError::usage(error.to_string());
    let names = |bundle: &Bundle| bundle.pins.iter().map(|pin| pin.name.clone()).collect();
    let mut answer = FlavoursAnswer {
        bundle: bundle.title(),
        pins: bundle.pins.len(),
        flavours: BTreeMap::new(),
        difference: None,
        findings: flavour_findings(&bundle, &sources.catalogue),
        has_catalogue: !sources.catalogue.is_empty(),
    };
    let mut written = None;
    if let [left, right] = args.difference.as_slice() {
        answer.difference = Some(bundle.flavour_difference(left, right).map_err(unknown)?);
        answer.flavours = [left, right]
            .into_iter()
            .map(|name| Ok((name.clone(), names(&bundle.united(&[name])?))))
            .collect::<Result<_, _>>()
            .map_err(unknown)?;
    } else if !args.union.is_empty() {
        let mut united = bundle.united(&args.union).map_err(unknown)?;
        let title = args.union.join("+");
        answer.flavours.insert(title.clone(), names(&united));
        if let Some(file) = &args.output {
            united.name = format!("{} {title}", united.name);
            files::write_whole(&global.directory.join(file), &write::bundle_file(&united))?;
            written = Some(file);
        }
    } else {
        for name in bundle.flavours.keys() {
            let united = bundle.united(&[name]).map_err(unknown)?;
            answer.flavours.insert(name.clone(), names(&united));
        }
    }
    match args.format {
        AuditFormat::Text => {
            let mut text = render::flavours_text(&answer, printer.text_options(args.all));
            text.extend(written.iter().map(|file| format!("wrote {file}\n")));
            printer.print(&text)?;
        }
        AuditFormat::Json => printer.print_json(&answer)?,
        AuditFormat::Markdown => printer.print(&render::flavours_markdown(&answer))?,
        format => print_findings(&answer.findings, format, args.all, printer)?,
    }
    Ok(Outcome::of(&answer.findings))
}
