//! What works with what: releases of one component against those of another, each cell with its reason.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde_json::json;
use trainyard_bundle::{
    Attestations, Catalogue, Compatibility, LockstepGroup, Manifest, Numbered, Verdict,
    compatibility,
};
use trainyard_registry::{Name, SequenceKind, products::Product};

use super::{
    visit::{Visit, address},
    words::Tone,
};
use crate::http::{Answer, Named, app::App, failure::Failure};

/// How many releases of each side are shown; more where somebody asks.
const USUAL: usize = 12;
/// The most.
const MOST: usize = 40;
/// The name of the other side where it is the server that releases ask for.
const SERVER: &str = "server (as asked for)";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/products/{product}/compatibility", get(read))
        .route("/products/{product}/compatibility.json", get(read_json))
}

#[derive(Template)]
#[template(path = "compatibility.html")]
struct Page {
    path: String,
    lefts: Vec<(String, bool)>,
    rights: Vec<(String, bool)>,
    left: String,
    right: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    chosen: Option<Chosen>,
    /// What somebody looks for that is not there.
    missing: Vec<String>,
    more: Option<String>,
    /// What is left out even of those.
    cut: String,
    counts: String,
}

struct Row {
    version: String,
    cells: Vec<CellOf>,
}

struct CellOf {
    tone: Tone,
    word: &'static str,
    verdict: &'static str,
    why: String,
    href: String,
    is_chosen: bool,
}

/// The pair that somebody looks at.
struct Chosen {
    left: String,
    right: String,
    tone: Tone,
    word: &'static str,
    rules: Vec<(Tone, &'static str, &'static str, String)>,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(&name)?;
            frame.about(product, "Compatibility", "Compatibility");
            frame.twin = Some(visit.own_json());
            page(&visit, product).inspect(|page| {
                if let Some(chosen) = &page.chosen
                    && page.right != SERVER
                {
                    frame.twin = Some(address(
                        &format!("/api/v1/products/{name}/compatibility"),
                        &[
                            ("left".to_owned(), page.left.clone()),
                            ("left_version".to_owned(), chosen.left.clone()),
                            ("right".to_owned(), page.right.clone()),
                            ("right_version".to_owned(), chosen.right.clone()),
                        ],
                    ));
                }
            })
        })
        .await
}

/// The matrix for programs: each pair with its verdict and the first reason.
async fn read_json(Named(name): Named<Name>, visit: Visit) -> Answer {
    visit
        .tell(|view| {
            let page = page(&visit, view.product(&name)?)?;
            let pairs = page.rows.iter().flat_map(|row| {
                row.cells.iter().zip(&page.columns).map(|(cell, right)| {
                    json!({ "left-version": row.version, "right-version": right,
                        "verdict": cell.verdict, "why": cell.why })
                })
            });
            let pairs: Vec<_> = pairs.collect();
            Ok(json!({ "left": page.left, "right": page.right, "pairs": pairs }))
        })
        .await
}

/// What stands on the other side: releases, or servers that are only asked for.
enum Other<'a> {
    Release(&'a trainyard_bundle::Release),
    Server(Box<Numbered>),
}

impl Other<'_> {
    fn version(&self) -> &str {
        match self {
            Self::Release(release) => release.manifest.version.text(),
            Self::Server(version) => version.text(),
        }
    }
}

fn page(visit: &Visit, product: &Product) -> Result<Page, Failure> {
    let catalogue = product.catalogue();
    let names: Vec<String> = product
        .sequences()
        .filter(|it| it.kind == SequenceKind::Component)
        .map(|it| it.name.to_string())
        .collect();
    let (usual_left, usual_right) = usual(&catalogue, &names);
    let left = visit.asked("left").map_or(usual_left, str::to_owned);
    let right = visit.asked("right").map_or(usual_right, str::to_owned);
    for (name, is_right) in [(&left, false), (&right, true)] {
        let is_there = names.contains(name) || (is_right && name == SERVER);
        if !name.is_empty() && !is_there {
            return Err(trainyard_registry::Refusal::not_found("component", name).into());
        }
    }
    let shown = if visit.asked("all").is_some() { MOST } else { USUAL };
    let newest = |name: &str| -> Vec<&trainyard_bundle::Release> {
        let all = catalogue.name(name).map(|it| catalogue.releases(it)).unwrap_or_default();
        all.iter().rev().take(shown).collect()
    };
    let lefts = newest(&left);
    let rights: Vec<Other<'_>> = if right == SERVER {
        servers(product, &catalogue, &left)
            .into_iter()
            .take(shown)
            .map(|it| Other::Server(Box::new(it)))
            .collect()
    } else {
        newest(&right).into_iter().map(Other::Release).collect()
    };
    let groups = product.expectations().groups;
    let asked = Pair { left: &left, right: &right, versions: (visit.asked("l"), visit.asked("r")) };
    let (chosen, missing) = asked.judged(product, &catalogue, &groups);
    let mut counts = (0, 0);
    let mut rows = Vec::new();
    for one in &lefts {
        let mut row = Row { version: one.manifest.version.text().to_owned(), cells: Vec::new() };
        for other in &rights {
            let found = verdict(one, other, &groups);
            let (tone, word) = told(found.verdict);
            counts.0 += usize::from(tone == Tone::Good);
            counts.1 += usize::from(tone == Tone::Bad);
            let mut query = vec![
                ("left".to_owned(), left.clone()),
                ("right".to_owned(), right.clone()),
                ("l".to_owned(), row.version.clone()),
                ("r".to_owned(), other.version().to_owned()),
            ];
            query.extend(visit.asked("all").map(|all| ("all".to_owned(), all.to_owned())));
            let why = found.rules.first().map_or("no rule says anything", |it| it.why.as_str());
            row.cells.push(CellOf {
                tone,
                word,
                verdict: found.verdict.word(),
                why: why.to_owned(),
                href: format!("{}#why", address(visit.path(), &query)),
                is_chosen: asked.versions == (Some(row.version.as_str()), Some(other.version())),
            });
        }
        rows.push(row);
    }
    let is_longer =
        |name: &str| catalogue.name(name).is_some_and(|it| catalogue.releases(it).len() > USUAL);
    let more =
        (visit.asked("all").is_none() && (is_longer(&left) || is_longer(&right))).then(|| {
            let mut query =
                vec![("left".to_owned(), left.clone()), ("right".to_owned(), right.clone())];
            query.push(("all".to_owned(), "yes".to_owned()));
            address(visit.path(), &query)
        });
    let option = |chosen: &str| {
        let chosen = chosen.to_owned();
        move |name: &String| (name.clone(), *name == chosen)
    };
    let mut right_names = names.clone();
    right_names.push(SERVER.to_owned());
    Ok(Page {
        path: visit.path().to_owned(),
        lefts: names.iter().map(option(&left)).collect(),
        rights: right_names.iter().map(option(&right)).collect(),
        columns: rights.iter().map(|it| it.version().to_owned()).collect(),
        rows,
        chosen,
        missing,
        more,
        cut: cut(&[(&left, lefts.len()), (&right, rights.len())], &catalogue),
        counts: format!("{} pairs work together, {} do not", counts.0, counts.1),
        left,
        right,
    })
}

/// Two components, and the versions of them that somebody asks about.
struct Pair<'a> {
    left: &'a str,
    right: &'a str,
    versions: (Option<&'a str>, Option<&'a str>),
}

impl Pair<'_> {
    /// What is said of the two versions, or which of them are not there. Every release can be asked about, whether the
    /// matrix shows it or not.
    fn judged(
        &self,
        product: &Product,
        catalogue: &Catalogue,
        groups: &[LockstepGroup],
    ) -> (Option<Chosen>, Vec<String>) {
        let (Some(left), Some(right)) = self.versions else { return (None, Vec::new()) };
        let find = |name: &str, version: &str| {
            catalogue.name(name).and_then(|it| catalogue.find_first(it, version))
        };
        let one = find(self.left, left);
        let other = if self.right == SERVER {
            let mut known = servers(product, catalogue, self.left).into_iter();
            known.find(|it| it.text() == right).map(|it| Other::Server(Box::new(it)))
        } else {
            find(self.right, right).map(Other::Release)
        };
        let (Some(one), Some(other)) = (one, &other) else {
            let sides = [(self.left, left, one.is_none()), (self.right, right, other.is_none())];
            let missing = sides.into_iter().filter(|(_, _, is_missing)| *is_missing);
            let told =
                missing.map(|(name, version, _)| format!("There is no {name} {version} here."));
            return (None, told.collect());
        };
        let found = verdict(one, other, groups);
        let (tone, word) = told(found.verdict);
        let rule = |it: &trainyard_bundle::Ruling| {
            let (tone, word) = told(it.verdict);
            (tone, word, it.rule.words(), it.why.clone())
        };
        let rules = found.rules.iter().map(rule).collect();
        let chosen = Chosen { left: left.to_owned(), right: right.to_owned(), tone, word, rules };
        (Some(chosen), Vec::new())
    }
}

/// Says of which component not all releases are shown, however many are asked for.
fn cut(sides: &[(&str, usize)], catalogue: &Catalogue) -> String {
    let cut = sides.iter().filter(|(_, shown)| *shown == MOST).filter_map(|(name, shown)| {
        let all = catalogue.releases(catalogue.name(name)?).len();
        (all > *shown).then(|| format!("the newest {shown} of {all} releases of {name}"))
    });
    let cut: Vec<_> = cut.collect();
    if cut.is_empty() { String::new() } else { format!("Shown: {}.", cut.join(", ")) }
}

/// A pair that has something to say: the first component that asks for another, else the first two.
fn usual(catalogue: &Catalogue, names: &[String]) -> (String, String) {
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let newest = |name: &str| {
        let all = catalogue.name(name).map(|it| catalogue.releases(it)).unwrap_or_default();
        all.iter().rev().take(USUAL)
    };
    // Where some pairs work and others do not, there is most to see; else where requirements changed most often.
    let mut best: Option<((usize, usize), &str, &str)> = None;
    for name in names {
        let mut ranges: BTreeMap<&str, BTreeMap<&str, &trainyard_bundle::Range>> = BTreeMap::new();
        for need in newest(name).flat_map(|it| &it.manifest.requirements) {
            // What is only advised refuses nothing.
            let is_hard = need.kind == trainyard_bundle::Kind::Hard;
            if is_hard && known.contains(need.target.as_str()) {
                let own = ranges.entry(need.target.as_str()).or_default();
                own.insert(need.range.text(), &need.range);
            }
        }
        for (target, ranges) in ranges {
            let pairs = ranges.values().flat_map(|range| {
                newest(target).map(|it| usize::from(!range.admits(&it.manifest.version)))
            });
            let (refused, all) = pairs.fold((0, 0), |(no, all), one| (no + one, all + 1));
            let mixed = if refused < all { refused } else { 0 };
            let worth = (mixed, ranges.len());
            if best.is_none_or(|(most, _, _)| worth > most) {
                best = Some((worth, name.as_str(), target));
            }
        }
    }
    if let Some((_, name, target)) = best {
        return (name.to_owned(), target.to_owned());
    }
    let first = names.first().cloned().unwrap_or_default();
    (first, names.get(1).cloned().unwrap_or_else(|| SERVER.to_owned()))
}

/// The servers that bundles are made for and that releases begin to ask for, newest first.
fn servers(product: &Product, catalogue: &Catalogue, left: &str) -> Vec<Numbered> {
    let mut known: Vec<Numbered> = Vec::new();
    let bundles = product.sequences().filter(|it| it.kind == SequenceKind::Bundle);
    for release in bundles.flat_map(|it| it.newest_first().take(MOST)) {
        known.extend(release.bundle().map(|bundle| bundle.servers).unwrap_or_default());
    }
    let own = catalogue.name(left).map(|it| catalogue.releases(it)).unwrap_or_default();
    for release in own {
        let Some(need) = &release.manifest.environment.server else { continue };
        for (low, _) in need.range.set().intervals() {
            if let std::ops::Bound::Included(point) | std::ops::Bound::Excluded(point) = low {
                known.push(Numbered::read(&point.to_string(), need.range.scheme()));
            }
        }
    }
    if let Some(own) = catalogue.name("server").map(|it| catalogue.releases(it)) {
        known.extend(own.iter().map(|it| it.manifest.version.clone()));
    }
    known.retain(|it| it.error().is_none());
    known.sort_by(|one, other| other.version().key().cmp(one.version().key()));
    known.dedup_by(|one, other| one.text() == other.text());
    known
}

fn verdict(
    one: &trainyard_bundle::Release,
    other: &Other<'_>,
    groups: &[LockstepGroup],
) -> Compatibility {
    match other {
        Other::Release(other) => compatibility(one, other, groups, &Attestations::default()),
        Other::Server(version) => asked_of_server(&one.manifest, version),
    }
}

/// What a release asks of the server, as a verdict.
fn asked_of_server(manifest: &Manifest, version: &Numbered) -> Compatibility {
    let Some(need) = &manifest.environment.server else {
        return Compatibility { verdict: Verdict::Unknown, rules: Vec::new() };
    };
    let admits = need.range.admits(version);
    let verdict = if admits { Verdict::Compatible } else { Verdict::Incompatible };
    let why =
        format!("{} {} asks for server {}", manifest.name, manifest.version, need.range.text());
    let rule = trainyard_bundle::Ruling {
        rule: trainyard_bundle::Rule::Requirement,
        verdict,
        why,
        place: None,
    };
    Compatibility { verdict, rules: vec![rule] }
}

fn told(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Compatible => (Tone::Good, "works"),
        Verdict::Incompatible => (Tone::Bad, "no"),
        Verdict::Unknown => (Tone::Plain, "unknown"),
    }
}
