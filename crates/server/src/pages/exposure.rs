//! Who runs what is dangerous, for those who answer for the product.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use trainyard_registry::{Name, products::Product};

use super::{
    board::release_href,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::{
    http::{Named, View, app::App, failure::Failure, wire},
    routes::exposing::{exposed_to, known, must_see},
};

/// How many deployments are looked at.
const MOST: u32 = 5000;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/products/{product}/exposure", get(read))
}

#[derive(Template)]
#[template(path = "exposure.html")]
struct Page {
    name: String,
    counts: String,
    looked_at: String,
    is_more: bool,
    table: Table,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    match gather(&visit, &name).await {
        Ok(response) => response,
        Err(failure) => visit.fail(&failure).await,
    }
}

async fn gather(visit: &Visit, name: &Name) -> Result<Response, Failure> {
    must_see(&visit.viewer, name)?;
    let store = visit.app.desk().store();
    let mut stored = store.deployments(name.as_str(), "", MOST + 1).await?;
    let is_more = stored.len() > MOST as usize;
    stored.truncate(MOST as usize);
    let deployments: Vec<_> = stored.iter().filter_map(known).collect();
    Ok(visit
        .show(|view, frame| {
            let product = view.product(name)?;
            frame.about(product, "Risks", "Exposure");
            frame.within([(format!("/products/{name}/risks"), "Risks".to_owned())]);
            Ok(Page {
                name: name.to_string(),
                counts: format!(
                    "{} of {}",
                    words::of(
                        product.risks().filter(|risk| risk.holds()).count(),
                        "risk holds",
                        "risks hold"
                    ),
                    words::of(product.risks().count(), "that was declared", "that were declared"),
                ),
                looked_at: words::grouped(u64::from(MOST)),
                is_more,
                table: table(visit, view, product, &deployments)?,
            })
        })
        .await)
}

fn table(
    visit: &Visit,
    view: &View<'_>,
    product: &Product,
    deployments: &[trainyard_registry::exposure::Deployment],
) -> Result<Table, Failure> {
    let columns = [
        ("deployment", "Deployment", ""),
        ("how", "How", ""),
        ("risk", "Risk", ""),
        ("message", "What happens", "wide"),
        ("of", "Of", ""),
        ("runs", "Runs", ""),
        ("affected", "Dangerous", ""),
        ("out", "Way out", ""),
        ("seen", "Last seen", ""),
    ];
    let none = if deployments.is_empty() {
        "No deployment has told what it runs. `trainyard exposure report` does."
    } else {
        "No deployment that is known runs anything dangerous, or is offered it."
    };
    let mut table = Table::new(visit, "", "Who is exposed", &columns).or(none);
    for risk in product.risks().filter(|risk| risk.holds()) {
        let stream = risk.declared.stream.as_str();
        for it in exposed_to(product, risk, deployments, view.now)? {
            let (tone, word) = match it.how.as_str() {
                "runs" => (Tone::Bad, "runs it"),
                _ => (Tone::Waiting, "is offered it"),
            };
            let seen = wire::moment(&it.seen).unwrap_or_default();
            let version = |version: &str| {
                let cell = Cell::text(version);
                let is_known =
                    product.sequence(stream).is_ok_and(|it| it.release(version).is_some());
                if is_known { cell.to(release_href(&product.name, stream, version)) } else { cell }
            };
            table.push(vec![
                Cell::text(it.deployment),
                Cell::text(word).tone(tone),
                Cell::text(it.risk),
                Cell::sentence(risk.message.clone()),
                Cell::text(stream).to(format!("/products/{}/components/{stream}", product.name)),
                version(&it.version),
                version(&it.affected),
                it.way_out.map_or_else(|| Cell::text("none yet"), |way| version(&way)),
                Cell::when(&words::when(seen, view.now), seen.0),
            ]);
        }
    }
    Ok(table.done())
}
