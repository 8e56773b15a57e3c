//! What is wrong with releases.

use trainyard_api as api;
use trainyard_registry::{
    Command, Name, Refusal,
    risks::{DeclareRisk, LiftRisk, Risk, RiskDeclared, RiskEffect},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Asked, Listing, Named, Reading, Writing,
    app::App,
    wire::{time, title},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_risks, declare_risk))
        .routes(routes!(read_risk))
        .routes(routes!(lift_risk))
}

fn told(risk: &Risk) -> api::Risk {
    let declared = &risk.declared;
    let lifted = risk.lifted.as_ref();
    api::Risk {
        name: risk.name.to_string(),
        stream: declared.stream.to_string(),
        effect: match declared.effect {
            RiskEffect::Block => api::RiskEffect::Block,
            RiskEffect::Conditional => api::RiskEffect::Conditional,
            RiskEffect::Tombstone => api::RiskEffect::Tombstone,
        },
        versions: declared.versions.clone(),
        from: declared.from.clone(),
        condition: declared.condition.clone(),
        message: risk.message.clone(),
        url: declared.url.clone(),
        fixed_in: declared.fixed_in.as_ref().map(ToString::to_string),
        by: risk.by.to_string(),
        since: time(risk.since),
        holds: risk.holds(),
        lifted: lifted.map(|(at, _, _)| time(*at)),
        lifted_by: lifted.map(|(_, by, _)| by.to_string()),
        lifted_why: lifted.map(|(_, _, why)| why.clone()),
    }
}

/// What is or was wrong with a product's releases, by name.
#[utoipa::path(get, path = "/products/{product}/risks", tag = "risks", params(Listing),
    responses((status = 200, description = "Some of it", body = api::Page<api::Risk>)))]
async fn list_risks(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let risks = view.product(&name)?.risks().map(|risk| (risk.name.to_string(), risk));
            let page = listing.sorted(&format!("risks of {name}"), risks)?;
            Ok(api::Page { items: page.items.into_iter().map(told).collect(), next: page.next })
        })
        .await
}

/// Tells that something is wrong with releases; it holds at once.
#[utoipa::path(post, path = "/products/{product}/risks", tag = "risks", request_body = api::NewRisk,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is declared", body = api::Receipt)))]
async fn declare_risk(
    Named(product): Named<Name>,
    Writing { asking, body }: Writing<api::NewRisk>,
) -> Answer {
    let optional =
        |what: &str, text: Option<String>| text.map(|text| title(what, text)).transpose();
    let declared = RiskDeclared {
        product,
        risk: body.name.parse()?,
        stream: body.stream.parse()?,
        effect: match body.effect {
            api::RiskEffect::Block => RiskEffect::Block,
            api::RiskEffect::Conditional => RiskEffect::Conditional,
            api::RiskEffect::Tombstone => RiskEffect::Tombstone,
        },
        versions: title("range", body.versions)?,
        from: optional("range", body.from)?,
        condition: optional("condition", body.condition)?,
        message: title("message", body.message)?,
        url: optional("link", body.url)?,
        fixed_in: body.fixed_in.map(|version| version.parse()).transpose()?,
        title: None,
        happened: None,
    };
    asking.create(body.why, Command::DeclareRisk(DeclareRisk(declared))).await
}

/// A risk.
#[utoipa::path(get, path = "/products/{product}/risks/{risk}", tag = "risks",
    responses((status = 200, description = "The risk", body = api::Risk)))]
async fn read_risk(Named((product, name)): Named<(Name, Name)>, reading: Reading) -> Answer {
    reading
        .answer(|view| {
            let mut risks = view.product(&product)?.risks();
            let found = risks.find(|risk| risk.name == name);
            Ok(told(found.ok_or_else(|| Refusal::not_found("risk", &name))?))
        })
        .await
}

/// Tells that it is no more.
#[utoipa::path(post, path = "/products/{product}/risks/{risk}/lift", tag = "risks",
    request_body = api::Reason,
    responses((status = 200, description = "It is lifted", body = api::Receipt)))]
async fn lift_risk(
    Named((product, risk)): Named<(Name, Name)>,
    Writing { asking, body }: Writing<api::Reason>,
) -> Answer {
    asking.carry_out(body.why, Command::LiftRisk(LiftRisk { product, risk })).await
}
