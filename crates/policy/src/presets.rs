//! The presets that come with Trainyard.

/// A policy to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name, as in `preset = "semver"`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Its text, a whole `trainyard.toml`.
    pub text: &'static str,
}

impl Preset {
    /// Whether it has rules alone, and no product of its own.
    pub fn is_plain(&self) -> bool {
        !self.text.contains("[product]")
    }
}

/// Declares presets by the names of their files.
macro_rules! presets {
    ($($name:literal $summary:literal)*) => {
        const PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            summary: $summary,
            text: include_str!(concat!("../../../presets/", $name, ".toml")),
        }),*];
    };
}

presets! {
    "semver" "Semantic Versioning with tags such as v1.2.3 and release branches where there are some"
    "calver" "Calendar versions such as 2025.11.0, with patches on the branch of their month"
    "pep440" "Python's versions, with alpha, beta and candidate releases such as 1.2.0rc1"
    "ayon" "AYON: a server of SemVer backend and dated frontend, and pipeline bundles by month"
    "backend-ai" "Backend.AI: PEP 440, releases from x.y branches alone, manager, agent and common in lockstep"
    "polyaxon" "Polyaxon: SemVer, every migration at least a minor, and a release every two weeks to a month"
}

/// All presets, the plain ones first.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// The preset of that name.
pub(crate) fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The plain preset for a scheme's specification.
pub(crate) fn for_scheme(spec: &str) -> &'static str {
    match spec.split(':').next() {
        Some("pep440") => "pep440",
        Some("calver") => "calver",
        _ => "semver",
    }
}
