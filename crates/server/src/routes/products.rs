//! Products and waivers.

use trainyard_api as api;
use trainyard_registry::{
    Command, Name,
    products::{self, CreateProduct, RecordWaiver},
    releases::Sequence,
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::http::{
    Answer, Asked, Listing, Named, Reading, Writing,
    app::App,
    wire::{count, moment_of, time, title},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_products, create_product))
        .routes(routes!(read_product))
        .routes(routes!(list_waivers, record_waiver))
}

fn product(product: &products::Product) -> api::Product {
    api::Product {
        name: product.name.to_string(),
        title: product.title.clone(),
        party: product.party.to_string(),
        since: time(product.since),
        policy: product.policy().map(|policy| policy.digest.to_string()),
        components: count(product.sequences().count()),
        releases: count(product.sequences().map(Sequence::len).sum()),
        channels: count(product.channels().count()),
    }
}

/// The products, by name.
#[utoipa::path(get, path = "/products", tag = "products", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Product>)))]
async fn list_products(reading: Reading, Asked(listing): Asked<Listing>) -> Answer {
    reading
        .answer(|view| {
            let products = view.state.products().map(|it| (it.name.to_string(), it));
            let page = listing.sorted("products", products)?;
            let items = page.items.into_iter().map(product).collect();
            Ok(api::Page { items, next: page.next })
        })
        .await
}

/// Makes a product.
#[utoipa::path(post, path = "/products", tag = "products", request_body = api::NewProduct,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is made", body = api::Receipt)))]
async fn create_product(Writing { asking, body }: Writing<api::NewProduct>) -> Answer {
    let command = CreateProduct {
        name: body.name.parse()?,
        title: title("title", body.title)?,
        party: body.party.parse()?,
    };
    asking.create(body.why, Command::CreateProduct(command)).await
}

/// A product.
#[utoipa::path(get, path = "/products/{product}", tag = "products",
    responses((status = 200, description = "The product", body = api::Product)))]
async fn read_product(Named(name): Named<Name>, reading: Reading) -> Answer {
    reading.answer(|view| Ok(product(view.product(&name)?))).await
}

/// What somebody took responsibility for, oldest first.
#[utoipa::path(get, path = "/products/{product}/waivers", tag = "products", params(Listing),
    responses((status = 200, description = "Some of them", body = api::Page<api::Waiver>)))]
async fn list_waivers(
    Named(name): Named<Name>,
    reading: Reading,
    Asked(listing): Asked<Listing>,
) -> Answer {
    reading
        .answer(|view| {
            let list = format!("waivers of {name}");
            let first = listing.after_number(&list)?.map_or(0, |last| last.saturating_add(1));
            let waivers = (0_u64..).zip(&view.product(&name)?.waivers);
            let waivers = waivers.filter(|(number, _)| *number >= first);
            let waivers = waivers.map(|(number, waiver)| (number.to_string(), waived(waiver)));
            Ok(listing.page(&list, waivers))
        })
        .await
}

fn waived(waiver: &products::Waiver) -> api::Waiver {
    api::Waiver {
        component: waiver.component.to_string(),
        version: waiver.version.clone(),
        until: waiver.until.map(time),
        by: waiver.by.to_string(),
        why: waiver.why.clone(),
        since: time(waiver.since),
    }
}

/// Takes responsibility for what a rule refuses.
#[utoipa::path(post, path = "/products/{product}/waivers", tag = "products",
    request_body = api::NewWaiver,
    responses((status = 200, description = "It was so already", body = api::Receipt),
        (status = 201, description = "It is recorded", body = api::Receipt)))]
async fn record_waiver(
    Named(product): Named<Name>,
    Writing { asking, body }: Writing<api::NewWaiver>,
) -> Answer {
    let command = RecordWaiver {
        product,
        component: body.component.parse()?,
        version: body.version.map(|version| title("version", version)).transpose()?,
        until: moment_of(body.until.as_ref())?,
    };
    asking.create(body.why, Command::RecordWaiver(command)).await
}
