//! `trainyard bundle resolve`.

use camino::Utf8Path;
use trainyard_bundle::{
    Bundle,
    lock::Lock,
    resolve::{Request, Resolved},
    write,
};
use trainyard_report::Outcome;
use trainyard_solve::Budget;

use crate::{
    args::{Global, PlanFormat, bundle::BundleResolve},
    bundling,
    error::CommandError,
    files,
    printer::Printer,
    render,
    resolving::{self, ResolveAnswer},
};

pub(super) fn run(
    global: &Global,
    args: &BundleResolve,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    if args.sources.catalogue.is_empty() && args.sources.tags.is_empty() {
        let error = CommandError::usage("no catalogue is named, so nothing can be chosen");
        return Err(error.hint("name one with --catalogue PATH or --tags REPOSITORY"));
    }
    let sources = bundling::catalogue(global, &args.sources.catalogue, &args.sources.tags)?;
    let current = args.current.as_ref().map(|file| bundling::load(global, file));
    let current = current.transpose()?.map(|loaded| loaded.bundle);
    let request = resolving::request(args, &sources.catalogue, current)?;
    let lock = match &args.lock {
        Some(file) if !args.update => read_lock(global, file, args.frozen)?,
        _ => None,
    };
    let budget = Budget { steps: args.steps };
    let answer = resolving::run(&sources.catalogue, &request, lock.as_ref(), args.frozen, budget);
    let mut written = Vec::new();
    if let ResolveAnswer::Resolved(resolved) = &answer {
        if let Some(file) = &args.output {
            let bundle = bundle(args, &request, resolved, file)?;
            files::write_whole(&global.directory.join(file), &write::bundle_file(&bundle))?;
            written.push(file.as_path());
        }
        if let Some(file) = args.lock.as_ref().filter(|_| !args.frozen) {
            let new = Lock::new(&request.digest(), resolved);
            if lock.as_ref() != Some(&new) {
                files::write_whole(&global.directory.join(file), &new.text())?;
                written.push(file);
            }
        }
    }
    let unknown: Vec<_> = request
        .current
        .iter()
        .flat_map(|bundle| &bundle.pins)
        .filter(|pin| sources.catalogue.name(&pin.name).is_none())
        .map(|pin| format!("{} {}", pin.name, pin.shown()))
        .collect();
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Markdown => {
            printer.print(&render::resolve_markdown(&answer, &request, args.all))?;
        }
        PlanFormat::Text => {
            let mut text = render::resolve_text(&answer, &request, args.all);
            if !unknown.is_empty() {
                let unknown = render::listed(&unknown);
                text.extend([format!("note: the catalogue does not know {unknown}\n")]);
            }
            text.extend(written.iter().map(|file| format!("wrote {file}\n")));
            printer.print(&text)?;
        }
    }
    let is_resolved = matches!(answer, ResolveAnswer::Resolved(_));
    Ok(if is_resolved { Outcome::Clean } else { Outcome::Findings })
}

/// The lock in a file. Without one there is nothing to hold against, unless just that is asked for.
fn read_lock(
    global: &Global,
    file: &Utf8Path,
    is_frozen: bool,
) -> Result<Option<Lock>, CommandError> {
    let path = global.directory.join(file);
    if !is_frozen && !path.exists() {
        return Ok(None);
    }
    let text = files::read_text(&path)?;
    Lock::read(&text).map(Some).map_err(|error| {
        CommandError::usage(format!("{file}: {error}"))
            .hint("resolve anew with --update, or remove the file")
    })
}

/// What was resolved as a bundle: around its pins it is as the current one.
fn bundle(
    args: &BundleResolve,
    request: &Request,
    resolved: &Resolved,
    file: &Utf8Path,
) -> Result<Bundle, CommandError> {
    let nothing = Bundle::default();
    let current = request.current.as_ref().unwrap_or(&nothing);
    let number = args.number.as_ref().map(|text| current.next_number(text));
    let number = number.transpose().map_err(|error| CommandError::usage(error.to_string()))?;
    let stem = || file.file_stem().unwrap_or("bundle").to_owned();
    let known = Some(&current.name).filter(|name| !name.is_empty());
    let name = args.name.as_ref().or(known).cloned().unwrap_or_else(stem);
    Ok(resolved.bundle(request, name, number))
}
