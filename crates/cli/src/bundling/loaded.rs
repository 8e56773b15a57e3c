//! Bundles from files; a derived one together with its base.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_bundle::{Bundle, base_findings, read};
use trainyard_report::Finding;

use crate::error::CommandError;

/// Longer chains of bundles derived from each other are a circle, or as bad.
const MOST_BASES: usize = 16;

/// A bundle that was read.
pub(crate) struct Loaded {
    /// The whole of it.
    pub(crate) bundle: Bundle,
    /// What its file says and the whole base, where it is a delta.
    pub(crate) derived: Option<(Bundle, Bundle)>,
    /// What is wrong with its file.
    pub(crate) findings: Vec<Finding>,
}

impl Loaded {
    /// A bundle that is whole.
    pub(crate) fn of((bundle, findings): (Bundle, Vec<Finding>)) -> Self {
        Self { bundle, derived: None, findings }
    }
}

/// Reads a bundle's file, and the files of its bases where it is a delta.
pub(crate) fn load(directory: &Utf8Path, file: &Utf8Path) -> Result<Loaded, CommandError> {
    load_below(directory, file, MOST_BASES)
}

fn load_below(directory: &Utf8Path, file: &Utf8Path, bases: usize) -> Result<Loaded, CommandError> {
    let (bundle, mut findings) = of_file(directory, file)?;
    let Some(path) = bundle.base.as_ref().and_then(|base| base.path.as_ref()) else {
        if bundle.without.is_empty() {
            return Ok(Loaded::of((bundle, findings)));
        }
        let message =
            format!("{file} leaves pins out of a base, and does not say which file that is");
        return Err(CommandError::usage(message).hint("name it: base = { name = …, path = … }"));
    };
    let Some(rest) = bases.checked_sub(1) else {
        let message = format!("{file}: more than {MOST_BASES} bundles are derived from each other");
        return Err(CommandError::usage(message).hint("one of them names itself as its base"));
    };
    let base_file = file.parent().map_or_else(Utf8PathBuf::new, Utf8Path::to_path_buf).join(path);
    let base = load_below(directory, &base_file, rest)?;
    findings.extend(base.findings);
    findings.extend(base_findings(&bundle, &base.bundle));
    Ok(Loaded { bundle: bundle.over(&base.bundle), derived: Some((bundle, base.bundle)), findings })
}

fn of_file(directory: &Utf8Path, file: &Utf8Path) -> Result<(Bundle, Vec<Finding>), CommandError> {
    let text = crate::files::read_text(&directory.join(file))?;
    match file.extension() {
        // With the line itself, and what is wrong marked in it.
        Some("toml") => read::trainyard::bundle(file, &text)
            .map_err(|complaints| CommandError::Policy(complaints.render(true))),
        _ => read::bundle(file, &text).map_err(|findings| match findings.first() {
            Some(finding) => refused(finding),
            None => CommandError::usage(format!("{file} is no bundle")),
        }),
    }
}

/// A file that cannot be read at all: its place, then why.
pub(crate) fn refused(finding: &Finding) -> CommandError {
    let line = finding.locations.first().and_then(|location| location.line);
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    let error = CommandError::usage(format!("{}{line}: {}", finding.subject, finding.message));
    match &finding.suggestion {
        Some(hint) => error.hint(hint.clone()),
        None => error,
    }
}
