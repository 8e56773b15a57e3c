//! How files spell versions.

use camino::Utf8Path;
use trainyard_version::{Scheme, Target, Version};

/// A version as a file must spell it: some kinds of files take SemVer alone.
pub(super) fn in_file(path: &Utf8Path, scheme: &Scheme, version: &Version) -> String {
    let wants_semver = matches!(
        path.file_name(),
        Some("Cargo.toml" | "Cargo.lock" | "package.json" | "package-lock.json" | "Chart.yaml")
    );
    let canonical = version.canonical();
    if !wants_semver || Scheme::semver().parse(canonical).is_ok() {
        return canonical.to_owned();
    }
    scheme.render(version, Target::Helm, None).unwrap_or_else(|_| canonical.to_owned())
}
