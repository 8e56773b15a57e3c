//! The chart: what it makes with several settings, and what it refuses.

use std::process::Command;

use anyhow::{Result, ensure};

use super::Bench;
use crate::process;

/// Settings that must make a server.
const MADE: &[&str] = &[
    "replicas=1",
    "database.kind=postgres,database.secret=db,signingKey.secret=key,adminToken.secret=admin,replicas=3",
    "ingress.enabled=true,ingress.tlsSecret=tls,persistence.storageClass=fast",
];

/// Settings that cannot work: two servers on one file, several without a key that they share, an unknown database.
const REFUSED: &[&str] =
    &["replicas=2", "database.kind=postgres,database.secret=db", "database.kind=oracle"];

fn package(bench: &Bench<'_>) -> Result<String> {
    bench.package(&format!("chart-{}.tgz", bench.source.names.semver))
}

pub(super) fn by_helm(bench: &Bench<'_>) -> Result<()> {
    let package = package(bench)?;
    process::output(bench.program("helm").args(["lint", "--strict", &package]))?;
    rendered(|setting| {
        let mut helm = bench.program("helm");
        helm.args(["template", "test", &package, "--set", setting]);
        helm
    })
}

pub(super) fn by_library(bench: &Bench<'_>) -> Result<()> {
    let package = package(bench)?;
    let python = |action: &str, setting: &str| {
        let mut python = bench.program("python3");
        python.args(["-c", include_str!("chart.py"), action, &package, setting]);
        python
    };
    process::output(&mut python("lint", MADE[0]))?;
    rendered(|setting| python("render", setting))
}

/// Whether every form that works becomes a server whose command line holds no secret, and the others are refused.
fn rendered(renderer: impl Fn(&str) -> Command) -> Result<()> {
    for setting in MADE {
        let made = process::output(&mut renderer(setting))?;
        ensure!(made.contains("kind: StatefulSet"), "the chart makes no server with {setting}");
        ensure!(!made.contains("secretKeyRef"), "a secret becomes a variable with {setting}");
    }
    for setting in REFUSED {
        ensure!(!process::succeeds(&mut renderer(setting)), "{setting} is not refused");
    }
    Ok(())
}
