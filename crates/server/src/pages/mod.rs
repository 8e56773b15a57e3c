//! The pages that people look at: one file for each.
//!
//! A page's path is that of its JSON twin without `/api/v1` wherever there is such a twin. A page reads what is known once,
//! makes a value of it, lets go of the lock, and only then writes HTML.

mod acting;
mod assets;
mod attesting;
mod audit;
mod board;
mod bundle;
mod channel;
mod compatibility;
mod component;
mod enrolling;
mod events;
mod evidence;
mod exposure;
mod findings;
mod form;
mod frame;
mod happened;
mod journal;
mod kept;
mod lines;
mod markdown;
mod moving;
mod overview;
mod parties;
mod picture;
mod policy;
mod release;
mod risks;
mod search;
mod session;
mod table;
mod upgrade;
mod visit;
mod words;

use axum::{
    Router,
    extract::FromRequestParts as _,
    http::{HeaderMap, request::Parts},
    response::Response,
};

use crate::http::{
    app::{App, Viewer},
    failure::Failure,
};

/// Who is signed in with the cookie of a request; nobody where it has none, or none that counts.
pub(crate) async fn signed_in(app: &App, headers: &HeaderMap) -> Viewer {
    match session::cookie(headers) {
        Some(cookie) => session::viewer(app, &cookie).await,
        None => Viewer::Anonymous,
    }
}

/// A page that says what does not work, to whoever asked so.
pub(crate) async fn trouble(app: &App, mut parts: Parts, failure: &Failure) -> Response {
    let Ok(visit) = visit::Visit::from_request_parts(&mut parts, app).await;
    visit.fail(failure).await
}

/// All pages.
pub(crate) fn router() -> Router<App> {
    [
        assets::routes,
        events::routes,
        session::routes,
        overview::routes,
        channel::routes,
        component::routes,
        release::routes,
        compatibility::routes,
        upgrade::routes,
        lines::routes,
        policy::routes,
        risks::routes,
        exposure::routes,
        audit::routes,
        journal::routes,
        parties::routes,
        enrolling::routes,
        search::routes,
    ]
    .into_iter()
    .fold(Router::new(), |router, routes| router.merge(routes()))
}
