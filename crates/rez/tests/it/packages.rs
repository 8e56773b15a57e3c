//! Packages for tests.

use serde_json::Value;
use trainyard_rez::{Catalogue, Outcome, PackageDefinition, Request, Resolution, resolve};

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map_or(&[][..], Vec::as_slice);
    all.iter()
        .map(|text| text.as_str().expect("what tests are made of can be read").to_owned())
        .collect()
}

/// Definitions as the shared cases write them: by family, a list of versions.
pub(crate) fn definitions(packages: &Value) -> Vec<PackageDefinition> {
    let mut definitions = Vec::new();
    for (name, versions) in packages.as_object().expect("what tests are made of can be read") {
        for version in versions.as_array().expect("what tests are made of can be read") {
            let variants = version["variants"].as_array().map_or(&[][..], Vec::as_slice);
            definitions.push(PackageDefinition {
                name: name.clone(),
                version: version["v"]
                    .as_str()
                    .expect("what tests are made of can be read")
                    .to_owned(),
                requires: texts(&version["requires"]),
                variants: variants.iter().map(texts).collect(),
                timestamp: version["timestamp"].as_u64().unwrap_or_default(),
            });
        }
    }
    definitions
}

pub(crate) fn catalogue(packages: &Value) -> Catalogue {
    Catalogue::new(definitions(packages)).expect("what tests are made of can be read")
}

pub(crate) fn request(value: &Value) -> Request {
    Request::parse(texts(value)).expect("what tests are made of can be read")
}

/// What a resolve came to: the packages, or Rez's message.
pub(crate) fn told(resolution: &Resolution) -> String {
    match &resolution.outcome {
        Outcome::Solved(answer) => {
            let packages = answer.packages.iter().map(ToString::to_string);
            let ephemerals = answer.ephemerals.iter().map(ToString::to_string);
            packages.chain(ephemerals).collect::<Vec<_>>().join(" ")
        }
        Outcome::Failed { description, .. } => description.clone(),
        Outcome::Aborted(abort) => abort.to_string(),
        Outcome::Unfinished => "not within the steps allowed".to_owned(),
    }
}

/// Resolves a request given as texts and says what it came to.
pub(crate) fn answer(catalogue: &Catalogue, requirements: &[&str]) -> String {
    told(&resolve(
        catalogue,
        &Request::parse(requirements).expect("what tests are made of can be read"),
    ))
}

/// Packages as `name-version requirement... / variant... / variant...`, one a line, newest first as Rez finds them.
pub(crate) fn packages(text: &str) -> Catalogue {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let definition = |line: &str| {
        let mut parts = line.split(" /");
        let mut head = words(parts.next().expect("what tests are made of can be read")).into_iter();
        let name = head.next().expect("what tests are made of can be read");
        let (name, version) = name.split_once('-').unwrap_or((&name, ""));
        PackageDefinition {
            name: name.to_owned(),
            version: version.to_owned(),
            requires: head.collect(),
            variants: parts.map(words).collect(),
            timestamp: 0,
        }
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Catalogue::new(lines.map(definition)).expect("what tests are made of can be read")
}
