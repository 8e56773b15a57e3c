//! Templates and spellings for other places: what is written comes back.

use trainyard_version::{Scheme, Target as Place, Template};

use super::Target;

const TEMPLATES: &[&str] = &[
    "v{version}",
    "{version}",
    "release-{line}",
    "release/{major}.{minor}.x",
    "{component}@{version}",
    "{backend}-{frontend}",
    "{{literal}}{version}",
    "{version}-suffix",
];

/// A template and a version, a line each.
const SPELLINGS: &[&str] = &[
    "v{version}\n1.2.3-rc.1+build.5",
    "{version}\n1.0.0+230903",
    "release-{line}\n1.2.3",
    "{version}-x\n1.0.0-a.b",
];

pub(super) fn targets() -> Vec<Target> {
    let mut targets = vec![Target::of_text("template", TEMPLATES.iter().copied(), template)];
    for spec in ["semver", "pep440", "debian", "rez"] {
        let Ok(scheme) = spec.parse::<Scheme>() else { continue };
        let run = move |text: &str| spelling(&scheme, text);
        targets.push(Target::of_text(format!("spelling {spec}"), SPELLINGS.iter().copied(), run));
    }
    targets
}

fn template(text: &str) -> bool {
    let Ok(template) = Template::parse(text) else { return false };
    let written = template.to_string();
    let again = Template::parse(&written).map(|again| again.to_string());
    assert!(again.as_ref() == Ok(&written), "{written} is not read again: {again:?}");
    for name in [text, "v1.2.3", ""] {
        let _ = template.captures(name);
        let _ = template.matches(name);
    }
    true
}

fn spelling(scheme: &Scheme, text: &str) -> bool {
    let (template, version) = text.split_once('\n').unwrap_or(("{version}", text));
    for place in Place::all() {
        let _ = scheme.parse_rendered(version, place, Some(template));
    }
    let Ok(version) = scheme.parse(version) else { return false };
    for place in Place::all() {
        let Ok(name) = scheme.render(&version, place, Some(template)) else { continue };
        let back = scheme.parse_rendered(&name, place, Some(template));
        let is_same = back.as_ref().is_ok_and(|back| {
            back == &version
                || (place == Place::Branch && scheme.line(back) == scheme.line(&version))
        });
        assert!(is_same, "{version} is `{name}` as a {place}, which comes back as {back:?}");
    }
    true
}
