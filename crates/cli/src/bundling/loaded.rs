//! Bundles from files; a derived one together with its base.

use camino::{Utf8Path, Utf8PathBuf};
use trainyard_bundle::{Bundle, base_findings, read};
use trainyard_policy::{Policy, StreamKind};
use trainyard_report::Finding;
use trainyard_version::Scheme;

use crate::{args::Global, error::CommandError};

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
///
/// A version whose scheme the file does not say is read as the policy says of the stream with the bundle's name.
pub(crate) fn load(global: &Global, file: &Utf8Path) -> Result<Loaded, CommandError> {
    // What is wrong with a policy is told where it is needed.
    let policy = super::known_policy(global).ok().flatten();
    let scheme_of = |name: &str| scheme_of(policy.as_ref()?, name);
    load_below(&global.directory, file, &scheme_of, MOST_BASES)
}

/// The scheme by which a stream is numbered.
fn scheme_of(policy: &Policy, stream: &str) -> Option<Scheme> {
    match &policy.streams.iter().find(|it| it.name == stream)?.kind {
        StreamKind::Single { component } => {
            policy.components.get(*component).map(|it| it.current().scheme.clone())
        }
        StreamKind::Composite { scheme, .. } | StreamKind::Bundle { scheme, .. } => {
            Some(scheme.clone())
        }
    }
}

fn load_below(
    directory: &Utf8Path,
    file: &Utf8Path,
    scheme_of: &dyn Fn(&str) -> Option<Scheme>,
    bases: usize,
) -> Result<Loaded, CommandError> {
    let (bundle, mut findings) = of_file(directory, file, scheme_of)?;
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
    let base = load_below(directory, &base_file, scheme_of, rest)?;
    findings.extend(base.findings);
    findings.extend(base_findings(&bundle, &base.bundle));
    Ok(Loaded { bundle: bundle.over(&base.bundle), derived: Some((bundle, base.bundle)), findings })
}

fn of_file(
    directory: &Utf8Path,
    file: &Utf8Path,
    scheme_of: &dyn Fn(&str) -> Option<Scheme>,
) -> Result<(Bundle, Vec<Finding>), CommandError> {
    let text = crate::files::read_text(&directory.join(file))?;
    match file.extension() {
        // With the line itself, and what is wrong marked in it.
        Some("toml") => read::trainyard::bundle_of(file, &text, scheme_of)
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
