//! Links between documents.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{all_pages, docs};

/// Documents outside of `docs` whose links are followed too.
const OTHERS: &[&str] = &[
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "packaging/README.md",
];

#[test]
fn links_lead_somewhere() {
    let root = docs().join("..").canonicalize_utf8().unwrap();
    let mut documents: Vec<_> =
        all_pages().iter().map(|page| Utf8Path::new("docs").join(page)).collect();
    documents.extend(OTHERS.iter().map(Utf8PathBuf::from));
    let mut anchors = BTreeMap::new();
    let mut count = 0;
    let mut broken = Vec::new();
    for document in &documents {
        let text = fs_err::read_to_string(root.join(document)).unwrap();
        for (number, target) in targets(&text) {
            count += 1;
            let place = format!("{document}:{number}: {target}");
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = match file {
                "" => root.join(document),
                file => root.join(document).parent().unwrap().join(file),
            };
            let Ok(path) = path.canonicalize_utf8() else {
                broken.push(format!("{place} is not there"));
                continue;
            };
            if document.starts_with("docs") && !path.starts_with(root.join("docs")) {
                broken.push(format!("{place} leads out of the book"));
            }
            if !anchor.is_empty() {
                let anchors = anchors.entry(path.clone()).or_insert_with(|| anchors_of(&path));
                if !anchors.iter().any(|one| one == anchor) {
                    broken.push(format!("{place} is no heading"));
                }
            }
        }
    }
    assert!(count > 100, "{count}");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_book() {
    let summary = fs_err::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let listed: Vec<_> =
        targets(&summary).into_iter().map(|(_, target)| target.to_owned()).collect();
    let missing: Vec<_> = all_pages()
        .into_iter()
        .filter(|page| page != "SUMMARY.md" && !listed.contains(&page.to_string()))
        .collect();
    assert!(missing.is_empty(), "docs/SUMMARY.md has no line for {missing:?}");
    let mut once = listed.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), listed.len(), "a page stands twice in docs/SUMMARY.md");
}

/// Where links lead, but for those to other sites, each with the number of its line.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut is_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        // What stands between backticks is no link.
        for prose in line.split('`').step_by(2).collect::<Vec<_>>() {
            let links = prose.match_indices("](").map(|(at, _)| &prose[at + 2..]);
            let links = links.filter_map(|rest| Some(rest.split_once(')')?.0));
            targets.extend(links.filter(|link| !link.contains("://")).map(|link| (number, link)));
        }
    }
    targets
}

/// The anchors of a document's headings, as renderers make them.
fn anchors_of(path: &Utf8Path) -> Vec<String> {
    let text = fs_err::read_to_string(path).unwrap_or_default();
    let mut is_code = false;
    let mut anchors = Vec::new();
    for line in text.lines() {
        is_code ^= line.starts_with("```");
        if is_code || !line.starts_with('#') {
            continue;
        }
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|one| one.is_alphanumeric() || " -_".contains(*one));
        anchors.push(kept.map(|one| if one == ' ' { '-' } else { one }).collect());
    }
    anchors
}
