//! The Helm chart, as `helm package` would pack it.

use anyhow::Result;
use camino::Utf8Path;

use super::{Package, Source, archive, contents};
use crate::workspace;

/// The chart with the product's version as its own.
pub(super) fn package(source: &Source, scratch: &Utf8Path) -> Result<Package> {
    let version = &source.names.semver;
    let mut entries = contents::folder(&workspace::root().join("packaging/helm/trainyard"))?;
    for entry in &mut entries {
        if entry.path == "Chart.yaml" {
            let text = String::from_utf8(std::mem::take(&mut entry.bytes))?;
            entry.bytes = text.replace("ersion: 0.0.0\n", &format!("ersion: {version}\n")).into();
        }
        entry.path = format!("trainyard/{}", entry.path);
    }
    let bytes = archive::gzip(&archive::tar(&entries, source.time)?, scratch)?;
    Ok(Package { name: format!("trainyard-chart-{version}.tgz"), bytes })
}
