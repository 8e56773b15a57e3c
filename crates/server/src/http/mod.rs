//! The registry over HTTP.

pub(crate) mod app;
pub(crate) mod failure;
mod front;
mod guard;
mod health;
pub(crate) mod openapi;
pub(crate) mod page;
pub(crate) mod params;
pub(crate) mod prepared;
mod prompt;
pub(crate) mod reading;
pub(crate) mod wire;
pub(crate) mod writing;

use axum::{
    Router,
    extract::OriginalUri,
    http::{Method, StatusCode},
    middleware::from_fn_with_state,
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa_axum::router::OpenApiRouter;

use self::{app::App, failure::Failure};
pub(crate) use self::{
    failure::Answer,
    front::Front,
    page::Listing,
    params::{Asked, Named},
    prompt::Prompt,
    reading::{Reading, View},
    writing::{Asking, Given, Writing, WritingBytes},
};

/// The interface with its description: everything under `/api/v1`, and what other projects' clients speak.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::front())
        .nest("/api/v1", crate::routes::all())
        .merge(crate::foreign::routes())
}

/// What is not described.
const BESIDE: [fn() -> Router<App>; 2] = [health::router, crate::pages::router];

/// The whole server.
pub(crate) fn router(app: &App) -> Router {
    let (api, _) = routes().split_for_parts();
    dressed(app, BESIDE.into_iter().fold(api, |all, router| all.merge(router())))
}

/// Routes with what all requests pass.
fn dressed(app: &App, routes: Router<App>) -> Router {
    routes
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .layer(CompressionLayer::new())
        .with_state(app.clone())
}

async fn nothing(OriginalUri(uri): OriginalUri) -> Failure {
    let path: String = uri.path().chars().take(200).collect();
    let failure =
        Failure::new(StatusCode::NOT_FOUND, "not-found", format!("there is nothing at `{path}`"));
    failure.hint("what there is stands in `/api/v1/openapi.json`")
}

async fn not_so(method: Method) -> Failure {
    let detail = format!("this is not done with {method}");
    let failure = Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail);
    match method {
        Method::GET => failure.hint("forms are sent here; go back to the page that has the form"),
        _ => failure,
    }
}

#[cfg(test)]
mod tests;
