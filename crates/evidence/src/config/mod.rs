//! What changed in what operators may write into configuration files.
//!
//! Configuration is an input: an operator's old file must still load. What may be written is read from three kinds of
//! sources, each in its own module, and judged by one set of rules: JSON Schema files (`schemas`), pydantic classes
//! (`pydantic`), and samples and values of charts (`samples`).

mod contract;
mod json_schema;
mod judge;
mod pydantic;
mod rules;
mod samples;
mod schemas;

use camino::Utf8Path;

pub use self::rules::*;
use crate::{Change, Detector, FileEntry, Pair};

/// What changed in what operators may write into configuration files.
#[derive(Clone, Copy, Debug)]
pub struct Config;

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Python,
    Schema,
    /// A chart's values.
    Values,
    /// What makes a folder a chart.
    Chart,
    Sample(samples::Syntax),
}

impl Detector for Config {
    fn family(&self) -> &'static str {
        "config"
    }

    fn wants(&self, path: &Utf8Path) -> bool {
        let is_for_tests = |name: &str| {
            matches!(name, "test" | "tests" | "testdata" | "fixtures" | "node_modules")
        };
        usual_format(path).is_some() && !path.as_str().split('/').any(is_for_tests)
    }

    fn detect(&self, pair: &Pair<'_>) -> Vec<Change> {
        let is = |wanted: Format| move |entry: &FileEntry| format_of(&entry.path) == Some(wanted);
        let mut changes = schemas::compare(pair, &is(Format::Schema));
        changes.extend(pydantic::compare(pair, &is(Format::Python)));
        changes.extend(samples::compare(pair));
        changes
    }
}

/// The format of a file that is usually looked at.
fn usual_format(path: &Utf8Path) -> Option<Format> {
    let name = path.file_name()?;
    match name {
        "Chart.yaml" => return Some(Format::Chart),
        "values.yaml" | "values.yml" => return Some(Format::Values),
        "schema.json" | "values.schema.json" => return Some(Format::Schema),
        _ => {}
    }
    let is_schema =
        [".schema.json", ".schema.yaml", ".schema.yml"].iter().any(|end| name.ends_with(end));
    if is_schema {
        return Some(Format::Schema);
    }
    if pydantic::wants(path) {
        return Some(Format::Python);
    }
    samples::is_sample(name).then(|| samples::syntax_of(name)).flatten().map(Format::Sample)
}

/// The format of any file, since a policy may name files that are not usually looked at.
fn format_of(path: &Utf8Path) -> Option<Format> {
    if let Some(usual) = usual_format(path) {
        return Some(usual);
    }
    match path.extension() {
        Some("py") => Some(Format::Python),
        Some("json") => Some(Format::Schema),
        _ => samples::syntax_of(path.file_name()?).map(Format::Sample),
    }
}
