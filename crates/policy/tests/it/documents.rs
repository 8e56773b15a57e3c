//! The published page.

use insta::assert_snapshot;
use trainyard_policy::{Policy, doc};

use crate::policy;

fn page(preset: &str) -> String {
    doc(&Policy::preset(preset).expect("a preset"))
}

#[test]
fn ayon() {
    assert_snapshot!(page("ayon"));
}

#[test]
fn backend_ai() {
    assert_snapshot!(page("backend-ai"));
}

#[test]
fn polyaxon() {
    assert_snapshot!(page("polyaxon"));
}

#[test]
fn calver() {
    assert_snapshot!(page("calver"));
}

#[test]
fn support_and_lines() {
    assert_snapshot!(doc(&policy(
        r#"[product]
name = "acme"
title = "Acme <3 | trains"
policy-url = "https://example.org/versioning"

[rules]
branch = "release-{major}.{minor}"
releases-from = "lines"
prerelease = { phases = ["rc"], default = "rc" }
next-development = { mark = "dev" }
cadence = { at-most = "6 weeks" }

[lines]
development = ["main"]
supported = 2
support = "24 months"
declared."1.2" = { lts = true, retires = 2027-03-31, title = "Puffing Billy" }
declared."1.3" = { retires = 2026-01-01 }

[components.server]
maturity = "beta"
rules.tag = "v{version}"

[components.agent]
rules.tag = "agent-v{version}"

[groups.all]
components = ["server", "agent"]
lockstep = "patch"
"#
    )));
}
