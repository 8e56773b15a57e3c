//! Small catalogues, written in a line per release.

use camino::Utf8PathBuf;
use trainyard_bundle::{
    Bundle, Catalogue, Dialect, EnvironmentNeed, Kind, Manifest, Numbered, Pin, Place, Range,
    Requirement,
    resolve::{Request, Want},
};

/// A catalogue of releases, a line each: `maya 1.1.0: core >=1.3; !flame <2; server >=1.4; on 2026-02-01`.
pub(crate) fn catalogue(text: &str) -> Catalogue {
    Catalogue::new(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(manifest))
}

fn manifest(line: &str) -> Manifest {
    let (head, needs) = line.split_once(':').unwrap_or((line, ""));
    let (name, version) = head.trim().split_once(' ').expect("a name and a version");
    let mut manifest = Manifest::new(name, Numbered::semver(version));
    let file = Place::file(Utf8PathBuf::from(format!("{name}/package.py")));
    for (index, need) in needs.split(';').map(str::trim).filter(|it| !it.is_empty()).enumerate() {
        let place = file.line(u32::try_from(index + 1).ok());
        let (target, text) = need.split_once(' ').unwrap_or((need, ""));
        match target {
            "on" => manifest.date = Some(text.parse().expect("a date")),
            "server" => {
                let need = EnvironmentNeed { range: range(text), place: Some(place) };
                manifest.environment.server = Some(need);
            }
            _ => manifest.requirements.push(requirement(target, text, place)),
        }
    }
    manifest
}

fn requirement(target: &str, text: &str, place: Place) -> Requirement {
    let (kind, target) = match target.split_at_checked(1) {
        Some(("!", target)) => (Kind::Conflict, target),
        Some(("~", target)) => (Kind::Soft, target),
        _ => (Kind::Hard, target),
    };
    Requirement {
        target: target.to_owned(),
        range: range(text),
        kind,
        condition: String::new(),
        is_fetched: false,
        place: Some(place),
    }
}

pub(crate) fn range(text: &str) -> Range {
    Dialect::ayon().read(text)
}

/// What is wanted, as words: `maya ftrack@>=1.5`.
pub(crate) fn request(text: &str) -> Request {
    Request { wants: text.split_whitespace().map(want).collect(), ..Request::default() }
}

pub(crate) fn want(word: &str) -> Want {
    let (name, text) = word.split_once('@').unwrap_or((word, ""));
    Want { name: name.to_owned(), range: range(text), place: None }
}

/// A bundle by words: `core@1.0.0 maya@1.1.0`.
pub(crate) fn bundle(name: &str, pins: &str) -> Bundle {
    let pin = |word: &str| {
        let (name, version) = word.split_once('@').expect("a version");
        Pin::new(name, version)
    };
    let pins = pins.split_whitespace().map(pin).collect();
    Bundle { name: name.to_owned(), pins, ..Bundle::default() }
}
