//! Rez's packages with their variants, for resolves as Rez does them.

use camino::Utf8Path;
use serde_json::Value;
use trainyard_evidence::{Literal, LiteralValue, literals};
use trainyard_report::{Code, Finding, Location};
use trainyard_rez::PackageDefinition;

/// Packages, with what is wrong with their files.
#[derive(Clone, Debug, Default)]
pub struct RezPackages {
    /// The packages, in the order of the files.
    pub definitions: Vec<PackageDefinition>,
    /// Packages that were left out, because a part of them would have to be computed, and files that cannot be read.
    pub findings: Vec<Finding>,
}

impl RezPackages {
    /// Adds what was read elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.definitions.extend(other.definitions);
        self.findings.extend(other.findings);
    }
}

/// Reads a `package.py` of Rez; it is never run. A file without a name is no package.
///
/// A package whose requirements or variants would have to be computed is left out: to guess at them could make an
/// answer that Rez would refuse.
pub fn rez_package(path: &Utf8Path, text: &str) -> RezPackages {
    let mut read = RezPackages::default();
    let place = |line: Option<u32>| Location { line, ..Location::file(path.to_path_buf()) };
    let assignments = match literals(text) {
        Ok(assignments) => assignments,
        Err(why) => {
            let finding =
                Finding::new(Code::BUNDLE_FILE_UNREADABLE, path.as_str(), why.to_string());
            read.findings.push(finding.at(place(None)));
            return read;
        }
    };
    let value = |name: &str| {
        assignments.iter().rev().find(|it| it.name == name).map(|assignment| &assignment.value)
    };
    let Some(name) = value("name").and_then(Literal::as_text) else { return read };
    let definition = || -> Result<PackageDefinition, (&'static str, u32)> {
        let version = match value("version") {
            None => String::new(),
            Some(literal) => literal.as_text().ok_or(("version", literal.line))?.to_owned(),
        };
        let texts = |what: &'static str, literal: &Literal| {
            let items = literal.as_list().ok_or((what, literal.line))?;
            let text = |item: &Literal| item.as_text().map(str::to_owned).ok_or((what, item.line));
            items.iter().map(text).collect::<Result<Vec<_>, _>>()
        };
        let given = |name: &str| value(name).filter(|it| it.value != LiteralValue::None);
        let requires = given("requires").map_or(Ok(Vec::new()), |it| texts("requires", it))?;
        let variants = given("variants").map_or(Ok(Vec::new()), |literal| {
            let items = literal.as_list().ok_or(("variants", literal.line))?;
            items.iter().map(|item| texts("variants", item)).collect()
        })?;
        Ok(PackageDefinition { name: name.to_owned(), version, requires, variants, timestamp: 0 })
    };
    match definition() {
        Ok(definition) => read.definitions.push(definition),
        Err((what, line)) => {
            let message =
                format!("its {what} would have to be computed, so the package is left out");
            let finding = Finding::new(Code::MANIFEST_COMPUTED, name, message);
            read.findings.push(finding.at(place(Some(line))));
        }
    }
    read
}

/// Reads packages in JSON: by family a list of versions, each with `version` (or `v`), `requires`, `variants` and
/// `timestamp`.
///
/// *Errors*: what is not of that form, with the family.
pub fn rez_families(text: &str) -> Result<Vec<PackageDefinition>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let families = value.as_object().ok_or("it is no object of families")?;
    let mut definitions = Vec::new();
    for (name, versions) in families {
        let wrong = |what: &str| format!("family {name}: {what}");
        let versions = versions.as_array().ok_or_else(|| wrong("it is no list of versions"))?;
        for version in versions {
            let number = version.get("version").or_else(|| version.get("v"));
            let number = number
                .and_then(Value::as_str)
                .ok_or_else(|| wrong("a version has no `version`"))?;
            let wrong = |what: &str| format!("{name}-{number}: {what}");
            let texts = |value: &Value| -> Option<Vec<String>> {
                let items = value.as_array()?.iter();
                items.map(|item| item.as_str().map(str::to_owned)).collect()
            };
            let requires = version.get("requires").filter(|it| !it.is_null());
            let requires = requires.map_or(Some(Vec::new()), texts);
            let variants = version.get("variants").filter(|it| !it.is_null());
            let variants = variants.map_or(Some(Vec::new()), |variants| {
                variants.as_array()?.iter().map(texts).collect()
            });
            definitions.push(PackageDefinition {
                name: name.clone(),
                version: number.to_owned(),
                requires: requires.ok_or_else(|| wrong("`requires` is no list of texts"))?,
                variants: variants.ok_or_else(|| wrong("`variants` is no list of lists"))?,
                timestamp: version.get("timestamp").and_then(Value::as_u64).unwrap_or_default(),
            });
        }
    }
    Ok(definitions)
}
