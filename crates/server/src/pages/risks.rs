//! What is wrong with releases, and what was.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use trainyard_registry::{Name, risks::RiskEffect};

use super::{
    board::release_href,
    table::{Cell, Table},
    visit::Visit,
    words::{self, Tone},
};
use crate::http::{Named, app::App, wire};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/products/{product}/risks", get(read))
}

#[derive(Template)]
#[template(path = "risks.html")]
struct Page {
    table: Table,
    waivers: Table,
    name: String,
}

async fn read(Named(name): Named<Name>, visit: Visit) -> Response {
    visit
        .show(|view, frame| {
            let product = view.product(&name)?;
            frame.about(product, "Risks", "Risks");
            frame.is_live = true;
            let columns = [
                ("risk", "Risk", ""),
                ("state", "State", ""),
                ("stream", "Of", ""),
                ("versions", "Versions", ""),
                ("message", "What happens", "wide"),
                ("fixed", "Mended in", ""),
                ("since", "Declared", ""),
            ];
            let mut table = Table::new(&visit, "", "Risks", &columns)
                .or("No risk was ever declared. `trainyard risk declare` takes a release back within a second.");
            for risk in product.risks() {
                let it = &risk.declared;
                let state = match &risk.lifted {
                    Some((at, by, why)) => Cell::text("lifted")
                        .tone(Tone::Plain)
                        .note(format!("{} by {by}: {why}", words::day(*at))),
                    None if it.effect == RiskEffect::Conditional => {
                        Cell::text("conditional").tone(Tone::Waiting)
                    }
                    None => Cell::text(wire::word(it.effect)).tone(Tone::Bad),
                };
                let fixed = match &it.fixed_in {
                    None => Cell::text(""),
                    Some(version) => Cell::text(version.as_str())
                        .to(release_href(&product.name, it.stream.as_str(), version.as_str())),
                };
                let name = Cell::text(risk.name.as_str());
                let name = match &it.url {
                    Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
                        name.to(url.clone())
                    }
                    _ => name,
                };
                let from = it.from.as_ref().map(|from| format!("from {from}")).unwrap_or_default();
                table.push(vec![
                    name,
                    state,
                    Cell::text(it.stream.as_str())
                        .to(format!("/products/{}/components/{}", product.name, it.stream)),
                    Cell::text(it.versions.clone()).note(from),
                    Cell::text(risk.message.clone()),
                    fixed,
                    Cell::day(&words::when(risk.since, view.now), risk.since.0)
                        .note(format!("by {}", risk.by)),
                ]);
            }
            let columns = [
                ("component", "Component", ""),
                ("version", "Version", ""),
                ("why", "Why it does no harm", "wide"),
                ("by", "By", ""),
                ("until", "Until", ""),
            ];
            let mut waivers = Table::new(&visit, "waivers", "Waivers", &columns)
                .or("Nobody took responsibility for anything that a rule refuses.");
            for waiver in product.waivers.iter().rev() {
                waivers.push(vec![
                    Cell::text(waiver.component.as_str()),
                    Cell::text(waiver.version.clone().unwrap_or_else(|| "every one".to_owned())),
                    Cell::text(waiver.why.clone()),
                    Cell::text(waiver.by.to_string()),
                    Cell::text(waiver.until.map_or_else(|| "for ever".to_owned(), words::day)),
                ]);
            }
            Ok(Page { table: table.done(), waivers: waivers.done(), name: product.name.to_string() })
        })
        .await
}
