//! `trainyard bundle derive` and `trainyard bundle rebase`.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_bundle::{Delta, Derivation, DeriveError, Pin, RebaseConflict, write};
use trainyard_report::Outcome;

use crate::{
    args::{
        Global, PlanFormat,
        bundle::{BundleDerive, BundleRebase},
    },
    bundling,
    error::CommandError,
    files,
    printer::Printer,
    render,
};

/// What is told of a rebase.
#[derive(Debug, Serialize)]
pub(crate) struct RebaseAnswer {
    /// The derived bundle.
    pub(crate) bundle: String,
    /// Its base until now.
    pub(crate) old_base: String,
    /// Its base from now on.
    pub(crate) new_base: String,
    /// How many pins differ from the new base.
    pub(crate) distance: usize,
    /// Where both sides changed the same.
    pub(crate) conflicts: Vec<RebaseConflict>,
    /// Components for which the new base has what the studio wanted.
    pub(crate) absorbed: Vec<String>,
}

pub(super) fn run(
    global: &Global,
    args: &BundleDerive,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let base = bundling::load(global, &args.base)?.bundle;
    let stem = || args.output.file_stem().unwrap_or("bundle").to_owned();
    let asked = Derivation {
        name: args.name.clone().unwrap_or_else(stem),
        version: args.number.clone(),
        overrides: pins(&args.overrides)?,
        additions: pins(&args.add)?,
        removals: args.remove.clone(),
    };
    let path = base_path(global, &args.output, &args.base);
    let derived = base.derived(&asked, Some(path)).map_err(|error| refused(&error))?;
    let whole = derived.over(&base);
    files::write_whole(&global.directory.join(&args.output), &write::bundle_file(&derived))?;
    let delta = Delta::between(&base, &whole);
    printer.print(&render::derived_text(&whole, &base, &delta, &args.output))?;
    Ok(Outcome::Clean)
}

pub(super) fn rebase(
    global: &Global,
    args: &BundleRebase,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let loaded = bundling::load(global, &args.studio)?;
    let Some((derived, old)) = loaded.derived else {
        let message = format!("{} stores all its pins, and is derived from nothing", args.studio);
        return Err(
            CommandError::usage(message).hint("`trainyard bundle derive` writes such a file")
        );
    };
    let new = bundling::load(global, &args.onto)?.bundle;
    let rebased = trainyard_bundle::rebase(&Delta::between(&old, &loaded.bundle), &old, &new);
    let output = args.output.as_ref();
    let place = output.unwrap_or(&args.studio);
    let moved = derived.moved(&rebased, &new, Some(base_path(global, place, &args.onto)));
    if let Some(file) = output {
        files::write_whole(&global.directory.join(file), &write::bundle_file(&moved))?;
    }
    let answer = RebaseAnswer {
        bundle: moved.title(),
        old_base: old.title(),
        new_base: new.title(),
        distance: rebased.delta.distance(),
        conflicts: rebased.conflicts,
        absorbed: rebased.absorbed,
    };
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Markdown => printer.print(&render::rebase_markdown(&answer))?,
        PlanFormat::Text => {
            let mut text = render::rebase_text(&answer);
            match output {
                Some(file) => text.extend([format!("wrote {file}\n")]),
                None => text.push_str("nothing was written; --output FILE does so\n"),
            }
            printer.print(&text)?;
        }
    }
    let is_clean = answer.conflicts.is_empty();
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

/// Pins from `NAME@VERSION`.
fn pins(texts: &[String]) -> Result<Vec<Pin>, CommandError> {
    texts.iter().map(|text| text.parse().map_err(CommandError::usage)).collect()
}

fn refused(error: &DeriveError) -> CommandError {
    let told = CommandError::usage(error.to_string());
    match error {
        DeriveError::NotPinned { meant: Some(meant), .. } => {
            told.hint(format!("did you mean `{meant}`?"))
        }
        DeriveError::Pinned { .. } => told.hint("use --override for another version"),
        _ => told,
    }
}

/// The base's file as it is seen from the folder of the derived one.
fn base_path(global: &Global, derived: &Utf8Path, base: &Utf8Path) -> Utf8PathBuf {
    if base.is_absolute() {
        return base.to_path_buf();
    }
    let whole = |path: &Utf8Path| {
        let path = if path.as_str().is_empty() { Utf8Path::new(".") } else { path };
        path.canonicalize_utf8().ok()
    };
    let folder = global.directory.join(derived);
    let folder = folder.parent().and_then(whole);
    let (Some(folder), Some(target)) = (folder, whole(&global.directory.join(base))) else {
        return base.to_path_buf();
    };
    let shared = folder
        .components()
        .zip(target.components())
        .take_while(|(left, right)| left == right)
        .count();
    let up = folder.components().skip(shared).map(|_| "..");
    let down = target.components().skip(shared).map(|part| part.as_str());
    // Read on every system, so with the separator that all of them know.
    Utf8PathBuf::from(up.chain(down).collect::<Vec<_>>().join("/"))
}
