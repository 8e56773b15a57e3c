//! How the server is.

use axum::{
    Extension, Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;

use super::app::{App, Viewer};

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/healthz", get(health))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .route(super::openapi::PATH, get(openapi))
}

/// Whether the process works.
async fn health() -> &'static str {
    "ok\n"
}

/// Whether it can serve, and how well: without its database it reads from memory alone. Details are for those with a token.
async fn readiness(State(app): State<App>, Extension(viewer): Extension<Viewer>) -> Response {
    let desk = app.desk();
    let behind = desk.behind();
    // Without the database reads go on, so whoever balances the load should keep sending them. Behind, others know more.
    let (status, word) = match (&behind, desk.is_reached()) {
        (Some(_), _) => (StatusCode::SERVICE_UNAVAILABLE, "behind"),
        (None, false) => (StatusCode::OK, "degraded"),
        (None, true) => (StatusCode::OK, "ready"),
    };
    let mut body = json!({ "status": word });
    if viewer.actor().is_some() {
        body["size"] = desk.ledger().size().into();
        if let Some(age) = desk.cut_off_for() {
            body["age-secs"] = age.as_secs().into();
            body["detail"] = match behind {
                Some(why) => {
                    format!("{why}; start the later version of this server that wrote it").into()
                }
                None => "the database cannot be reached; reads are answered from memory".into(),
            };
        }
        let warnings = app.warnings();
        if !warnings.is_empty() {
            body["warnings"] = json!(warnings);
        }
    }
    let caching = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, caching, Json(body)).into_response()
}

async fn metrics(State(app): State<App>) -> Response {
    let desk = app.desk();
    let (size, is_reached) = (desk.ledger().size(), desk.is_reached());
    app.measure(|| {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("trainyard_log_entries").set(size as f64);
        metrics::gauge!("trainyard_database_reached").set(if is_reached { 1.0 } else { 0.0 });
    });
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], app.measured()).into_response()
}

async fn openapi(State(app): State<App>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], app.openapi()).into_response()
}
