//! `trainyard bundle resolve --rez`.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use trainyard_bundle::read::{self, RezPackages};
use trainyard_evidence::Tree;
use trainyard_git::FolderTree;
use trainyard_report::{Finding, Outcome};
use trainyard_rez::{self as rez, Beyond, Catalogue, Request, Resolution};

use crate::{
    args::{Global, PlanFormat, bundle::BundleResolve},
    error::CommandError,
    printer::Printer,
    render,
};

/// Larger catalogues are not read: 1 GB.
const LARGEST_BYTES: u64 = 1 << 30;

/// How packed catalogues begin; the reader checks the rest.
const PACKED: &[u8] = b"TYRDREZ\n";

/// What is told of a request of Rez.
#[derive(Debug, Serialize)]
pub(crate) struct RezAnswer {
    /// `resolved`, `refused` or `gave-up`.
    pub(crate) status: &'static str,
    /// The packages, each after those it requires.
    pub(crate) packages: Vec<RezPackage>,
    /// What is left of the ranges of ephemeral families.
    pub(crate) ephemerals: Vec<String>,
    /// What Rez says, where it has no answer.
    pub(crate) rez: Option<String>,
    /// Whether the answer goes beyond what Rez would give.
    pub(crate) is_beyond_rez: bool,
    /// How many steps Rez's search takes.
    pub(crate) steps: u64,
    /// What is wrong with the packages' files.
    pub(crate) findings: Vec<Finding>,
}

/// A package that was chosen.
#[derive(Debug, Serialize)]
pub(crate) struct RezPackage {
    /// Its family.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Which of its variants; none where it has no variants.
    pub(crate) variant: Option<usize>,
}

pub(super) fn run(
    global: &Global,
    args: &BundleResolve,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let (catalogue, findings) = catalogue(global, &args.sources.catalogue)?;
    if let Some(file) = &args.pack {
        let path = global.directory.join(file);
        fs_err::write(&path, catalogue.pack())
            .map_err(|error| CommandError::environment(&error))?;
    }
    let mut request = Request::parse(&args.requests).map_err(|error| {
        let source = error.source.to_string();
        CommandError::usage(format!("{error}: {source}"))
    })?;
    request.options.work_beyond = args.steps;
    if let Some(config) = &args.rez_config {
        super::rez_config::apply(global, config, &mut request)?;
    }
    let resolution = rez::resolve(&catalogue, &request);
    checked(&catalogue, &request, &resolution)?;
    let answer = told(&resolution, findings);
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Text => printer.print(&render::rez_text(&answer))?,
        PlanFormat::Markdown => printer.print(&render::rez_markdown(&answer))?,
    }
    Ok(if answer.status == "resolved" { Outcome::Clean } else { Outcome::Findings })
}

/// Refuses to show an answer that does not hold.
fn checked(
    catalogue: &Catalogue,
    request: &Request,
    resolution: &Resolution,
) -> Result<(), CommandError> {
    let violations = resolution.answer().map(|answer| rez::validate(catalogue, request, answer));
    match violations.unwrap_or_default().first() {
        None => Ok(()),
        Some(violation) => {
            Err(CommandError::internal(format!("the answer found does not hold: {violation}")))
        }
    }
}

fn told(resolution: &Resolution, findings: Vec<Finding>) -> RezAnswer {
    let answer = resolution.answer();
    let rez = match &resolution.outcome {
        rez::Outcome::Solved(_) => None,
        rez::Outcome::Failed { description, .. } => Some(description.clone()),
        rez::Outcome::Aborted(abort) => Some(abort.to_string()),
        rez::Outcome::Unfinished => {
            Some(format!("its search does not end within {} steps", resolution.steps))
        }
    };
    let is_unfinished = matches!(resolution.beyond_rez, Some(Beyond::Unfinished));
    let package = |chosen: &rez::ChosenPackage| RezPackage {
        name: chosen.name.clone(),
        version: chosen.version.clone(),
        variant: chosen.variant,
    };
    RezAnswer {
        status: match answer {
            Some(_) => "resolved",
            None if is_unfinished => "gave-up",
            None => "refused",
        },
        packages: answer.iter().flat_map(|it| &it.packages).map(package).collect(),
        ephemerals: answer.iter().flat_map(|it| &it.ephemerals).map(ToString::to_string).collect(),
        is_beyond_rez: rez.is_some() && answer.is_some(),
        rez,
        steps: resolution.steps,
        findings,
    }
}

/// The packages of folders and files. A packed catalogue stands alone.
fn catalogue(
    global: &Global,
    paths: &[Utf8PathBuf],
) -> Result<(Catalogue, Vec<Finding>), CommandError> {
    if paths.is_empty() {
        let error = CommandError::usage("no catalogue is named, so nothing can be chosen");
        return Err(error.hint("name a folder of packages, or a file, with --catalogue PATH"));
    }
    let mut all = RezPackages::default();
    for path in paths {
        let full = global.directory.join(path);
        if full.is_dir() {
            all.extend(of_folder(&full, path)?);
            continue;
        }
        let about = fs_err::metadata(&full).map_err(|error| CommandError::environment(&error))?;
        if !about.is_file() || about.len() > LARGEST_BYTES {
            return Err(CommandError::usage(format!("{path} is no file of at most 1 GB")));
        }
        let bytes = fs_err::read(&full).map_err(|error| CommandError::environment(&error))?;
        if bytes.starts_with(PACKED) {
            let unpacked = Catalogue::unpack(&bytes)
                .map_err(|error| CommandError::usage(format!("{path}: {error}")))?;
            return match paths {
                [_] => Ok((unpacked, Vec::new())),
                _ => Err(CommandError::usage(format!("{path} is packed, and stands alone"))),
            };
        }
        let text = String::from_utf8(bytes)
            .map_err(|_| CommandError::usage(format!("{path} is not UTF-8")))?;
        if path.file_name() == Some("package.py") {
            all.extend(read::rez_package(path, &text));
        } else {
            let definitions = read::rez_families(&text)
                .map_err(|error| CommandError::usage(format!("{path}: {error}")))?;
            all.definitions.extend(definitions);
        }
    }
    let catalogue = Catalogue::new(all.definitions).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        let rest = errors.len().saturating_sub(1);
        let rest = if rest > 0 { format!(" (and {rest} more)") } else { String::new() };
        CommandError::usage(format!("{first}{rest}"))
    })?;
    Ok((catalogue, all.findings))
}

fn of_folder(folder: &Utf8Path, path: &Utf8Path) -> Result<RezPackages, CommandError> {
    const LARGEST_PACKAGE: u64 = 1 << 20;
    let is_package = |file: &Utf8Path| file.file_name() == Some("package.py");
    let tree =
        FolderTree::open(folder, &is_package).map_err(|error| CommandError::environment(&error))?;
    let mut all = RezPackages::default();
    for entry in tree.root().files().filter(|entry| is_package(&entry.path)) {
        let bytes = tree.read(entry, LARGEST_PACKAGE);
        if let Some(text) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) {
            all.extend(read::rez_package(&path.join(&entry.path), &text));
        }
    }
    Ok(all)
}
