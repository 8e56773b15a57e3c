//! `package.py`, of AYON and of Rez: by syntax tree, literals alone.

use camino::Utf8Path;
use trainyard_evidence::{Assignment, Literal, LiteralValue, literals};
use trainyard_report::{Code, Finding};
use trainyard_version::Scheme;

use super::{Imported, complaints, located, unreadable};
use crate::{Dialect, EnvironmentNeed, Kind, Manifest, Numbered, Place, Range, Requirement};

/// The tables of other addons, and what a range in them means.
const ADDONS: [(&str, Kind); 3] = [
    ("ayon_required_addons", Kind::Hard),
    ("ayon_soft_required_addons", Kind::Soft),
    ("ayon_compatible_addons", Kind::Advisory),
];

/// What matters of a Rez package beside its name and version.
const REZ_NAMES: [&str; 2] = ["requires", "variants"];

/// Names that only AYON's packages have.
const AYON_NAMES: [&str; 5] =
    ["client_dir", "plugin_for", "services", "app_host_name", "project_can_override_addon_version"];

pub(super) fn read(path: &Utf8Path, text: &str) -> Imported {
    let assignments = match literals(text) {
        Ok(assignments) => assignments,
        Err(why) => return unreadable(path, &why),
    };
    let is_of_ayon = |name: &str| name.starts_with("ayon_") || AYON_NAMES.contains(&name);
    let is_ayon = assignments.iter().any(|it| is_of_ayon(&it.name))
        || !assignments.iter().any(|it| REZ_NAMES.contains(&it.name.as_str()));
    let reader = Reader { file: Place::file(path), assignments: &assignments, is_ayon };
    reader.read()
}

struct Reader<'a> {
    file: Place,
    assignments: &'a [Assignment],
    is_ayon: bool,
}

impl Reader<'_> {
    fn read(&self) -> Imported {
        let (Some(name), Some(version)) = (self.value("name"), self.value("version")) else {
            // Many things are called `package.py`.
            return Imported::default();
        };
        let mut findings = Vec::new();
        let (Some(name), Some(written)) = (name.as_text(), version.as_text()) else {
            for (what, literal) in [("name", name), ("version", version)] {
                findings.extend(self.computed(self.file.path().as_str(), what, literal));
            }
            return Imported::of_findings(findings);
        };
        let scheme = if self.is_ayon { Scheme::semver() } else { Dialect::rez().scheme() };
        let mut manifest = Manifest::new(name, Numbered::read(written, &scheme));
        manifest.place = Some(self.file.line(Some(version.line)));
        if self.is_ayon {
            self.read_ayon(&mut manifest, &mut findings);
        } else {
            self.read_rez(&mut manifest, &mut findings);
        }
        findings.extend(complaints(&manifest));
        Imported { manifests: vec![manifest], findings, ..Imported::default() }
    }

    /// The value of a name; the last assignment counts.
    fn value(&self, name: &str) -> Option<&Literal> {
        self.assignments.iter().rev().find(|it| it.name == name).map(|it| &it.value)
    }

    fn read_ayon(&self, manifest: &mut Manifest, findings: &mut Vec<Finding>) {
        let subject = format!("{} {}", manifest.name, manifest.version);
        let mut range_of = |name: &str| {
            let literal = self.value(name)?;
            if literal.value == LiteralValue::None {
                return None;
            }
            let Some(text) = literal.as_text() else {
                findings.extend(self.computed(&subject, name, literal));
                return None;
            };
            let place = Some(self.file.line(Some(literal.line)));
            Some(EnvironmentNeed { range: Dialect::ayon().read(text), place })
        };
        manifest.environment.server = range_of("ayon_server_version");
        manifest.environment.launcher = range_of("ayon_launcher_version");
        for (table, kind) in ADDONS {
            let Some(literal) = self.value(table) else { continue };
            if literal.value == LiteralValue::None {
                continue;
            }
            let Some(pairs) = literal.as_dict() else {
                findings.extend(self.computed(&subject, table, literal));
                continue;
            };
            for (key, value) in pairs {
                let Some(target) = key.as_text() else {
                    findings.extend(self.computed(&subject, table, key));
                    continue;
                };
                let place = Some(self.file.line(Some(key.line)));
                match &value.value {
                    LiteralValue::Text(text) => {
                        manifest.requirements.push(Requirement {
                            target: target.to_owned(),
                            range: Dialect::ayon().read(text),
                            kind,
                            condition: String::new(),
                            is_fetched: false,
                            place,
                        });
                    }
                    // A required addon of no version must not be there.
                    LiteralValue::None if kind == Kind::Hard => {
                        manifest.requirements.push(excluded(target, place));
                    }
                    LiteralValue::None => {}
                    _ => findings.extend(self.computed(&subject, target, value)),
                }
            }
        }
        // Format strings say nothing about requirements, but somebody who looks for the images should know.
        let services = self.value("services").and_then(Literal::as_dict).unwrap_or_default();
        for (name, service) in services {
            let image = service.as_dict().into_iter().flatten();
            for (key, value) in image.filter(|(key, _)| key.as_text() == Some("image")) {
                let what =
                    format!("{} of service {}", key.as_text().unwrap_or_default(), shown(name));
                let computed = self.computed(&subject, &what, value);
                findings.extend(computed.map(|mut finding| {
                    finding.severity = trainyard_report::Severity::Note;
                    finding
                }));
            }
        }
    }

    fn read_rez(&self, manifest: &mut Manifest, findings: &mut Vec<Finding>) {
        let subject = format!("{} {}", manifest.name, manifest.version);
        let Some(requires) = self.value("requires") else { return };
        let Some(items) = requires.as_list() else {
            findings.extend(self.computed(&subject, "requires", requires));
            return;
        };
        for item in items {
            let Some(text) = item.as_text() else {
                findings.extend(self.computed(&subject, "requires", item));
                continue;
            };
            let place = self.file.line(Some(item.line));
            manifest.requirements.extend(rez_requirement(text, Some(place)));
        }
        if self.value("variants").and_then(Literal::as_list).is_some_and(|list| !list.is_empty()) {
            let message =
                "its variants are read in Rez mode alone, so what they ask for is not seen";
            let finding = Finding::new(Code::MANIFEST_COMPUTED, &subject, message);
            findings.push(located(finding, manifest.place.as_ref()));
        }
    }

    /// What to say of a value that would have to be computed.
    fn computed(&self, subject: &str, what: &str, literal: &Literal) -> Option<Finding> {
        let message = match &literal.value {
            LiteralValue::Computed(text) => {
                format!("{what} is computed by `{text}`, which is not run")
            }
            LiteralValue::Text(_) => return None,
            _ => format!("{what} is no text"),
        };
        let finding = Finding::new(Code::MANIFEST_COMPUTED, subject, message)
            .suggest("write the value out, so that it can be read without running the file");
        Some(located(finding, Some(&self.file.line(Some(literal.line)))))
    }
}

/// A component that must not be there, whatever its version.
pub(super) fn excluded(target: &str, place: Option<Place>) -> Requirement {
    Requirement {
        target: target.to_owned(),
        range: Range::any(Scheme::semver()),
        kind: Kind::Conflict,
        condition: String::new(),
        is_fetched: false,
        place,
    }
}

/// A requirement as Rez writes it: `maya-2023+`, `~foo-1` (must fit if it is there), `!bar-2` (must not be there).
///
/// `None` for ephemerals, which are no packages, and for empty texts.
pub fn rez_requirement(text: &str, place: Option<Place>) -> Option<Requirement> {
    let (kind, rest) = match text.as_bytes().first()? {
        b'!' => (Kind::Conflict, text.get(1..)?),
        b'~' => (Kind::Soft, text.get(1..)?),
        b'.' => return None,
        _ => (Kind::Hard, text),
    };
    let end = rest.find(['-', '@', '#', '=', '<', '>']).unwrap_or(rest.len());
    let (name, range) = rest.split_at(end);
    let range = range.strip_prefix(['-', '@', '#']).unwrap_or(range);
    Some(Requirement {
        target: name.to_owned(),
        range: Dialect::rez().read(range),
        kind,
        condition: String::new(),
        is_fetched: false,
        place,
    })
}

fn shown(literal: &Literal) -> &str {
    literal.as_text().unwrap_or("?")
}
