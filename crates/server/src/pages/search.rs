//! Search over everything, from any page.

use askama::Template;
use axum::{
    Json, Router,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Serialize;
use trainyard_registry::{SequenceKind, State, products::Product};

use super::{board, visit::Visit, words};
use crate::http::{Answer, app::App};

/// How many hits of each kind are shown.
const MOST: usize = 40;
/// The longest text that is looked for.
const LONGEST: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/search", get(read)).route("/search.json", get(read_json))
}

#[derive(Template)]
#[template(path = "search.html")]
struct Page {
    query: String,
    groups: Vec<Group>,
    found: usize,
}

/// Hits of a kind.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Group {
    kind: &'static str,
    hits: Vec<Hit>,
    is_more: bool,
}

#[derive(Serialize)]
struct Hit {
    text: String,
    href: String,
    note: String,
}

async fn read(visit: Visit) -> Response {
    let query: String = visit.asked("q").unwrap_or_default().chars().take(LONGEST).collect();
    visit
        .show(|view, frame| {
            "Search".clone_into(&mut frame.title);
            frame.query.clone_from(&query);
            frame.twin = Some(format!("/search.json?q={}", words::encoded(&query)));
            let groups = if query.is_empty() { Vec::new() } else { search(view.state, &query) };
            let found = groups.iter().map(|group| group.hits.len()).sum();
            Ok(Page { query, groups, found })
        })
        .await
}

/// The same for programs.
async fn read_json(visit: Visit) -> Answer {
    visit.must_read()?;
    let query: String = visit.asked("q").unwrap_or_default().chars().take(LONGEST).collect();
    let groups = visit.look(|view| Ok(search(view.state, &query))).await?;
    Ok(Json(groups).into_response())
}

/// What is looked for: words that must all be there, without capitals.
struct Wanted(Vec<String>);

impl Wanted {
    fn is_in(&self, texts: &[&str]) -> bool {
        self.0.iter().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word)))
    }
}

/// Everything that has all the words. *Cost*: linear in all names and versions.
fn search(state: &State, query: &str) -> Vec<Group> {
    let wanted = Wanted(
        query
            .to_lowercase()
            .split([' ', '@', '/'])
            .filter(|it| !it.is_empty())
            .map(str::to_owned)
            .collect(),
    );
    if wanted.0.is_empty() {
        return Vec::new();
    }
    let products = group(
        "Products",
        state.products().filter(|it| wanted.is_in(&[it.name.as_str(), &it.title])).map(|it| Hit {
            text: it.title.clone(),
            href: format!("/products/{}", it.name),
            note: it.name.to_string(),
        }),
    );
    let parties =
        state.parties().parties().filter(|it| wanted.is_in(&[it.name.as_str(), &it.title]));
    let parties = group(
        "Parties",
        parties.map(|it| Hit {
            text: it.title.clone(),
            href: format!("/parties?filter={}", words::encoded(it.name.as_str())),
            note: it.name.to_string(),
        }),
    );
    let mut groups = vec![
        products,
        group(
            "Components and streams",
            state.products().flat_map(|product| components(product, &wanted)),
        ),
        group("Channels", state.products().flat_map(|product| channels(product, &wanted))),
        group(
            "Releases and bundles",
            state.products().flat_map(|product| releases(product, &wanted)),
        ),
        group("Risks", state.products().flat_map(|product| risks(product, &wanted))),
        parties,
        group("People and robots", people(state, &wanted)),
    ];
    groups.retain(|group| !group.hits.is_empty());
    groups
}

fn group(kind: &'static str, hits: impl Iterator<Item = Hit>) -> Group {
    let mut hits: Vec<Hit> = hits.take(MOST + 1).collect();
    let is_more = hits.len() > MOST;
    hits.truncate(MOST);
    Group { kind, hits, is_more }
}

fn components<'a>(product: &'a Product, wanted: &'a Wanted) -> impl Iterator<Item = Hit> + 'a {
    let own = product.sequences().filter(|it| {
        wanted.is_in(&[it.name.as_str()])
            || wanted.is_in(&[it.name.as_str(), product.name.as_str(), &product.title])
                && wanted.0.len() > 1
    });
    own.map(|it| Hit {
        text: it.name.to_string(),
        href: format!("/products/{}/components/{}", product.name, it.name),
        note: match super::component::newest(it) {
            Some(newest) => format!("{}, newest {}", product.title, newest.version),
            None => product.title.clone(),
        },
    })
}

fn channels<'a>(product: &'a Product, wanted: &'a Wanted) -> impl Iterator<Item = Hit> + 'a {
    let own = product.channels();
    let own = own.filter(|it| wanted.is_in(&[it.stream.as_str(), it.name.as_str()]));
    own.map(|it| Hit {
        text: it.title(),
        href: board::channel_href(product, it),
        note: it
            .head
            .as_ref()
            .map_or_else(|| "empty".to_owned(), |head| format!("points to {head}")),
    })
}

fn releases<'a>(product: &'a Product, wanted: &'a Wanted) -> impl Iterator<Item = Hit> + 'a {
    product.sequences().flat_map(move |sequence| {
        let name = sequence.name.as_str();
        let own = sequence.newest_first().filter(move |release| {
            let version = release.version.as_str();
            let digest = release.digest.to_string();
            // A component's name alone is found above; here a version or a digest must be named.
            let names_version = wanted.0.iter().any(|word| {
                version.to_lowercase().contains(word) || (word.len() > 6 && digest.contains(word))
            });
            names_version && wanted.is_in(&[name, version, &digest, product.name.as_str()])
        });
        own.map(move |release| Hit {
            text: format!("{name} {}", release.version),
            href: board::release_href(&product.name, name, release.version.as_str()),
            note: match sequence.kind {
                SequenceKind::Bundle => format!("bundle, {}", words::day(release.at)),
                SequenceKind::Component => format!("{}, {}", product.title, words::day(release.at)),
            },
        })
    })
}

fn people<'a>(state: &'a State, wanted: &'a Wanted) -> impl Iterator<Item = Hit> + 'a {
    let all = state.parties().principals();
    let own = all.filter(|it| wanted.is_in(&[it.name.as_str(), &it.title]));
    own.map(|it| Hit {
        text: it.title.clone(),
        href: format!("/parties?filter={}", words::encoded(it.name.as_str())),
        note: it.name.to_string(),
    })
}

fn risks<'a>(product: &'a Product, wanted: &'a Wanted) -> impl Iterator<Item = Hit> + 'a {
    let own = product.risks().filter(|it| wanted.is_in(&[it.name.as_str(), &it.message]));
    own.map(|it| Hit {
        text: it.name.to_string(),
        href: format!("/products/{}/risks", product.name),
        note: it.message.clone(),
    })
}
