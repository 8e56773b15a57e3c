//! Trainyard's own files: release manifests and bundles, in TOML.

mod file;

use std::sync::LazyLock;

use camino::Utf8Path;
use indexmap::IndexMap;
use serde_json::Value;
use trainyard_policy::{At, Complaints, Format, Maturity};
use trainyard_report::{Code, Finding};
use trainyard_version::{Date, Scheme};

use self::file::{
    ApiTable, BundleFile, FlavourFile, MaturityName, OneOrMany, PackageTable, PinFile, PinTable,
    RangeFile, ReleaseFile,
};
use super::{Imported, broken, complaints};
use crate::{
    ApiRange, Base, Bundle, DependencyPackage, Dialect, Digest, EnvironmentNeed, Flavour, Kind,
    Manifest, Numbered, Origin, Pin, Place, Provided, Requirement,
};

/// More pins or requirements than any platform has parts.
const MOST: usize = 50_000;

static RELEASE: LazyLock<Format<ReleaseFile>> = LazyLock::new(|| {
    let format = Format::new(Code::BUNDLE_FILE_UNREADABLE);
    let tables = ["requires", "soft", "upper", "conflicts", "advises", "provides"];
    tables
        .iter()
        .fold(format, |format, table| format.with_most(&format!("/properties/{table}"), MOST))
});

static BUNDLE: LazyLock<Format<BundleFile>> =
    LazyLock::new(|| Format::new(Code::BUNDLE_FILE_UNREADABLE).with_most("/properties/pins", MOST));

/// The JSON Schema of bundle files, for editors.
pub fn bundle_schema() -> Value {
    without_limits(BUNDLE.schema())
}

/// The JSON Schema of release manifests, for editors.
pub fn release_schema() -> Value {
    without_limits(RELEASE.schema())
}

/// `maxItems` of tables is a limit of the reader, and means nothing to others.
fn without_limits(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(|it| it.values_mut()) {
        if let Some(property) =
            property.as_object_mut().filter(|it| it.get("type") != Some(&"array".into()))
        {
            property.remove("maxItems");
        }
    }
    schema
}

/// Reads a TOML file that has a `[bundle]` or a `[release]`; `None` for others.
pub(super) fn read(path: &Utf8Path, text: &str) -> Option<Imported> {
    let has = |header: &str| text.lines().any(|line| line.trim_start().starts_with(header));
    if has("[bundle]") || has("[pins") {
        return Some(match bundle(path, text) {
            Ok((bundle, findings)) => {
                Imported { bundles: vec![bundle], findings, ..Imported::default() }
            }
            Err(complaints) => Imported::of_findings(complaints.findings()),
        });
    }
    has("[release]").then(|| match release(path, text) {
        Ok((manifest, findings)) => {
            Imported { manifests: vec![manifest], findings, ..Imported::default() }
        }
        Err(complaints) => Imported::of_findings(complaints.findings()),
    })
}

/// Reads a bundle file.
///
/// *Errors*: everything that is not as the format says, with places.
pub fn bundle(path: &Utf8Path, text: &str) -> Result<(Bundle, Vec<Finding>), Complaints> {
    bundle_of(path, text, &|_| None)
}

/// The same, where `scheme_of` knows by which scheme bundles of a name are numbered that do not say it themselves.
///
/// *Errors*: as of [`bundle`].
pub fn bundle_of(
    path: &Utf8Path,
    text: &str,
    scheme_of: &dyn Fn(&str) -> Option<Scheme>,
) -> Result<(Bundle, Vec<Finding>), Complaints> {
    let file = BUNDLE.read(text, path.as_str())?;
    let mut reader = Reader::new(path, text);
    let table = &file.bundle.value;
    let scheme = table.scheme.as_ref().map(|it| (it.value.as_str(), it.offset()));
    let scheme = match scheme_of(&table.name).filter(|_| scheme.is_none()) {
        Some(known) => known,
        None => reader.scheme(scheme, crate::write::SCHEME),
    };
    let version = table.version.as_ref().map(|text| Numbered::read(text, &scheme));
    if let Some(error) = version.as_ref().and_then(Numbered::error) {
        let message = format!("the version of the bundle cannot be read: {error}");
        reader.complain(file.bundle.offset(), message);
    }
    let is_prerelease = version.as_ref().is_some_and(|it| it.version().is_prerelease());
    let servers = match &table.server {
        None => Vec::new(),
        Some(OneOrMany::One(server)) => vec![Numbered::semver(server)],
        Some(OneOrMany::Many(servers)) => servers.iter().map(|it| Numbered::semver(it)).collect(),
    };
    let mut bundle = Bundle {
        name: table.name.clone(),
        is_final: table.r#final.unwrap_or(!is_prerelease),
        version,
        base: table.base.as_ref().map(|base| Base {
            name: base.name.clone(),
            version: base.version.clone(),
            digest: base.digest.as_ref().map(Digest::new),
            path: base.path.as_ref().map(camino::Utf8PathBuf::from),
        }),
        without: table.without.clone().unwrap_or_default(),
        pins: Vec::new(),
        servers,
        launcher: table.launcher.as_ref().map(|text| Numbered::semver(text)),
        python: table.python.as_ref().map(|text| python(text)),
        platforms: table.platforms.clone().unwrap_or_default(),
        dependency_packages: packages(file.dependency_packages),
        flavours: IndexMap::new(),
        place: Some(reader.file.clone()),
    };
    for (name, pin) in file.pins {
        let place = Some(reader.place(pin.offset()));
        let table = match pin.value {
            PinFile::Plain(version) => PinTable { version: Some(version), ..PinTable::default() },
            PinFile::Full(table) => table,
        };
        bundle.pins.push(Pin {
            name,
            version: table.version.unwrap_or_default(),
            digest: table.digest.map(Digest::new),
            commit: table.commit,
            tag: table.tag,
            place,
        });
    }
    for (name, flavour) in file.flavours.unwrap_or_default() {
        let place = Some(reader.place(flavour.offset()));
        let (members, includes) = match flavour.value {
            FlavourFile::Plain(members) => (members, Vec::new()),
            FlavourFile::Full(table) => {
                (table.members.unwrap_or_default(), table.includes.unwrap_or_default())
            }
        };
        bundle.flavours.insert(name, Flavour { members, includes, place });
    }
    Ok((bundle, reader.findings))
}

/// Reads a release manifest.
///
/// *Errors*: everything that is not as the format says, with places.
pub fn release(path: &Utf8Path, text: &str) -> Result<(Manifest, Vec<Finding>), Complaints> {
    let file = RELEASE.read(text, path.as_str())?;
    let mut reader = Reader::new(path, text);
    let table = &file.release.value;
    let scheme = table.scheme.as_ref().map(|it| (it.value.as_str(), it.offset()));
    let scheme = reader.scheme(scheme, "semver");
    let dialect = match &table.grammar {
        None => Dialect::of_scheme(&scheme),
        Some(grammar) => reader.dialect(grammar, grammar.offset(), &scheme),
    };
    let mut manifest = Manifest::new(&table.name, Numbered::read(&table.version, &scheme));
    manifest.place = Some(reader.place(file.release.offset()));
    manifest.digest = table.digest.as_ref().map(Digest::new);
    manifest.date = reader.date(table.date.as_deref(), file.release.offset());
    manifest.maturity = table.maturity.map(|name| match name {
        MaturityName::Alpha => Maturity::Alpha,
        MaturityName::Beta => Maturity::Beta,
        MaturityName::Stable => Maturity::Stable,
    });
    manifest.origin = Origin {
        repository: table.repository.clone(),
        tag: table.tag.clone(),
        commit: table.commit.clone(),
    };
    for (kind, ranges) in [
        (Kind::Hard, file.requires),
        (Kind::Upper, file.upper),
        (Kind::Conflict, file.conflicts),
        (Kind::Soft, file.soft),
        (Kind::Advisory, file.advises),
    ] {
        for (target, range) in ranges.into_iter().flatten() {
            let offset = range.offset();
            let (text, dialect) = match &range.value {
                RangeFile::Plain(text) => (text, dialect.clone()),
                RangeFile::Full(table) => match &table.grammar {
                    Some(grammar) => (&table.range, reader.dialect(grammar, offset, &scheme)),
                    None => (&table.range, dialect.clone()),
                },
            };
            let (range, place) = (dialect.read(text), Some(reader.place(offset)));
            manifest.requirements.push(Requirement {
                target,
                range,
                kind,
                condition: String::new(),
                is_fetched: false,
                place,
            });
        }
    }
    if let Some(environment) = file.environment {
        let semver = Dialect::of_scheme(&Scheme::semver());
        let versions = if dialect.scheme() == Scheme::semver() { &dialect } else { &semver };
        let pep440 = Dialect::of_grammar("pep440");
        let need = |text: Option<At<String>>, dialect: &Dialect| {
            let text = text?;
            let place = Some(reader.place(text.offset()));
            Some(EnvironmentNeed { range: dialect.read(&text), place })
        };
        manifest.environment.server = need(environment.server, versions);
        manifest.environment.launcher = need(environment.launcher, versions);
        manifest.environment.python = need(environment.python, &pep440);
        manifest.environment.platforms = environment.platforms.unwrap_or_default();
    }
    for (name, version) in file.provides.into_iter().flatten() {
        let version = (version != "*").then(|| Numbered::read(&version, &scheme));
        manifest.provides.push(Provided { name, version });
    }
    manifest.serves = reader.apis(file.serves);
    manifest.speaks = reader.apis(file.speaks);
    manifest.dependency_packages = packages(file.dependency_packages);
    let mut findings = reader.findings;
    findings.extend(complaints(&manifest));
    Ok((manifest, findings))
}

fn packages(tables: Option<Vec<PackageTable>>) -> Vec<DependencyPackage> {
    let package = |table: PackageTable| DependencyPackage {
        file: table.file,
        platform: table.platform,
        python: table.python.map(|text| python(&text)),
        checksum: table.checksum.map(Digest::new),
    };
    tables.into_iter().flatten().map(package).collect()
}

fn python(text: &str) -> Numbered {
    Numbered::read(text, &Dialect::of_grammar("pep440").scheme())
}

/// The 1-based line of a byte.
pub(crate) fn line_of(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    u32::try_from(before.split(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// What both files need while they are read.
struct Reader {
    file: Place,
    /// The bytes at which lines begin.
    starts: Vec<usize>,
    findings: Vec<Finding>,
}

impl Reader {
    fn new(path: &Utf8Path, text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { file: Place::file(path), starts, findings: Vec::new() }
    }

    fn line(&self, offset: usize) -> Option<u32> {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).ok()
    }

    fn place(&self, offset: usize) -> Place {
        self.file.line(self.line(offset))
    }

    fn complain(&mut self, offset: usize, message: String) {
        let finding = broken(self.file.path(), self.line(offset), message);
        self.findings.push(finding);
    }

    fn scheme(&mut self, stated: Option<(&str, usize)>, default: &str) -> Scheme {
        let (spec, offset) = stated.unwrap_or((default, 0));
        spec.parse().unwrap_or_else(|error: trainyard_version::SchemeError| {
            self.complain(offset, error.to_string());
            Scheme::semver()
        })
    }

    fn dialect(&mut self, name: &str, offset: usize, scheme: &Scheme) -> Dialect {
        name.parse().unwrap_or_else(|error| {
            self.complain(offset, error);
            Dialect::of_scheme(scheme)
        })
    }

    fn date(&mut self, text: Option<&str>, offset: usize) -> Option<Date> {
        let text = text?;
        let date = text.parse().ok();
        if date.is_none() {
            self.complain(offset, format!("`{text}` is no day, such as 2023-11-20"));
        }
        date
    }

    fn apis(&mut self, tables: Option<IndexMap<String, At<ApiTable>>>) -> Vec<ApiRange> {
        let mut ranges = Vec::new();
        for (name, table) in tables.into_iter().flatten() {
            let offset = table.offset();
            let spec = table.scheme.as_deref().map(|spec| (spec, offset));
            let scheme = self.scheme(spec, "api-date");
            let max = Numbered::read(&table.max, &scheme);
            let min = table
                .min
                .as_deref()
                .map_or_else(|| max.clone(), |text| Numbered::read(text, &scheme));
            for error in [&min, &max].into_iter().filter_map(|it| it.error()) {
                let message = format!("a version of {name} cannot be read: {error}");
                self.complain(offset, message);
            }
            if min.error().is_none() && max.error().is_none() {
                ranges.push(ApiRange { name, min, max, place: Some(self.place(offset)) });
            }
        }
        ranges
    }
}
