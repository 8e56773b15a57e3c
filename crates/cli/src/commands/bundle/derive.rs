//! `trainyard bundle derive` and `trainyard bundle rebase`.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_bundle::{Base, Bundle, Delta, Numbered, Pin, RebaseConflict, nearest, write};
use trainyard_report::Outcome;
use trainyard_version::Scheme;

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
    let base = bundling::load(&global.directory, &args.base)?.bundle;
    let mut pins = Vec::new();
    for text in &args.overrides {
        let pin = pin(text)?;
        has(&base, &pin.name, "overridden")?;
        pins.push(pin);
    }
    for text in &args.add {
        let pin = pin(text)?;
        if let Some(known) = base.pin(&pin.name) {
            let message = format!("{} pins {} {} already", base.title(), known.name, known.shown());
            return Err(CommandError::usage(message).hint("use --override for another version"));
        }
        pins.push(pin);
    }
    for name in &args.remove {
        has(&base, name, "left out")?;
    }
    let names = pins.iter().map(|pin| &pin.name).chain(&args.remove);
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.array_windows::<2>().find(|[left, right]| left == right) {
        return Err(CommandError::usage(format!("`{twice}` is named twice")));
    }
    let name = args.name.clone();
    let derived = Bundle {
        name: name.unwrap_or_else(|| args.output.file_stem().unwrap_or("bundle").to_owned()),
        version: number(args.number.as_deref(), &base)?,
        is_final: base.is_final,
        base: Some(base_of(&base, &base_path(global, &args.output, &args.base))),
        without: args.remove.clone(),
        pins,
        ..Bundle::default()
    };
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
    let loaded = bundling::load(&global.directory, &args.studio)?;
    let Some((derived, old)) = loaded.derived else {
        let message = format!("{} stores all its pins, and is derived from nothing", args.studio);
        return Err(
            CommandError::usage(message).hint("`trainyard bundle derive` writes such a file")
        );
    };
    let new = bundling::load(&global.directory, &args.onto)?.bundle;
    let rebased = trainyard_bundle::rebase(&Delta::between(&old, &loaded.bundle), &old, &new);
    let output = args.output.as_ref();
    let place = output.unwrap_or(&args.studio);
    let delta = &rebased.delta;
    let moved = Bundle {
        pins: delta.overridden.iter().chain(&delta.added).cloned().collect(),
        without: delta.removed.clone(),
        base: Some(base_of(&new, &base_path(global, place, &args.onto))),
        ..derived
    };
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

/// A pin from `NAME@VERSION`.
fn pin(text: &str) -> Result<Pin, CommandError> {
    match text.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() && !version.is_empty() => {
            Ok(Pin::new(name, version))
        }
        _ => Err(CommandError::usage(format!("`{text}` is not NAME@VERSION"))),
    }
}

/// Refuses what the base does not pin.
fn has(base: &Bundle, name: &str, what: &str) -> Result<(), CommandError> {
    if base.pin(name).is_some() {
        return Ok(());
    }
    let message = format!("{} does not pin `{name}`, so it cannot be {what}", base.title());
    let meant = nearest(name, base.pins.iter().map(|pin| pin.name.as_str()));
    let error = CommandError::usage(message);
    Err(match meant {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error,
    })
}

/// A version for a bundle, by the scheme of another bundle's.
fn number(text: Option<&str>, base: &Bundle) -> Result<Option<Numbered>, CommandError> {
    let Some(text) = text else { return Ok(None) };
    let usual = || write::SCHEME.parse().unwrap_or_else(|_| Scheme::semver());
    let scheme = base.version.as_ref().map_or_else(usual, |version| version.scheme().clone());
    let version = Numbered::read(text, &scheme);
    match version.error() {
        Some(error) => Err(CommandError::usage(format!("the bundle's version: {error}"))),
        None => Ok(Some(version)),
    }
}

fn base_of(base: &Bundle, path: &Utf8Path) -> Base {
    Base {
        name: base.name.clone(),
        version: base.version.as_ref().map(|version| version.text().to_owned()),
        digest: Some(base.fingerprint()),
        path: Some(path.to_path_buf()),
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
