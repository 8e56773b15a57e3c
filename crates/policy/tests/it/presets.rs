//! What comes with the product is in order.

use std::collections::BTreeMap;

use trainyard_policy::{Policy, doc, init, init_adopted, presets};
use trainyard_testkit::{Tally, case_text};

use crate::{policy, shown};

#[test]
fn every_preset_is_without_findings() {
    for preset in presets() {
        assert_eq!(shown(preset.text), "", "{}", preset.name);
        assert!(Policy::preset(preset.name).is_some());
    }
    assert!(Policy::preset("none").is_none());
}

#[test]
fn fresh_files_are_without_findings_whatever_the_name() {
    for preset in presets() {
        let text = init(preset.name, "acme");
        assert_eq!(shown(&text), "", "{}", preset.name);
    }
    assert!(shown(&init("semver", "a \"quoted\"\n\\name\u{7}")).contains("no usable name"));
    insta::assert_snapshot!(init("semver", "acme"));
}

/// A fresh file with all of its examples in use.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.starts_with(' ') => format!("{example}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect::<Vec<_>>().concat()
}

#[test]
fn what_a_fresh_file_has_as_comments_can_be_used() {
    for preset in presets() {
        for product in ["acme", preset.name] {
            let text = uncommented(&init(preset.name, product));
            assert_eq!(shown(&text), "", "{} {product}\n{text}", preset.name);
        }
    }
}

#[test]
fn what_an_adopted_file_has_as_comments_can_be_used() {
    for source in [
        "[product]\nname = \"server\"\n[rules]\ntag = \"{version}\"\n[components.server]\nversion-files = [\"VERSION\", { path = \"a.toml\", key = \"a.b\" }, { path = \"a.py\", after = \"\\nv =\" }]\n",
        "[rules]\nscheme = \"calver:YYYY.0M\"\ntag = \"r{version}\"\n",
        "[rules]\nscheme = \"pep440\"\nreleases-from = \"lines\"\nnext-development = { mark = \"a1\" }\n\
         [[revisions]]\nname = \"a\"\nrules.minor-digits = 2\n[[revisions]]\nname = \"b\"\nfrom = \"25.1.0\"\n",
    ] {
        let policy = policy(source);
        let scheme = policy.components[0].current().scheme.name();
        let text = init_adopted(scheme, &policy, &[None], &["x-*".to_owned()]);
        assert_eq!(shown(&text), "", "{text}");
        assert_eq!(shown(&uncommented(&text)), "", "{text}");
    }
}

#[test]
fn a_fresh_file_is_about_its_own_product() {
    let product = |source: &str| policy(source).product;
    let renamed = product(&init("ayon", "acme"));
    assert_eq!((renamed.title.as_str(), renamed.description.as_deref()), ("acme", Some("")));
    let own = product(&init("ayon", "ayon"));
    assert_eq!(own.title, "AYON");
    let page = doc(&policy(&init("ayon", "acme")), jiff::civil::date(2026, 6, 1));
    assert!(page.starts_with("# How acme is versioned\n\nA version number"), "{page}");
}

/// The tags that no period of the component reads as its policy says, by the day they were made.
fn unread(preset: &str, component: &str, tags: &[(String, String)]) -> Vec<String> {
    let policy = Policy::preset(preset).expect("a preset");
    let component =
        policy.components.iter().find(|known| known.name == component).expect("a component");
    tags.iter()
        .filter(|(tag, day)| {
            let day = day.get(..10).and_then(|day| day.parse().ok());
            !component.periods.iter().any(|period| {
                period.rules.tags.iter().any(|template| {
                    let version =
                        template.matches(tag).and_then(|text| period.rules.scheme.parse(text).ok());
                    version.is_some_and(|version| {
                        std::ptr::eq(component.period_of(&version, day), period)
                    })
                })
            })
        })
        .map(|(tag, _)| tag.clone())
        .collect()
}

/// Tags with their days, the first of each.
fn recorded(text: &str, tag: usize, day: usize) -> Vec<(String, String)> {
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let mut seen = BTreeMap::new();
    for row in rows.filter(|row| row.len() > tag.max(day) && row[day].starts_with("20")) {
        seen.entry(row[tag].to_owned()).or_insert_with(|| row[day].to_owned());
    }
    seen.into_iter().collect()
}

#[test]
fn recorded_cases_are_read_but_for_their_oddities() {
    let cases = [
        (
            "backend-ai",
            "backend-ai",
            "history/releases/lablup__backend.ai.releases.tsv",
            (0, 2),
            &["0.0.5", "api-v1.20160915", "api-v2.20170315", "windows-distribute-dev3"][..],
        ),
        (
            "ayon",
            "backend",
            "history/releases/ynput__ayon-backend.releases.tsv",
            (0, 2),
            &["1.5.00"][..],
        ),
        ("ayon", "frontend", "bundles/ayon_server_composites.tsv", (1, 3), &[][..]),
        (
            "ayon",
            "core",
            "history/tags/ynput__ayon-core.tsv",
            (0, 1),
            &["archive/grid-pre-split", "tmptag", "v1.2.6-prod.0.4.5"][..],
        ),
        (
            "polyaxon",
            "polyaxon",
            "history/tags/polyaxon__polyaxon.tsv",
            (0, 1),
            &[
                "0.4.2rc0",
                "0.4.2rc1",
                "0.4.2rc2",
                "0.4.3rc0",
                "0.4.3rc1",
                "0.4.3rc2",
                "0.4.4rc0",
                "0.4.4rc1",
                "0.5.0rc0",
                "0.5.0rc1",
                "0.5.0rc2",
                "0.5.0rc5",
                "1.6.0",
                "pull",
                "v1.1.0rc0",
                "v1.1.0rc1",
                "v1.1.0rc2",
                "v1.1.1.rc0",
                "v1.1.7.post1",
                "v1.1.7.post2",
                "v1.1.7.post3",
                "v1.1.7.post4",
                "v1.1.8.rc0",
                "v1.1.9.post1",
                "v1.2.0rc3",
                "v1.2.1rc2",
                "v1.2.1rc4",
                "v1.2.2rc0",
            ][..],
        ),
    ];
    for (preset, component, file, (tag, day), oddities) in cases {
        let Some(text) = case_text(file) else { continue };
        let tags = recorded(&text, tag, day);
        let odd = unread(preset, component, &tags);
        let mut tally = Tally::new(file);
        for (name, _) in &tags {
            let is_odd = odd.contains(name);
            tally.check(is_odd == oddities.contains(&name.as_str()), || {
                format!("{name}: odd {is_odd}")
            });
        }
        tally.finish();
    }
}
