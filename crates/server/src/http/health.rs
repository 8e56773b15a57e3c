//! How the server is.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;

use super::app::App;

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

/// Whether it can serve, and how well: without its database it reads from memory alone.
async fn readiness(State(app): State<App>) -> Response {
    let desk = app.desk();
    let size = desk.ledger().size();
    let mut body = json!({ "status": "ready", "size": size });
    if let Some(age) = desk.cut_off_for() {
        // Reads go on, so whoever balances the load should keep sending them.
        body = json!({ "status": "degraded", "size": size, "age-secs": age.as_secs(),
            "detail": "the database cannot be reached; reads are answered from memory" });
    }
    let warnings = app.warnings();
    if !warnings.is_empty() {
        body["warnings"] = json!(warnings);
    }
    (StatusCode::OK, Json(body)).into_response()
}

async fn metrics(State(app): State<App>) -> Response {
    let desk = app.desk();
    let (size, is_reached) = (desk.ledger().size(), desk.cut_off_for().is_none());
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
