//! `trainyard compat`.

use camino::Utf8PathBuf;
use serde::Serialize;
use trainyard_bundle::{
    Attestations, Catalogue, Compatibility, LockstepGroup, Release, Rule, Verdict, compatibility,
};
use trainyard_report::Outcome;

use crate::{
    args::{
        Global, PlanFormat,
        bundle::Sources,
        compat::{Compat, CompatCommand, CompatMatrix, CompatPair},
    },
    bundling,
    error::CommandError,
    files,
    printer::Printer,
    render,
};

/// More versions make no table that anybody reads.
const MOST: usize = 200;

/// What is told of two releases.
#[derive(Debug, Serialize)]
pub(crate) struct PairAnswer {
    /// The one.
    pub(crate) left: String,
    /// The other.
    pub(crate) right: String,
    /// What the rules say.
    #[serde(flatten)]
    pub(crate) compatibility: Compatibility,
}

/// What is told of two components.
#[derive(Debug, Serialize)]
pub(crate) struct MatrixAnswer {
    /// The component whose versions are the rows.
    pub(crate) left: String,
    /// The component whose versions are the columns.
    pub(crate) right: String,
    /// The versions of the columns, newest first.
    pub(crate) columns: Vec<String>,
    /// The versions of the rows, newest first, each with what is said of it and each column.
    pub(crate) rows: Vec<MatrixRow>,
}

/// A row of a matrix.
#[derive(Debug, Serialize)]
pub(crate) struct MatrixRow {
    /// The version.
    pub(crate) version: String,
    /// What is said, by column.
    pub(crate) cells: Vec<MatrixCell>,
}

/// What is said of two versions.
#[derive(Debug, Serialize)]
pub(crate) struct MatrixCell {
    /// The verdict.
    pub(crate) verdict: Verdict,
    /// The rule that decided.
    pub(crate) rule: Option<Rule>,
    /// Its words.
    pub(crate) why: Option<String>,
}

pub(super) fn run(
    global: &Global,
    args: &Compat,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    match &args.command {
        Some(CompatCommand::Matrix(args)) => matrix(global, args, printer),
        None => pair(global, &args.pair, printer),
    }
}

fn pair(global: &Global, args: &CompatPair, printer: &Printer) -> Result<Outcome, CommandError> {
    let Known { catalogue, groups, attestations } = known(global, &args.sources, &args.attested)?;
    let left = release(&catalogue, args.left.as_deref().unwrap_or_default())?;
    let right = release(&catalogue, args.right.as_deref().unwrap_or_default())?;
    let title = |release: &Release| format!("{} {}", release.manifest.name, release.version());
    let answer = PairAnswer {
        left: title(left),
        right: title(right),
        compatibility: compatibility(left, right, &groups, &attestations),
    };
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Text => printer.print(&render::pair_text(&answer))?,
        PlanFormat::Markdown => printer.print(&render::pair_markdown(&answer))?,
    }
    let is_fine = answer.compatibility.verdict == Verdict::Compatible;
    Ok(if is_fine { Outcome::Clean } else { Outcome::Findings })
}

fn matrix(
    global: &Global,
    args: &CompatMatrix,
    printer: &Printer,
) -> Result<Outcome, CommandError> {
    let Known { catalogue, groups, attestations } = known(global, &args.sources, &args.attested)?;
    let left = newest(&catalogue, &args.left, args.newest)?;
    let right = newest(&catalogue, &args.right, args.newest)?;
    let text = |release: &&Release| release.version().text().to_owned();
    let cell = |row: &Release, column: &Release| {
        let Compatibility { verdict, rules } = compatibility(row, column, &groups, &attestations);
        let decisive = rules.into_iter().next();
        let rule = decisive.as_ref().map(|ruling| ruling.rule);
        MatrixCell { verdict, rule, why: decisive.map(|ruling| ruling.why) }
    };
    let row = |release: &&Release| MatrixRow {
        version: text(release),
        cells: right.iter().map(|column| cell(release, column)).collect(),
    };
    let answer = MatrixAnswer {
        left: args.left.clone(),
        right: args.right.clone(),
        columns: right.iter().map(text).collect(),
        rows: left.iter().map(row).collect(),
    };
    match args.format {
        PlanFormat::Json => printer.print_json(&answer)?,
        PlanFormat::Text => printer.print(&render::matrix_text(&answer))?,
        PlanFormat::Markdown => printer.print(&render::matrix_markdown(&answer))?,
    }
    Ok(Outcome::Clean)
}

/// What is known of releases.
struct Known {
    catalogue: Catalogue,
    /// The groups that share their lines.
    groups: Vec<LockstepGroup>,
    /// What was tested together.
    attestations: Attestations,
}

fn known(
    global: &Global,
    sources: &Sources,
    attested: &[Utf8PathBuf],
) -> Result<Known, CommandError> {
    if sources.catalogue.is_empty() && sources.tags.is_empty() {
        let error = CommandError::usage("no catalogue is named, so no release is known");
        return Err(error.hint("name one with --catalogue PATH or --tags REPOSITORY"));
    }
    let catalogue = bundling::catalogue(global, &sources.catalogue, &sources.tags)?.catalogue;
    let groups = bundling::expectations(global)?.groups;
    let mut attestations = Attestations::default();
    for file in attested {
        let text = files::read_text(&global.directory.join(file))?;
        let read =
            Attestations::read(file, &text).map_err(|finding| bundling::refused(&finding))?;
        attestations.extend(read);
    }
    Ok(Known { catalogue, groups, attestations })
}

/// The release that `NAME@VERSION` names.
fn release<'a>(catalogue: &'a Catalogue, text: &str) -> Result<&'a Release, CommandError> {
    let Some((name, version)) = text.rsplit_once('@').filter(|(name, _)| !name.is_empty()) else {
        return Err(CommandError::usage(format!("`{text}` is not NAME@VERSION")));
    };
    let family = published(catalogue, name)?;
    catalogue.find_first(family, version).ok_or_else(|| {
        let newest = catalogue.releases(family).last().map(|it| it.version().text());
        CommandError::usage(format!("the catalogue has no {name} {version}"))
            .hint(format!("the newest is {}", newest.unwrap_or_default()))
    })
}

/// The number of a component that has releases.
fn published(catalogue: &Catalogue, name: &str) -> Result<trainyard_bundle::NameId, CommandError> {
    let found = catalogue.name(name).filter(|name| !catalogue.releases(*name).is_empty());
    found.ok_or_else(|| {
        let error = CommandError::usage(format!("the catalogue has no release of `{name}`"));
        match catalogue.did_you_mean(name) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        }
    })
}

/// The newest versions of a component, newest first; of several contents of one version the first that counts.
fn newest<'a>(
    catalogue: &'a Catalogue,
    name: &str,
    count: usize,
) -> Result<Vec<&'a Release>, CommandError> {
    let family = published(catalogue, name)?;
    let releases = catalogue.releases(family).iter().rev();
    let mut found: Vec<&Release> = Vec::new();
    for release in releases {
        let text = release.version().text();
        if found.last().is_none_or(|last| last.version().text() != text) {
            if found.len() == count.min(MOST) {
                break;
            }
            found.extend(catalogue.find_first(family, text));
        }
    }
    Ok(found)
}
