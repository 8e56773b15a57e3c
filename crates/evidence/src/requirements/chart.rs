//! `Chart.yaml` of Helm: `kubeVersion` and dependencies.

use serde_json::Value;
use trainyard_version::VersionSet;

use super::{
    SectionLines, malformed,
    need::{Kind, Need, Needs, insert, set_of},
};
use crate::{Unreadable, document};

pub(super) fn read(text: &str) -> Result<Needs, Unreadable> {
    if is_too_deep(text) {
        return Err(malformed("chart", "it is nested too deeply", None));
    }
    let chart = document::parse("Chart.yaml".into(), text)?;
    let mut needs = Needs::new();
    if let Some(range) = chart.get("kubeVersion").and_then(Value::as_str) {
        let lines = SectionLines::of(text, "kubeVersion", "", |line| line.split(':').next());
        let need = Need::new(helm, range, lines.line("kubeVersion"));
        insert(&mut needs, Kind::Platform, "kubernetes", need);
    }
    let dependencies = chart.get("dependencies").and_then(Value::as_array).into_iter().flatten();
    let lines = SectionLines::of(text, "dependencies:", "\0", |line| {
        let (_, name) = line.split_once("name:")?;
        Some(name.trim().trim_matches(['"', '\'']))
    });
    for dependency in dependencies {
        let field = |key: &str| dependency.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = field("name");
        let line = lines.line(name);
        let range = match dependency.get("version") {
            Some(Value::Number(number)) => number.to_string(),
            _ => field("version").to_owned(),
        };
        let places = ["repository", "condition", "alias"].map(field);
        let places = places.into_iter().filter(|place| !place.is_empty()).collect::<Vec<_>>();
        let known_as = if field("alias").is_empty() { name } else { field("alias") };
        let need = Need::new(helm, &range, line).when(places.join(" "));
        insert(&mut needs, Kind::Subchart, known_as, need);
    }
    Ok(needs)
}

/// Helm's ranges are npm's, but for commas between conditions that must all hold.
pub(super) fn helm(text: &str) -> Option<VersionSet> {
    set_of("npm", &text.replace(',', " "))
}

/// Whether brackets go deeper than any chart: the parser takes quadratic time over them.
fn is_too_deep(text: &str) -> bool {
    const DEEPEST: usize = 200;
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}
