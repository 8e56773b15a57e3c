//! From files to manifests and bundles. Texts in, values and findings out; nothing is ever executed.

mod ayon;
mod package_py;
mod packages;
mod rez;
mod submodules;
pub mod trainyard;

use camino::Utf8Path;
use trainyard_evidence::Unreadable;
use trainyard_report::{Code, Finding, Location};

pub use self::{
    ayon::{ayon_addons, ayon_bundle},
    package_py::rez_requirement,
    packages::version_of_tag,
    rez::{RezPackages, rez_families, rez_package},
    submodules::{Gitlink, submodules},
};
use crate::{Bundle, Manifest, Origin, Place, Range};

/// What was read, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// Releases.
    pub manifests: Vec<Manifest>,
    /// Bundles.
    pub bundles: Vec<Bundle>,
    /// What is wrong with the files.
    pub findings: Vec<Finding>,
}

impl Imported {
    /// Adds what was read elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.manifests.extend(other.manifests);
        self.bundles.extend(other.bundles);
        self.findings.extend(other.findings);
    }

    fn of_findings(findings: Vec<Finding>) -> Self {
        Self { findings, ..Self::default() }
    }
}

/// Reads a file of any known format, by its name and content; `None` for other files.
///
/// `origin` is where the file was read: a repository, a tag, a commit. A manifest that says no version takes the tag's.
pub fn read_file(path: &Utf8Path, text: &str, origin: &Origin) -> Option<Imported> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut imported = match path.file_name()? {
        "package.py" => package_py::read(path, text),
        "package.yml" | "package.yaml" => ayon::package_yml(path, text),
        "pyproject.toml" | "Cargo.toml" | "package.json" | "Chart.yaml" => {
            packages::read(path, text, origin)
        }
        _ => match path.extension()? {
            "toml" => trainyard::read(path, text)?,
            "json" => ayon::read(path, text)?,
            _ => return None,
        },
    };
    for manifest in &mut imported.manifests {
        if manifest.origin == Origin::default() {
            manifest.origin = origin.clone();
        }
    }
    Some(imported)
}

/// Reads a bundle of any known format, by the file's extension: TOML is ours, JSON is AYON's server's or a registry's.
///
/// Of a derived bundle it is the delta; [`Bundle::over`] makes it whole. *Errors*: everything that is wrong with the
/// text, with places; one finding where the format is not known.
pub fn bundle(path: &Utf8Path, text: &str) -> Result<(Bundle, Vec<Finding>), Vec<Finding>> {
    match path.extension() {
        Some("json") if !text.contains("\"addons\"") && text.contains("\"pins\"") => {
            document_of(text).map(|bundle| (bundle, Vec::new())).map_err(|error| {
                let line = u32::try_from(error.line()).ok();
                vec![broken(path, line, format!("it is no bundle: {error}"))]
            })
        }
        Some("json") => ayon_bundle(path, text)
            .map(|bundle| (bundle, Vec::new()))
            .map_err(|finding| vec![*finding]),
        Some("toml") => trainyard::bundle(path, text).map_err(|complaints| complaints.findings()),
        _ => {
            let message = "it is no bundle of a known format";
            let finding = broken(path, None, message);
            Err(vec![finding.suggest("bundles are TOML, or JSON as AYON's server has it")])
        }
    }
}

/// A bundle's document, alone or as a registry tells a release: with the document among other things.
fn document_of(text: &str) -> Result<Bundle, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Told {
        document: Bundle,
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) if value.get("document").is_some_and(serde_json::Value::is_object) => {
            serde_json::from_str::<Told>(text).map(|told| told.document)
        }
        _ => serde_json::from_str(text),
    }
}

/// Folders whose manifests are other people's, or describe nothing that is released.
const FOREIGN_FOLDERS: [&str; 9] = [
    ".git",
    "node_modules",
    "vendor",
    "target",
    "third_party",
    "tests",
    "testdata",
    "fixtures",
    "site-packages",
];

/// Whether a file may hold a manifest or a bundle, by its path; folders of other people's packages and of tests are left out.
pub fn is_wanted(path: &Utf8Path) -> bool {
    let is_foreign = |folder: &str| FOREIGN_FOLDERS.contains(&folder);
    if path.components().any(|part| is_foreign(part.as_str())) {
        return false;
    }
    let name = path.file_name().unwrap_or_default();
    KNOWN_NAMES.contains(&name) || KNOWN_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a text is a release's manifest of ours, whatever its file is called.
pub fn is_release(text: &str) -> bool {
    let table: Option<toml::Table> = text.parse().ok();
    let release = table.as_ref().and_then(|table| table.get("release")?.as_table());
    release.is_some_and(|release| ["name", "version"].iter().all(|key| release.contains_key(*key)))
}

/// What files are looked for, in words.
pub fn wanted_files() -> String {
    let ends = KNOWN_ENDS.iter().map(|end| format!("*{end}"));
    KNOWN_NAMES.iter().map(|name| (*name).to_owned()).chain(ends).collect::<Vec<_>>().join(", ")
}

/// Files that are manifests by their names.
const KNOWN_NAMES: [&str; 7] = [
    "package.py",
    "package.yml",
    "package.yaml",
    "Chart.yaml",
    "package.json",
    "pyproject.toml",
    "Cargo.toml",
];

/// How the names of our own files, and of AYON's lists, end.
const KNOWN_ENDS: [&str; 4] = ["release.toml", "bundle.toml", "addons.json", "bundle.json"];

/// A file that is not of its format.
fn unreadable(path: &Utf8Path, why: &Unreadable) -> Imported {
    let line = match why {
        Unreadable::Malformed { line, .. } => *line,
        _ => None,
    };
    Imported::of_findings(vec![broken(path, line, why.to_string())])
}

fn broken(path: &Utf8Path, line: Option<u32>, message: impl Into<String>) -> Finding {
    let location = Location { line, ..Location::file(path.to_path_buf()) };
    Finding::new(Code::BUNDLE_FILE_UNREADABLE, path.as_str(), message).at(location)
}

/// What is wrong with the ranges of a manifest and with its version, wherever it comes from.
///
/// Readers tell the same beside what they read. *Cost*: linear.
pub fn complaints(manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    let subject = format!("{} {}", manifest.name, manifest.version);
    if let Some(error) = manifest.version.error() {
        let message = format!("its version cannot be read: {error}");
        findings.push(located(
            Finding::new(Code::VERSION_MALFORMED, &subject, message),
            manifest.place.as_ref(),
        ));
    }
    let requirements = manifest.requirements.iter();
    let asked = requirements.map(|it| (it.target.as_str(), &it.range, it.place.as_ref()));
    let environment = manifest.environment.ranges();
    let environment = environment.map(|(what, it)| (what, &it.range, it.place.as_ref()));
    for (target, range, place) in asked.chain(environment) {
        findings.extend(malformed(&subject, target, range, place));
    }
    findings
}

fn malformed(subject: &str, target: &str, range: &Range, place: Option<&Place>) -> Option<Finding> {
    let error = range.error()?;
    let message = format!("the range of {target} cannot be read: {error}");
    let mut finding = Finding::new(Code::RANGE_MALFORMED, subject, message);
    if let Some(meant) = probably_meant(range) {
        finding = finding.suggest(format!("write `{meant}`"));
    }
    Some(located(finding, place))
}

/// The range with the commas that it lacks before operators, where that makes it readable.
fn probably_meant(range: &Range) -> Option<String> {
    let mut meant = String::new();
    let mut before = ',';
    for letter in range.text().chars() {
        let starts = matches!(letter, '<' | '>' | '!' | '=' | '~');
        let may_start = !matches!(before, ',' | '<' | '>' | '!' | '=' | '~' | ' ' | '|');
        if starts && may_start {
            meant.push(',');
        }
        meant.push(letter);
        before = letter;
    }
    let dialect: crate::Dialect = range.dialect().parse().ok()?;
    (meant != range.text() && dialect.read(&meant).error().is_none()).then_some(meant)
}

fn located(finding: Finding, place: Option<&Place>) -> Finding {
    match place {
        Some(place) => finding.at(place.location()),
        None => finding,
    }
}
