//! Policy files: every error at once, with places that are in the file; and the files that state versions.

use anyhow::Result;
use camino::Utf8Path;
use trainyard_history::version_in;
use trainyard_policy::{Policy, VersionPlace, presets};

use super::Target;
use crate::workspace;

/// Small files that touch what presets do not.
const SEEDS: &[&str] = &[
    "preset = \"semver\"\n",
    "[components.a]\npaths = [\"a/**\"]\nversion-files = [{ path = \"Cargo.toml\", key = \"package.version\" }]\n",
    "[[revisions]]\nname = \"new\"\nfrom = \"2.0.0\"\n[revisions.rules]\ntag = \"v{version}\"\n",
    "[lines.declared.\"1.2\"]\nlts = true\nretires = 2025-01-31\n",
    "[groups.all]\nmembers = [\"a\", \"b\"]\n[rules]\nscheme = \"calver:YYYY.MM\"\n",
    "[product]\nname = 1\ntitle = [\"x\"]\nunknown = {}\n",
];

const VERSION_FILES: &[&str] = &[
    "1.2.3\n",
    "[project]\nversion = \"1.2.3\"\n",
    "{\"project\": {\"version\": \"1.2.3\"}}",
    "project:\n  name: x\n  version: '1.2.3' # why\n",
    "__version__ = \"1.2.3\"\n",
];

pub(super) fn targets() -> Result<Vec<Target>> {
    let mut seeds: Vec<String> = presets().iter().map(|preset| preset.text.to_owned()).collect();
    seeds.extend(SEEDS.iter().map(|&seed| seed.to_owned()));
    for example in workspace::entries(&workspace::root().join("examples"))? {
        let file = example.join("trainyard.toml");
        if file.is_file() {
            seeds.push(fs_err::read_to_string(file)?);
        }
    }
    Ok(vec![
        Target::of_text("policy", seeds, policy).with_own_seeds_only(),
        Target::of_text("version file", VERSION_FILES.iter().copied(), version_file),
    ])
}

fn policy(text: &str) -> bool {
    let _ = Policy::lint(text, "trainyard.toml");
    Policy::parse(text, "trainyard.toml").is_ok()
}

fn version_file(text: &str) -> bool {
    let key = || VersionPlace::Key("project.version".to_owned());
    let places = [
        ("VERSION", VersionPlace::Whole),
        ("a.toml", key()),
        ("a.json", key()),
        ("a.yaml", key()),
        ("a.py", VersionPlace::After("__version__ =".to_owned())),
    ];
    let lines = text.lines().count();
    let mut accepted = false;
    for (path, place) in places {
        if let Ok((_, line)) = version_in(Utf8Path::new(path), &place, text) {
            let line = usize::try_from(line).unwrap_or(usize::MAX);
            assert!((1..=lines.max(1)).contains(&line), "{path}: line {line} of {lines}");
            accepted = true;
        }
    }
    accepted
}
