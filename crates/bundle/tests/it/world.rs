//! Small catalogues and bundles, written as their files are.

use std::fmt::Write;

use trainyard_bundle::{Bundle, Catalogue, Expectations, Manifest, check, read};
use trainyard_report::{
    Finding,
    render::{self, TextOptions},
};

/// Manifests from lines of `name version: table.key = range; ...`, such as `maya 1.0.0: requires.core = >=1.2`.
pub(crate) fn manifests(lines: &str) -> Vec<Manifest> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(manifest).collect()
}

fn manifest(line: &str) -> Manifest {
    let (title, rest) = line.split_once(':').unwrap_or((line, ""));
    let (name, version) = title.trim().split_once(' ').unwrap();
    let mut release = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let mut tables = String::new();
    for statement in rest.split(';').map(str::trim).filter(|it| !it.is_empty()) {
        let (key, value) = statement.split_once('=').unwrap();
        let (key, value) = (key.trim(), value.trim());
        let is_plain = value.starts_with(['[', '{', '"']);
        let value = if is_plain { value.to_owned() } else { format!("\"{value}\"") };
        match key.strip_prefix("release.") {
            Some(key) => writeln!(release, "{key} = {value}").unwrap(),
            None => writeln!(tables, "{key} = {value}").unwrap(),
        }
    }
    // Dotted keys at the top stand before the first table.
    let text = format!("{tables}[release]\n{release}");
    let path = format!("{name}-{version}.release.toml");
    let (manifest, findings) = read::trainyard::release(path.as_str().into(), &text)
        .unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    assert!(findings.is_empty(), "{findings:?}");
    manifest
}

/// A catalogue of such lines.
pub(crate) fn catalogue(lines: &str) -> Catalogue {
    Catalogue::new(manifests(lines))
}

/// A bundle from the text of its file, of which the title may be left out.
pub(crate) fn bundle(text: &str) -> Bundle {
    let text = if text.contains("[bundle]") {
        text.to_owned()
    } else {
        format!("[bundle]\nname = \"pipeline\"\nversion = \"2023.11\"\n[pins]\n{text}")
    };
    let read = read::trainyard::bundle("bundle.toml".into(), &text);
    let (bundle, findings) =
        read.unwrap_or_else(|complaints| panic!("{}", complaints.render(false)));
    assert!(findings.is_empty(), "{findings:?}");
    bundle
}

/// What a check tells.
pub(crate) fn told(lines: &str, text: &str) -> String {
    told_with(lines, text, &Expectations::default())
}

/// What a check tells under a policy.
pub(crate) fn told_with(lines: &str, text: &str, expectations: &Expectations) -> String {
    shown(&check(&bundle(text), &catalogue(lines), expectations))
}

/// Findings as people read them.
pub(crate) fn shown(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "nothing".to_owned();
    }
    let options = TextOptions { colour: false, width: 100, limit_per_code: None };
    let text = render::text(findings, &options);
    let kept = text.lines().filter(|line| !line.starts_with("hint:"));
    kept.collect::<Vec<_>>().join("\n").trim().to_owned()
}
